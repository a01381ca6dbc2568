//go:build linux || darwin

package main

import (
	"fmt"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// ownGroup starts cmd in a process group of its own, which the terminal's Ctrl-C does not reach.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// freeBytes is the room for this user on the disk of dir.
func freeBytes(dir string) (float64, error) {
	var disk unix.Statfs_t
	if err := unix.Statfs(dir, &disk); err != nil {
		return 0, fmt.Errorf("cannot tell how much is free at %s: %w", dir, err)
	}
	return float64(disk.Bavail) * blockSize(&disk), nil
}
