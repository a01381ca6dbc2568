package store

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestUmask: with umask 002 a colleague of the group can write into every folder and file of the store.
func TestUmask(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o002))
	s, err := Open(filepath.Join(t.TempDir(), "a", "store"))
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.Claim(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Checkpoint(1, Files{"f": []byte("x")}); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(key, Files{"f": []byte("x")}); err != nil {
		t.Fatal(err)
	}
	if err := s.Cache("c", []byte("x"), 1000); err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(s.Dir(), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		want := fs.FileMode(0o664)
		if d.IsDir() {
			want = 0o775
		}
		if err == nil && info.Mode().Perm() != want {
			t.Errorf("%s: %o, want %o", path, info.Mode().Perm(), want)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestReadOnlyStore: entries can be read where nothing may be written; a folder that is no store is an error.
func TestReadOnlyStore(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("the superuser may write anywhere")
	}
	dir := t.TempDir()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Put(key, Files{"f": []byte("x")}); err != nil {
		t.Fatal(err)
	}
	for _, d := range []string{stageDir, brokenDir, workDir} {
		if err := os.Remove(filepath.Join(dir, d)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(dir, 0o755)
	if s, err = Open(dir); err != nil {
		t.Fatal(err)
	}
	if files, err := s.Get(key); err != nil || string(files["f"]) != "x" {
		t.Errorf("%v, %v", files, err)
	}
	if _, err := s.Claim(key); !IsReadOnly(err) {
		t.Errorf("claimed: %v", err)
	}
	if _, err := Open(filepath.Join(dir, "other")); !IsReadOnly(err) {
		t.Errorf("a store that cannot be made: %v", err)
	}
}
