//go:build unix

package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

func TestSweepTouchesOnlyItsOwn(t *testing.T) {
	tmp, elsewhere := t.TempDir(), t.TempDir()
	old := time.Now().Add(-time.Hour)
	folder := func(name string) string {
		dir := filepath.Join(tmp, cellsPrefix+name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	precious := filepath.Join(elsewhere, "lock")
	must(os.WriteFile(precious, nil, 0o600))
	kept := map[string]string{}
	kept["a lock that is a link"] = folder("link")
	must(os.Symlink(precious, filepath.Join(kept["a lock that is a link"], "lock")))
	kept["a lock that is a pipe"] = folder("pipe")
	must(syscall.Mkfifo(filepath.Join(kept["a lock that is a pipe"], "lock"), 0o600))
	kept["no lock"] = folder("none")
	if os.Geteuid() == 0 {
		kept["another user's folder"] = folder("other")
		must(os.WriteFile(filepath.Join(kept["another user's folder"], "lock"), nil, 0o600))
		must(os.Chown(kept["another user's folder"], 12345, 12345))
	}
	for _, dir := range kept {
		must(os.Chtimes(dir, old, old))
	}
	linked := filepath.Join(tmp, cellsPrefix+"linked")
	must(os.Symlink(elsewhere, linked))
	kept["a folder that is a link"] = linked
	done := make(chan struct{})
	go func() {
		defer close(done)
		sweep(tmp)
	}()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatal("it waits for somebody's pipe")
	}
	for what, dir := range kept {
		if _, err := os.Lstat(dir); err != nil {
			t.Errorf("%s was removed: %v", what, err)
		}
	}
	if _, err := os.Stat(precious); err != nil {
		t.Errorf("what a link leads to was removed: %v", err)
	}
	if _, err := os.Lstat(filepath.Join(kept["no lock"], "lock")); err == nil {
		t.Error("a lock was made")
	}
}
