//go:build unix

package main

import (
	"runtime"
	"syscall"
)

// peakMemory is the most that this process has taken, in bytes.
func peakMemory() (int64, error) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, err
	}
	if runtime.GOOS == "darwin" {
		return u.Maxrss, nil // bytes there, kilobytes elsewhere: getrusage(2)
	}
	return u.Maxrss * 1024, nil
}
