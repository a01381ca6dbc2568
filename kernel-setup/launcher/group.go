package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// become replaces this process by program.
func become(program string, args []string) int {
	err := syscall.Exec(program, append([]string{program}, args...), os.Environ())
	fmt.Fprintf(os.Stderr, "cannot run %s: %v\n", program, err)
	return 1
}

// ownGroup gives cmd a process group of its own. With dies, cmd is killed when the thread that starts it ends, where
// the system can.
func ownGroup(cmd *exec.Cmd, dies bool) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if dies {
		dieWithParent(cmd.SysProcAttr)
	}
}

// signalGroup signals all that is left of a process group that ownGroup made.
func signalGroup(cmd *exec.Cmd, s syscall.Signal) {
	_ = syscall.Kill(-cmd.Process.Pid, s) // fails only when nothing is left
}

// killFamily kills the group of cmd and the groups of all that it started, but not what has left its session to outlive
// it, as runs in the background do.
func killFamily(cmd *exec.Cmd) {
	session, _ := unix.Getsid(cmd.Process.Pid) // fails only when it has ended; then its group is what is left
	groups := map[int]bool{cmd.Process.Pid: true}
	for _, p := range family(cmd.Process.Pid) {
		group, err := syscall.Getpgid(p)
		if s, failed := unix.Getsid(p); err == nil && failed == nil && s == session && group != syscall.Getpgrp() {
			groups[group] = true
		}
	}
	for group := range groups {
		_ = syscall.Kill(-group, syscall.SIGKILL)
	}
}

// lower gives cmd less of the processor than others get.
func lower(cmd *exec.Cmd) {
	_ = syscall.Setpriority(syscall.PRIO_PGRP, cmd.Process.Pid, 10) // without it, it is only less polite
}

// openNoFollow has an opening fail where the file is a link, and not wait where it is a pipe.
const openNoFollow = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// own tells whether a file belongs to this user.
func own(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}
