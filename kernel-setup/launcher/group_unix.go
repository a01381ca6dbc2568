//go:build unix

package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// become replaces this process by program.
func become(program string, args []string) int {
	err := syscall.Exec(program, append([]string{program}, args...), os.Environ())
	fmt.Fprintf(os.Stderr, "cannot run %s: %v\n", program, err)
	return 1
}

// endGroup asks the rest of the process group (gopls, a cell that runs on) to end, where the group is ours: Jupyter starts a kernel as
// the leader of one.
func endGroup() {
	if syscall.Getpgrp() != os.Getpid() {
		return
	}
	signal.Ignore(syscall.SIGTERM)
	_ = syscall.Kill(0, syscall.SIGTERM)
}
