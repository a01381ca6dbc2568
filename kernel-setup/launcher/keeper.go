package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

// keeper is the bridge's hold on GoNB: a process between the two that outlives a killed bridge for as long as it
// takes to clean up.
type keeper struct {
	cmd  *exec.Cmd
	in   io.WriteCloser // orders, a line each; its end means that the bridge is gone
	done chan struct{}
}

// What the bridge orders of the keeper.
const (
	orderInterrupt = "interrupt"
	orderEnd       = "end"
)

// startKeeper starts argv, which is GoNB, under a keeper that removes dir at the end.
func startKeeper(exe, dir string, env []string, argv ...string) (*keeper, error) {
	if _, err := exec.LookPath(argv[0]); err != nil {
		return nil, fmt.Errorf("cannot start GoNB: %w; `go run ./kernel-setup setup` builds it", err)
	}
	k := &keeper{cmd: exec.Command(exe, append([]string{"keep", dir}, argv...)...), done: make(chan struct{})}
	var err error
	if k.in, err = k.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	k.cmd.Env, k.cmd.Stdout, k.cmd.Stderr = env, os.Stdout, os.Stderr
	ownGroup(k.cmd, false) // signals to the bridge's group are the bridge's to pass on
	if err := k.cmd.Start(); err != nil {
		return nil, fmt.Errorf("cannot start GoNB: %w", err)
	}
	go func() {
		_ = k.cmd.Wait() // how GoNB ended is in its log
		close(k.done)
	}()
	return k, nil
}

// Interrupt implements bridge.Backend.
func (k *keeper) Interrupt() error {
	_, err := io.WriteString(k.in, orderInterrupt+"\n")
	return err
}

// Done implements bridge.Backend.
func (k *keeper) Done() <-chan struct{} { return k.done }

// stop has GoNB end, gently first, and waits for it.
func (k *keeper) stop() {
	_, _ = io.WriteString(k.in, orderEnd+"\n") // fails only when it has ended
	select {
	case <-k.done:
	case <-time.After(2 * time.Second):
	}
	_ = k.in.Close()
	<-k.done
}

// keep is the keeper's process: it runs argv and follows the orders on its stdin until either ends, then ends what is
// left of GoNB and removes dir. It returns GoNB's exit status.
func keep(dir string, argv []string) int {
	// Ending is the bridge's business. Ignored signals would stay ignored in GoNB and the cells; unread ones do not.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	runtime.LockOSThread() // GoNB dies with the thread that started it
	cmd := exec.Command(argv[0], argv[1:]...)
	log := &quietLog{out: os.Stderr}
	defer log.flush()
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = os.Stdout, log, drainPatience
	ownGroup(cmd, true)
	if err := cmd.Start(); err != nil {
		return exitStatus(err)
	}
	ended := make(chan error, 1)
	go func() {
		err := cmd.Wait()
		if errors.Is(err, exec.ErrWaitDelay) {
			err = nil // a program that is left holds the log
		}
		ended <- err
	}()
	orders := make(chan string)
	go func() {
		defer close(orders)
		for in := bufio.NewScanner(os.Stdin); in.Scan(); {
			orders <- in.Text()
		}
	}()
	for {
		select {
		case err := <-ended:
			signalGroup(cmd, syscall.SIGKILL) // a cell's program may be left
			return exitStatus(err)
		case order, ok := <-orders:
			switch {
			case !ok: // stand-ins are killed with GoNB, perhaps before they end what they run
				killFamily(cmd)
				<-ended
				_ = os.RemoveAll(dir) // the bridge's to do, had it lived
				return 1
			case order == orderInterrupt:
				_ = cmd.Process.Signal(os.Interrupt) // fails only when it has ended
			case order == orderEnd:
				_ = cmd.Process.Signal(syscall.SIGTERM)
			}
		}
	}
}
