package store

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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
	if os.Getuid() == 0 { // the superuser may write anywhere
		asNobody(t)
		return
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

// asNobody runs the test in a process of a user without rights.
func asNobody(t *testing.T) {
	t.Helper()
	dir, err := os.MkdirTemp("", "nobody-") // t.TempDir is closed to others
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "test")
	if out, err := exec.Command("cp", os.Args[0], program).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	for _, path := range []string{dir, program} {
		if err := os.Chmod(path, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command(program, "-test.v", "-test.run=^"+t.Name()+"$")
	c.Dir, c.Env = dir, append(os.Environ(), "TMPDIR="+dir, "HOME="+dir)
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	if out, err := c.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("as another user: %v\n%s", err, out)
	}
}
