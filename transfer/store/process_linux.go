package store

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// began is when a process started, in ticks since boot. It is "" where there is no
// such process, or only a zombie. ok is false where the system does not tell, as
// /proc may hide the processes of other users.
func began(pid int) (ticks string, ok bool) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
	}
	// The name, in parentheses, may hold anything; state is field 3 and the start field 22 of proc_pid_stat(5).
	_, rest, ok := strings.Cut(string(stat[strings.LastIndexByte(string(stat), ')')+1:]), " ")
	fields := strings.Fields(rest)
	if !ok || len(fields) < 20 || fields[0] == "Z" || fields[0] == "X" {
		return "", true
	}
	return fields[19], true
}
