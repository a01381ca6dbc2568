//go:build !unix

package sweep

import "syscall"

func ownSession() *syscall.SysProcAttr { return nil }
