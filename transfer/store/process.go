package store

import (
	"os"
	"strings"
	"sync"
)

// Process identifies a process, so that others on the same machine can tell
// whether it still runs.
type Process struct {
	Host  string `json:"host"`
	PID   int    `json:"pid"`
	Space string `json:"space,omitempty"` // the machine's boot and the PID namespace; "" if unknown
	Began string `json:"began,omitempty"` // start of the process, in the system's ticks since boot
}

// ThisProcess identifies the calling process.
func ThisProcess() Process { return thisProcess() }

var thisProcess = sync.OnceValue(func() Process {
	host, _ := os.Hostname() // "" matches no other process
	p := Process{Host: host, PID: os.Getpid()}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return p
	}
	space, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return p
	}
	p.Space = strings.TrimSpace(string(boot)) + " " + space
	p.Began, _ = began(p.PID)
	return p
})

// Gone says that the process has certainly ended. It is false for processes on
// other machines, and where the system does not tell.
func (p Process) Gone() bool {
	self := ThisProcess()
	if p.Host == "" || p.Host != self.Host || p.Space == "" || p.Space != self.Space {
		return false
	}
	ticks, ok := began(p.PID)
	return ok && ticks != p.Began
}
