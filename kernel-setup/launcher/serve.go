package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"coadapt/gomlxnet/home"
	"coadapt/kernel-setup/bridge"

	"github.com/gofrs/flock"
)

// cellsPrefix begins the name of every kernel's temporary folder.
const cellsPrefix = "coadapt-kernel-"

// longestTemp is the longest TMPDIR in which the kernel's sockets have room: a socket's path ends at 104 bytes on
// macOS.
const longestTemp = 50

// warmAfter is how long no cell has run when gopls reads ahead. Who runs one cell behind the other is not delayed.
const warmAfter = 500 * time.Millisecond

// serve runs the bridge and GoNB until a client shuts the kernel down, it is told to end, or its client is gone, and
// removes the kernel's temporary folder. It returns the exit status: 0 after a shutdown, 128 + SIGTERM when it was
// told to end.
func serve(connection string) (int, error) {
	h, err := home.Locate()
	if err != nil {
		return 0, err
	}
	if err := needHome(h); err != nil {
		return 0, err
	}
	shim := filepath.Join(h.Bin(), "shim")
	real, err := realGo(os.Getenv("PATH"), shim)
	if err != nil {
		return 0, err
	}
	exe, err := os.Executable()
	if err != nil {
		return 0, fmt.Errorf("cannot find the kernel's own program: %w", err)
	}
	tmp := os.TempDir()
	if len(tmp) > longestTemp {
		tmp = "/tmp"
	}
	sweep(tmp)
	signals, deaf := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGHUP)
	defer deaf() // last: a second signal must not cut the clean-up short
	ctx, end := context.WithCancel(signals)
	defer end()
	cells, unlock, err := makeCells(tmp)
	if err != nil {
		return 0, err
	}
	defer unlock()
	defer os.RemoveAll(cells)

	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	if os.Getenv("JPY_PARENT_PID") != "" {
		go endWithParent(ctx, os.Getppid(), end)
	}
	var gonb *keeper
	defer func() {
		if gonb != nil {
			gonb.stop()
		}
	}()
	err = bridge.Run(ctx, bridge.Config{
		Connection: connection, Dir: cells, Runner: exe, Root: h.Root, Version: "devel", Interrupts: interrupts,
		Warm: warmAfter,
		Log:  log.New(os.Stderr, "coadapt-kernel: ", log.LstdFlags),
		Launch: func(_ context.Context, file string, env []string) (bridge.Backend, error) {
			env = append(append(os.Environ(), env...), "TMPDIR="+cells, envCells+"="+cells, envGo+"="+real,
				envTools+"="+h.Bin(),
				home.EnvRoot+"="+h.Root, "PATH="+shim+string(os.PathListSeparator)+os.Getenv("PATH"))
			var err error
			gonb, err = startKeeper(exe, cells, env, filepath.Join(h.Bin(), "gonb"), "--kernel", file,
				"-logtostderr=true", "-raw_error=true")
			return gonb, err
		},
	})
	if ctx.Err() != nil { // told to end, or left behind
		return 128 + int(syscall.SIGTERM), nil
	}
	return 0, err
}

// needHome sets $HOME where services and containers leave it out: go finds its caches by it. It is the user's, or
// where nobody knows the user a folder of the clone's.
func needHome(h home.Home) error {
	if os.Getenv("HOME") != "" {
		return nil
	}
	dir := filepath.Join(h.Dir, "user")
	if u, err := user.Current(); err == nil && u.HomeDir != "" {
		if info, err := os.Stat(u.HomeDir); err == nil && info.IsDir() {
			dir = u.HomeDir
		}
	}
	return os.Setenv("HOME", dir)
}

// endWithParent calls end once the client is gone: a kernel whose parent has changed is an orphan. An "independent"
// kernel, which Jupyter starts without naming itself, may outlive its client.
func endWithParent(ctx context.Context, parent int, end func()) {
	watch := time.NewTicker(500 * time.Millisecond)
	defer watch.Stop()
	for os.Getppid() == parent {
		select {
		case <-ctx.Done():
			return
		case <-watch.C:
		}
	}
	end()
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
	return "", fmt.Errorf("no go program in PATH=%s; install Go or run `go run ./kernel-setup setup` with "+
		"it in the PATH", path)
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

// sweep removes the folders of kernels that were killed. It looks at this user's folders only, and at locks that are
// regular files in them: names in a folder for everybody may be links or pipes that others made. It makes nothing.
func sweep(tmp string) {
	entries, err := os.ReadDir(tmp)
	if err != nil {
		return
	}
	for _, e := range entries {
		dir := filepath.Join(tmp, e.Name())
		info, err := e.Info() // of a link, the link's own
		if err != nil || !info.IsDir() || !strings.HasPrefix(e.Name(), cellsPrefix) || !own(info) ||
			time.Since(info.ModTime()) < time.Minute {
			continue // a young one may be between its making and its lock
		}
		file := filepath.Join(dir, "lock")
		if info, err := os.Lstat(file); err != nil || !info.Mode().IsRegular() || !own(info) {
			continue
		}
		lock := flock.New(file, flock.SetFlag(os.O_RDONLY|openNoFollow)) // neither made nor followed
		if free, err := lock.TryLock(); err == nil && free {
			_ = os.RemoveAll(dir)
		}
		_ = lock.Close()
	}
}
