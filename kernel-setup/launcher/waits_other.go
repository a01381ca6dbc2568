//go:build !linux

package main

// canWait is false: only Linux tells that a program waits for input, so elsewhere there is the end of input.
const canWait = false

func treeWaitsForInput(int) bool { return false }

// family is the process alone: only Linux tells cheaply what is below it.
func family(pid int) []int { return []int{pid} }
