package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestMoveFolderOfALowerLayer: where a folder cannot be renamed, as in the lower layer of an overlay, it is copied and
// removed.
func TestMoveFolderOfALowerLayer(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
	if err := errors.Join(os.Mkdir(from, 0o755), os.WriteFile(filepath.Join(from, "f"), []byte("x"), 0o644)); err != nil {
		t.Fatal(err)
	}
	refused := func(from, to string) error {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: syscall.EXDEV}
	}
	if err := moveFolder(from, to, refused); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(filepath.Join(to, "f")); err != nil || string(data) != "x" {
		t.Errorf("%q, %v", data, err)
	}
	if _, err := os.Stat(from); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("still there: %v", err)
	}
	forbidden := func(string, string) error { return fs.ErrPermission }
	if err := moveFolder(to, from, forbidden); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("another fault: %v", err)
	}
}
