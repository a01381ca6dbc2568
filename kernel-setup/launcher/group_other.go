//go:build !unix

package main

import (
	"os"
	"os/exec"
)

// become runs program in this process's stead.
func become(program string, args []string) int {
	cmd := exec.Command(program, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return exitStatus(cmd.Run())
}

// endGroup does nothing where there are no process groups.
func endGroup() {}
