//go:build unix

package datatest

import (
	"testing"

	"golang.org/x/sys/unix"
)

// CPUTime is what this process has spent on all cores, in seconds; other processes that share them do not count.
func CPUTime(t testing.TB) float64 {
	t.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
