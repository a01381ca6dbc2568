//go:build unix

package dataset

import (
	"testing"

	"golang.org/x/sys/unix"
)

// cpuTime is what this process has spent on all cores, in seconds; other processes that share them do not count.
func cpuTime(t testing.TB) float64 {
	t.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
