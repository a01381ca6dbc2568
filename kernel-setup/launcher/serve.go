package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"coadapt/kernel-setup/home"
)

// cellsPrefix begins the name of every kernel's temporary folder.
const cellsPrefix = "coadapt-kernel-"

// serve runs GoNB until it ends, is told to end, or its client is gone, and removes the kernel's temporary folder. It returns GoNB's exit
// status.
func serve(connection string) (int, error) {
	h, err := home.Locate()
	if err != nil {
		return 0, err
	}
	shim := filepath.Join(h.Bin(), "shim")
	real, err := realGo(os.Getenv("PATH"), shim)
	if err != nil {
		return 0, err
	}
	sweep(os.TempDir())
	cells, unlock, err := makeCells(os.TempDir())
	if err != nil {
		return 0, err
	}
	defer unlock()
	defer os.RemoveAll(cells)

	cmd := exec.Command(filepath.Join(h.Bin(), "gonb"), "--kernel", connection, "-logtostderr=true", "-raw_error=true")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), "TMPDIR="+cells, envCells+"="+cells, envGo+"="+real, home.EnvRoot+"="+h.Root,
		"PATH="+shim+string(os.PathListSeparator)+os.Getenv("PATH"))
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("cannot start GoNB: %w; `go run ./kernel-setup setup` builds it", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	watch := time.NewTicker(time.Second)
	defer watch.Stop()
	parent, watched := os.Getppid(), os.Getenv("JPY_PARENT_PID") != "" // an "independent" kernel may outlive its client
	for {
		select {
		case err := <-ended:
			endGroup()
			return exitStatus(err), nil
		case s := <-signals:
			if s == os.Interrupt {
				continue // meant for the cell: interrupts come as messages, which GoNB handles
			}
			return stop(cmd, ended), nil
		case <-watch.C:
			if watched && os.Getppid() != parent {
				return stop(cmd, ended), nil
			}
		}
	}
}

// stop ends GoNB, gently first, then whatever it started. It returns 128 + SIGTERM, as a shell would.
func stop(cmd *exec.Cmd, ended <-chan error) int {
	_ = cmd.Process.Signal(syscall.SIGTERM) // fails only when it has ended already
	select {
	case <-ended:
	case <-time.After(2 * time.Second):
		_ = cmd.Process.Kill()
	}
	endGroup()
	return 128 + int(syscall.SIGTERM)
}

// realGo finds go in the PATH, leaving out the stand-in's folder.
func realGo(path, shim string) (string, error) {
	for _, dir := range filepath.SplitList(path) {
		if dir == "" || filepath.Clean(dir) == filepath.Clean(shim) {
			continue
		}
		if file, err := exec.LookPath(filepath.Join(dir, "go")); err == nil {
			return filepath.Abs(file)
		}
	}
	return "", fmt.Errorf("no go program in PATH=%s; install Go or run `go run ./kernel-setup setup` with it in the PATH", path)
}

// makeCells makes the kernel's temporary folder in tmp. A lock on a file in it says that its kernel lives.
func makeCells(tmp string) (dir string, unlock func(), err error) {
	dir, err = os.MkdirTemp(tmp, cellsPrefix)
	if err != nil {
		return "", nil, fmt.Errorf("cannot make the kernel's temporary folder: %w", err)
	}
	lock := flock.New(filepath.Join(dir, "lock"))
	if err := lock.Lock(); err != nil {
		return "", nil, fmt.Errorf("cannot lock the kernel's temporary folder: %w", err)
	}
	return dir, func() { _ = lock.Close() }, nil
}

// sweep removes the folders of kernels that were killed. What it cannot remove (another user's) stays: it is only tidying.
func sweep(tmp string) {
	entries, err := os.ReadDir(tmp)
	if err != nil {
		return
	}
	for _, e := range entries {
		dir := filepath.Join(tmp, e.Name())
		info, err := e.Info()
		if err != nil || !e.IsDir() || !strings.HasPrefix(e.Name(), cellsPrefix) || time.Since(info.ModTime()) < time.Minute {
			continue // a young one may be between its making and its lock
		}
		lock := flock.New(filepath.Join(dir, "lock"))
		if free, err := lock.TryLock(); err == nil && free {
			_ = os.RemoveAll(dir)
		}
		_ = lock.Close()
	}
}
