package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// crossed refuses a folder as an overlay refuses one of its lower layer.
func crossed(from, to string) error {
	return &os.LinkError{Op: "rename", Old: from, New: to, Err: syscall.EXDEV}
}

// TestMoveFolderOfALowerLayer: where a folder cannot be renamed, as in the lower layer of an overlay, it is copied, the
// copy is synced, and then it is removed.
func TestMoveFolderOfALowerLayer(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
	if err := errors.Join(os.Mkdir(from, 0o755),
		os.WriteFile(filepath.Join(from, "f"), []byte("x"), 0o644)); err != nil {
		t.Fatal(err)
	}
	m, did := systemMover(), []string{}
	m.rename = crossed
	sync, remove := m.sync, m.remove
	m.sync = func(path string) error { did = append(did, "sync "+filepath.Base(path)); return sync(path) }
	m.remove = func(path string) error { did = append(did, "remove "+filepath.Base(path)); return remove(path) }
	if err := m.folder(from, to); err != nil {
		t.Fatal(err)
	}
	above := "sync " + filepath.Base(dir)
	if want := []string{"sync to", "sync f", above, "remove from", above}; !slices.Equal(did, want) {
		t.Errorf("it did %q, want %q: all of the copy is synced before the folder is removed", did, want)
	}
	if data, err := os.ReadFile(filepath.Join(to, "f")); err != nil || string(data) != "x" {
		t.Errorf("%q, %v", data, err)
	}
	if _, err := os.Stat(from); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("still there: %v", err)
	}
	forbidden := mover{rename: func(string, string) error { return fs.ErrPermission }}
	if err := forbidden.folder(to, from); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("another fault: %v", err)
	}
	broken := errors.New("the disk fails")
	m.sync = func(string) error { return broken }
	if err := m.folder(to, from); !errors.Is(err, broken) {
		t.Errorf("a copy that cannot be synced: %v, want %v", err, broken)
	}
	for path, want := range map[string]bool{to: true, from: false} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("after that %s is there: %v, want %v", filepath.Base(path), err == nil, want)
		}
	}
}

// TestBrokenEntryThatStays: a broken entry that can be neither moved nor removed is named, with why it stays, and read
// as one that is set aside:
// those who go through the store, or need its net, go on.
func TestBrokenEntryThatStays(t *testing.T) {
	s := open(t)
	if err := s.Put(key, Files{"f": []byte("x")}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(s.dir, entriesDir, key[:2], key, "f")
	if err := os.WriteFile(file, []byte("y"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.move.rename = crossed
	s.move.remove = func(path string) error { return &fs.PathError{Op: "unlink", Path: path, Err: syscall.EPERM} }
	for range 2 {
		_, err := s.Get(key)
		var broken *BrokenError
		if !errors.As(err, &broken) || broken.Key != key || broken.File != "f" || broken.Moved != "" ||
			!errors.Is(broken.Stuck, syscall.EPERM) {
			t.Fatalf("got %v, want an entry that is broken and stays", err)
		}
		for _, want := range []string{key, "digest", "cannot be moved out of the way", "operation not permitted",
			"computed again"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%v\nlacks %q", err, want)
			}
		}
	}
	if left, err := os.ReadDir(filepath.Join(s.dir, brokenDir)); err != nil || len(left) > 0 {
		t.Errorf("copies of it are left: %v, %v", left, err)
	}
	if err := s.Put(key, Files{"f": []byte("x")}); err != nil {
		t.Errorf("computed again, it cannot be put: %v", err)
	}
	s.move = systemMover()
	if _, err := s.Get(key); err == nil || strings.Contains(err.Error(), "cannot be moved") {
		t.Errorf("%v, want that it is set aside once it can be", err)
	}
}
