//go:build !linux && !darwin

package main

import (
	"errors"
	"os/exec"
)

// ownGroup does nothing where there are no process groups.
func ownGroup(*exec.Cmd) {}

// freeBytes is not known here.
func freeBytes(string) (float64, error) { return 0, errors.ErrUnsupported }
