package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// canWait tells whether treeWaitsForInput can see anything.
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

// treeWaitsForInput is waitsForInput for a process and all below it, but for this one, a feeder.
func treeWaitsForInput(pid int) bool {
	return slices.ContainsFunc(family(pid), func(p int) bool { return p != os.Getpid() && waitsForInput(p) })
}

// family is a process and all below it.
func family(pid int) []int {
	all := []int{pid}
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // the pattern is good
	for _, file := range files {
		text, _ := os.ReadFile(file) // the thread may have ended
		for _, child := range strings.Fields(string(text)) {
			if n, err := strconv.Atoi(child); err == nil {
				all = append(all, family(n)...)
			}
		}
	}
	return all
}
