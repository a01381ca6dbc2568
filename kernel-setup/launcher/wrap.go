package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// wrapped stands behind the name of a cell's program; the name itself is a script's that starts it through cellProgram.
const wrapped = ".cell"

// cellBinary is the place in args of the program that `go build -o PROGRAM` makes of a cell, in the working
// directory; 0 where it makes none. A WebAssembly cell's lies elsewhere.
func cellBinary(args []string) int {
	at := slices.Index(args, "-o") + 1
	if at == 0 || at == len(args) {
		return 0
	}
	if wd, err := os.Getwd(); err != nil || filepath.Dir(args[at]) != filepath.Clean(wd) {
		return 0
	}
	return at
}

// wrapBuild runs build with another name for the cell's program and leaves the script at the program's own.
func wrapBuild(args []string, build func(args []string) int) int {
	at := cellBinary(args)
	exe, err := os.Executable()
	if at == 0 || err != nil {
		return build(args)
	}
	program := args[at]
	if err := os.Remove(program); err != nil && !errors.Is(err, fs.ErrNotExist) { // an earlier cell's script
		fmt.Fprintln(os.Stderr, "go build:", err)
		return 1
	}
	args = slices.Clone(args)
	args[at] = program + wrapped
	if status := build(args); status != 0 {
		return status
	}
	quote := func(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
	script := fmt.Sprintf("#!/bin/sh\nexec %s cell %s \"$@\"\n", quote(exe), quote(program+wrapped))
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		fmt.Fprintln(os.Stderr, "go build:", err)
		return 1
	}
	return 0
}
