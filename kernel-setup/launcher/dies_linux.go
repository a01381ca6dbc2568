package main

import "syscall"

// dieWithParent has the process killed when its parent's thread ends.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
