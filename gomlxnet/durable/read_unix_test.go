//go:build unix

package durable

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A pipe that nobody writes to is never opened: that would wait for ever.
func TestOpenOfAPipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o666); err != nil {
		t.Skip("no pipes here:", err)
	}
	if _, err := Open(pipe); err == nil || !strings.Contains(err.Error(), "a pipe or a device") {
		t.Errorf("%v, want an error that names the pipe", err)
	}
}
