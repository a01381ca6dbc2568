//go:build !unix

package main

import (
	"io/fs"
	"os"
	"os/exec"
	"syscall"
)

// become runs program in this process's stead.
func become(program string, args []string) int {
	cmd := exec.Command(program, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return exitStatus(cmd.Run())
}

// ownGroup does nothing where there are no process groups.
func ownGroup(*exec.Cmd, bool) {}

// signalGroup ends the process where there are no process groups.
func signalGroup(cmd *exec.Cmd, _ syscall.Signal) { _ = cmd.Process.Kill() }

// lower does nothing.
func lower(*exec.Cmd) {}

// openNoFollow is empty where links cannot be told when a file is opened.
const openNoFollow = 0

// own believes that temporary folders are the user's own, as they are on Windows.
func own(fs.FileInfo) bool { return true }
