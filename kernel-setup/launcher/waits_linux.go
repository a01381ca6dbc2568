package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// canWait tells whether waitsForInput can see anything.
const canWait = true

// waitsForInput tells whether a thread of the process is in a read of its standard input.
func waitsForInput(pid int) bool {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/syscall", pid)) // the pattern is good
	reading := fmt.Sprintf("%d 0x0 ", syscall.SYS_READ)
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil && strings.HasPrefix(string(text), reading) {
			return true
		}
	}
	return false
}

// groupWaitsForInput is waitsForInput for any process of a group.
func groupWaitsForInput(group int) bool {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return false
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if g, err := syscall.Getpgid(pid); err == nil && g == group && waitsForInput(pid) {
			return true
		}
	}
	return false
}
