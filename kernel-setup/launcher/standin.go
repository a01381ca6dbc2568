package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"coadapt/kernel-setup/bridge"
)

// envTools names the folder of the real goimports and gopls.
const envTools = "COADAPT_TOOLS"

// interruptPatience is how long an interrupted program may take to end before it is killed.
const interruptPatience = 3 * time.Second

// toolCommand stands in for a tool of GoNB. It returns the exit status.
func toolCommand(name string, args []string) int {
	real := filepath.Join(os.Getenv(envTools), name)
	if os.Getenv(bridge.EnvSocket) == "" || name == "goimports" && !inCells() {
		return become(real, args)
	}
	kind := bridge.KindTool
	if name == "gopls" {
		kind = bridge.KindServer
	}
	return standIn(bridge.Hello{Kind: kind, Tool: name}, append([]string{real}, args...))
}

// cellCommand runs the n-th shell command of the running cell. What it ends with is the bridge's to tell: GoNB would
// only print it.
func cellCommand(n int) int {
	standIn(bridge.Hello{Kind: bridge.KindCommand, Command: n}, nil)
	return 0
}

// standIn runs a program, argv or what the bridge says, in a process group of its own, and returns its exit status.
// It does not run it where the bridge says no; it ends it where the bridge is gone.
func standIn(hello bridge.Hello, argv []string) int {
	conn, err := bridge.Dial(os.Getenv(bridge.EnvSocket))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer conn.Close()
	out, in := json.NewEncoder(conn), json.NewDecoder(conn)
	var order bridge.Order
	if err := errors.Join(out.Encode(hello), in.Decode(&order)); err == nil && order.Skip {
		return 0
	} else if err != nil || !order.Run {
		return 1
	}
	if argv == nil {
		argv = order.Argv
	}
	exit := runFor(hello, order, argv, in)
	_ = out.Encode(exit) // the bridge may be gone; so are we, then
	return exit.Status
}

// runFor runs argv as the bridge's order says, and interrupts it at any further order, which in gives.
func runFor(hello bridge.Hello, order bridge.Order, argv []string, in *json.Decoder) bridge.Exit {
	if len(argv) == 0 {
		return bridge.Exit{Status: 2, How: "no program is named"}
	}
	runtime.LockOSThread() // the program dies with the thread that started it
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	feeder := func(int) {}
	if order.Feed {
		from, feed, err := inputPipe()
		if err != nil {
			return bridge.Exit{Status: 1, How: err.Error()}
		}
		defer from.Close()
		cmd.Stdin, feeder = from, feed
	}
	ownGroup(cmd, true)
	if err := cmd.Start(); err != nil {
		return bridge.Exit{Status: 127, How: err.Error()}
	}
	feeder(cmd.Process.Pid)
	if hello.Kind == bridge.KindServer {
		lower(cmd) // it reads all that a cell might import while the first cell waits for the processor
	}
	var interrupted atomic.Bool
	interrupt := sync.OnceFunc(func() {
		interrupted.Store(true)
		signalGroup(cmd, syscall.SIGINT)
		time.AfterFunc(interruptPatience, func() { signalGroup(cmd, syscall.SIGKILL) })
	})
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		for range signals {
			interrupt()
		}
	}()
	go func() {
		var o bridge.Order
		for in.Decode(&o) == nil {
			interrupt()
		}
		signalGroup(cmd, syscall.SIGKILL) // the bridge is gone
	}()
	exit := describe(cmd.Wait())
	if interrupted.Load() {
		// a shell's background is deaf to interrupts, and GoNB waits for all who hold its pipes
		signalGroup(cmd, syscall.SIGKILL)
	}
	return exit
}

// describe tells how a program ended.
func describe(err error) bridge.Exit {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return bridge.Exit{}
	case errors.As(err, &exit):
		return bridge.Exit{Status: max(1, exit.ExitCode()), How: exit.Error()}
	}
	return bridge.Exit{Status: 1, How: err.Error()}
}
