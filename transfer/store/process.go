package store

import (
	"os"
	"strings"
	"sync"
)

// Process names one process so that its like on the same machine can tell
// whether it still runs.
type Process struct {
	Host  string `json:"host"`
	PID   int    `json:"pid"`
	Space string `json:"space,omitempty"` // boot of the machine and space of process numbers; "" where unknown
	Began string `json:"began,omitempty"` // of the process, by the system's count since boot
}

// ThisProcess names the one that asks.
func ThisProcess() Process { return thisProcess() }

var thisProcess = sync.OnceValue(func() Process {
	host, _ := os.Hostname() // "" is nobody's name and so is compared with nobody
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

// Gone says that the process certainly runs no more. Of one on another
// machine, or where the system does not say or show, it never does.
func (p Process) Gone() bool {
	self := ThisProcess()
	if p.Host == "" || p.Host != self.Host || p.Space == "" || p.Space != self.Space {
		return false
	}
	ticks, ok := began(p.PID)
	return ok && ticks != p.Began
}
