package store

import (
	"fmt"
	"os"
	"strings"
)

// began is when a process started, in ticks since boot: "" where there is no
// such process or only its remains, which wait for their parent.
func began(pid int) string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	// The name, in parentheses, may hold anything; state is field 3 and the start field 22 of proc_pid_stat(5).
	_, rest, ok := strings.Cut(string(stat[strings.LastIndexByte(string(stat), ')')+1:]), " ")
	fields := strings.Fields(rest)
	if !ok || len(fields) < 20 || fields[0] == "Z" || fields[0] == "X" {
		return ""
	}
	return fields[19]
}
