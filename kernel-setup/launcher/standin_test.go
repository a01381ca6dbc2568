//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"coadapt/kernel-setup/bridge"

	"golang.org/x/sys/unix"
)

// patience is for what takes milliseconds.
const patience = 20 * time.Second

// gone waits until a process has ended.
func gone(t *testing.T, pid int) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if !running(pid) {
			return
		}
	}
	t.Errorf("process %d still runs", pid)
	_ = syscall.Kill(pid, syscall.SIGKILL)
}

// running tells whether a process runs; one that has ended and that nobody has waited for does not.
func running(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	if text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil { // PID (NAME) STATE ...
		return !strings.HasPrefix(string(text[strings.LastIndex(string(text), ")")+1:]), " Z")
	}
	state, err := exec.Command("ps", "-o", "state=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && !strings.HasPrefix(strings.TrimSpace(string(state)), "Z")
}

// shell is a program that starts another in the background, says both pids, and waits.
const shell = `sleep 600 & echo $$ $!; wait`

// pids reads what shell says.
func pids(t *testing.T, out *bufio.Reader) (found []int) {
	t.Helper()
	line, err := out.ReadString('\n')
	if err != nil {
		t.Fatalf("the program says %q: %v", line, err)
	}
	for _, f := range strings.Fields(line) {
		pid, err := strconv.Atoi(f)
		if err != nil {
			t.Fatalf("the program says %q", line)
		}
		found = append(found, pid)
	}
	return found
}

// startCommand starts a stand-in that runs argv by order of a bridge that the test plays.
func startCommand(
	t *testing.T,
	order bridge.Order,
) (cmd *exec.Cmd, out *bufio.Reader, conn net.Conn, in *json.Decoder) {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "standin-") // a socket's path has no room for a test's folder
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	l, err := net.Listen("unix", filepath.Join(dir, "bridge"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd = exec.Command(exe, "command", "3")
	cmd.Env = append(os.Environ(), bridge.EnvSocket+"="+l.Addr().String())
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	if conn, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	in = json.NewDecoder(conn)
	var h bridge.Hello
	if err := in.Decode(&h); err != nil || h != (bridge.Hello{Kind: bridge.KindCommand, Command: 3}) {
		t.Fatalf("the stand-in says %+v, %v", h, err)
	}
	if err := json.NewEncoder(conn).Encode(order); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewReader(pipe), conn, in
}

func TestCommandReportsItsExit(t *testing.T) {
	for _, c := range []struct {
		argv []string
		want bridge.Exit
	}{
		{[]string{"/bin/sh", "-c", "exit 7"}, bridge.Exit{Status: 7, How: "exit status 7"}},
		{[]string{"/bin/sh", "-c", "kill -KILL $$"}, bridge.Exit{Status: 1, How: "signal: killed"}},
		{[]string{"true"}, bridge.Exit{}},
		{nil, bridge.Exit{Status: 2, How: "no program is named"}},
	} {
		cmd, _, _, in := startCommand(t, bridge.Order{Run: true, Argv: c.argv})
		var got bridge.Exit
		if err := in.Decode(&got); err != nil || got != c.want {
			t.Errorf("%q ended with %+v, %v; want %+v", c.argv, got, err, c.want)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("%q: GoNB is told %v; the bridge tells it better", c.argv, err)
		}
	}
}

func TestRefusedCommandDoesNotRun(t *testing.T) {
	cmd, out, _, _ := startCommand(t, bridge.Order{Argv: []string{"echo", "ran"}})
	if line, err := out.ReadString('\n'); err == nil {
		t.Errorf("it said %q", line)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// What is skipped has done what was asked of it.
func TestSkippedToolSucceeds(t *testing.T) {
	dir, err := os.MkdirTemp("/tmp", "standin-") // a socket's path has no room for a test's folder
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	l, err := net.Listen("unix", filepath.Join(dir, "bridge"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	t.Setenv(bridge.EnvSocket, l.Addr().String())
	for want, order := range map[int]bridge.Order{0: {Skip: true}, 1: {}} {
		status := make(chan int)
		go func() {
			status <- standIn(bridge.Hello{Kind: bridge.KindTool, Tool: "goimports"},
				[]string{"/bin/sh", "-c", "exit 7"})
		}()
		conn, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		var h bridge.Hello
		if err := errors.Join(json.NewDecoder(conn).Decode(&h), json.NewEncoder(conn).Encode(order)); err != nil ||
			h.Tool != "goimports" {
			t.Fatalf("%+v, %v", h, err)
		}
		if got := <-status; got != want {
			t.Errorf("%+v ends with %d, want %d", order, got, want)
		}
		conn.Close()
	}
}

func TestInterruptReachesAllThatACommandStarted(t *testing.T) {
	// A shell starts what is in the background deaf to interrupts.
	_, out, conn, in := startCommand(t,
		bridge.Order{Run: true, Argv: []string{"/bin/sh", "-c", `sleep 600 & echo $$ $!; sleep 600 | cat`}})
	started := pids(t, out)
	if err := json.NewEncoder(conn).Encode(bridge.Order{Interrupt: true}); err != nil {
		t.Fatal(err)
	}
	var e bridge.Exit
	if err := in.Decode(&e); err != nil || e.Status == 0 {
		t.Errorf("it ended with %+v, %v", e, err)
	}
	for _, pid := range started {
		gone(t, pid)
	}
	if rest, err := out.ReadString('\n'); err == nil { // the end of the pipe: nobody holds it
		t.Errorf("it said %q", rest)
	}
}

func TestCommandEndsWithTheBridge(t *testing.T) {
	cmd, out, conn, _ := startCommand(t, bridge.Order{Run: true, Argv: []string{"/bin/sh", "-c", shell}})
	started := pids(t, out)
	conn.Close()
	for _, pid := range started {
		gone(t, pid)
	}
	_ = cmd.Wait() // how it ended nobody asks any more
}

// kept starts a shell in GoNB's place, which says two process ids as shell does.
func kept(t *testing.T, shell string) (k *keeper, dir string, started []int) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(t.TempDir(), "cells")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	said := filepath.Join(t.TempDir(), "pids")
	k, err = startKeeper(exe, dir, os.Environ(), "/bin/sh", "-c",
		strings.Replace(shell, "$!;", "$! > "+said+".part; mv "+said+".part "+said+";", 1))
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		if text, err := os.ReadFile(said); err == nil {
			return k, dir, pids(t, bufio.NewReader(strings.NewReader(string(text))))
		}
		if time.Now().After(end) {
			t.Fatal("GoNB was not started")
		}
	}
}

func TestKeeperCleansUpBehindAKilledBridge(t *testing.T) {
	k, dir, started := kept(t, shell)
	if err := k.in.Close(); err != nil { // as the system does when the bridge is killed
		t.Fatal(err)
	}
	for _, pid := range started {
		gone(t, pid)
	}
	<-k.Done()
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the kernel's folder is still there: %v", err)
	}
}

// What GoNB started ends with it in whatever group it is; what has left the session, as runs in the background do, goes
// on.
func TestKeeperEndsOtherGroups(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil || !canWait {
		t.Skip("only Linux tells what is below a process, and bash gives a job a group")
	}
	k, _, started := kept(t, `exec bash -c 'set -m; sleep 600 & echo $$ $!; wait'`)
	_ = k.in.Close()
	for _, pid := range started {
		gone(t, pid)
	}
	<-k.Done()
	k, _, started = kept(t, `setsid sleep 600 & echo $$ $!; wait`)
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if session, err := unix.Getsid(started[1]); err == nil && session == started[1] {
			break
		}
	}
	_ = k.in.Close()
	gone(t, started[0])
	<-k.Done()
	if !running(started[1]) {
		t.Error("what had a session of its own was ended")
	}
	_ = syscall.Kill(started[1], syscall.SIGKILL)
}

func TestKeeperStops(t *testing.T) {
	k, _, started := kept(t, shell)
	k.stop()
	for _, pid := range started {
		gone(t, pid)
	}
}

func TestMissingGoNBIsNamed(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "gonb")
	if _, err := startKeeper(os.Args[0], t.TempDir(), nil, missing); err == nil ||
		!strings.Contains(err.Error(), missing) ||
		!strings.Contains(err.Error(), "setup") {
		t.Errorf("got error %v, want one naming %s and what builds it", err, missing)
	}
}
