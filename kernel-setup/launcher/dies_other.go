//go:build !linux

package main

import "syscall"

// dieWithParent does nothing: only Linux tells a process of its parent's death. The ends of pipes and connections do
// the same, but for a keeper or stand-in that is itself killed.
func dieWithParent(*syscall.SysProcAttr) {}
