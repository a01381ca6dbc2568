//go:build !linux

package main

// canWait is false: only Linux tells that a program waits for input, so elsewhere there is the end of input.
const canWait = false

func treeWaitsForInput(int) bool { return false }
