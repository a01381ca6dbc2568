//go:build !unix

package main

import "os"

// cellProgram becomes a cell's program without a reader.
func cellProgram(program string, args []string) int {
	os.Stdin.Close()
	return become(program, args)
}

func feedProgram(int) int { return 0 }

// inputPipe is empty.
func inputPipe() (from *os.File, feeder func(group int), err error) {
	from, err = os.Open(os.DevNull)
	return from, func(int) {}, err
}
