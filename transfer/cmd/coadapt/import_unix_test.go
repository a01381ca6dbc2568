//go:build unix

package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestImportOfNoArchive: an empty file is a fault, and Ctrl-C ends the wait for a pipe that nobody writes to.
func TestImportOfNoArchive(t *testing.T) {
	dir := t.TempDir()
	empty, pipe := filepath.Join(dir, "empty"), filepath.Join(dir, "pipe")
	if err := os.WriteFile(empty, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{empty: "is empty", dir: "is a folder"} {
		if status, _, errs := coadapt(t, t.Context(), "store", "import", name, "-store",
			filepath.Join(dir, "store")); status != 1 ||
			!strings.Contains(errs, want) {
			t.Errorf("%s: status %d, %s; want it refused with %q", name, status, errs, want)
		}
	}
	if err := syscall.Mkfifo(pipe, 0o666); err != nil {
		t.Skip("no pipes here:", err)
	}
	for _, writer := range []bool{false, true} {
		if writer { // that never says anything
			f, err := os.OpenFile(pipe, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
		}
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		began := time.Now()
		status, _, errs := coadapt(t, ctx, "store", "import", pipe, "-store", filepath.Join(dir, "store"))
		if took := time.Since(began); status == 0 || took > 5*time.Second {
			t.Errorf("a pipe, a writer %t: status %d after %v, %s", writer, status, took, errs)
		}
	}
}
