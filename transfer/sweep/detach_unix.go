//go:build unix

package sweep

import "syscall"

// ownSession gives a process a session of its own, so that it survives the end of this terminal.
func ownSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
