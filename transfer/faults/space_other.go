//go:build unix && !linux

package faults

import (
	"context"
	"errors"
	"syscall"
)

const noLimit = 0

var errLinux = errors.New("Linux is needed")

func limitFiles(int, uint64) error { return errLinux }

func canLimit(context.Context, *harness) error { return errLinux }

func mountSpace() *syscall.SysProcAttr { return nil }

func canMount(context.Context, *harness) error { return errLinux }
