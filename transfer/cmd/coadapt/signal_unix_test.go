//go:build unix

package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// signalled sends a signal to the process whose output it is, when that has told of its first net.
type signalled struct {
	text bytes.Buffer
	send func()
}

func (s *signalled) Write(p []byte) (int, error) {
	n, err := s.text.Write(p)
	if s.send != nil && strings.Contains(s.text.String(), "1/4 ") {
		s.send()
		s.send = nil
	}
	return n, err
}

// TestSignals: SIGTERM and SIGINT end the command alike: what is finished is kept, the message says so, and the same
// command goes on.
func TestSignals(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		args := tiny(t, "-steps", "300", "-workers", "1")
		cmd := exec.CommandContext(context.WithoutCancel(t.Context()), exe, args...)
		cmd.Env = append(os.Environ(), asProgram+"=1")
		errs := &signalled{send: func() { _ = cmd.Process.Signal(sig) }}
		cmd.Stderr = errs
		_ = cmd.Run() // its state has it
		if code := cmd.ProcessState.ExitCode(); code != interrupted ||
			!strings.Contains(errs.text.String(), "interrupted: finished nets") ||
			!strings.Contains(errs.text.String(), "the same command goes on from there") {
			t.Errorf("%v: status %d: %s", sig, code, errs.text.String())
		}
	}
}
