package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestDrop(t *testing.T) {
	s := open(t)
	if err := s.Put(key, Files{"result": []byte("r"), "weights": []byte("12345")}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int64{5, 0} { // the second time there is nothing to drop
		if freed, err := s.Drop(key, "weights"); err != nil || freed != want {
			t.Errorf("freed %d, %v; want %d", freed, err, want)
		}
	}
	if files, err := s.Get(key); err != nil || len(files) != 1 || string(files["result"]) != "r" {
		t.Errorf("the rest: %v, %v", files, err)
	}
	if _, err := s.Get(key, "weights"); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "dropped") {
		t.Errorf("weights: %v, want that they were dropped", err)
	}
	if !s.Has(key) {
		t.Error("dropping a file set the entry aside")
	}
}

func TestRemoveAndFind(t *testing.T) {
	s := open(t)
	const second = "0123ffff"
	for _, k := range []string{key, second} {
		if err := s.Put(k, Files{"f": nil}); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := s.Find("01234"); err != nil || got != key {
		t.Errorf("%q, %v", got, err)
	}
	for prefix, want := range map[string]string{"0123": "2 keys", "abcd": "no such entry", "01": "four",
		"*123": "four"} {
		if _, err := s.Find(prefix); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", prefix, err, want)
		}
	}
	if err := s.Remove(key); err != nil || s.Has(key) || !s.Has(second) {
		t.Errorf("%v; first there %v, second there %v", err, s.Has(key), s.Has(second))
	}
	if err := s.Remove(key); !errors.Is(err, ErrMissing) {
		t.Errorf("removed twice: %v", err)
	}
}

// TestClean: what belongs to nobody goes; what may still be needed stays.
func TestClean(t *testing.T) {
	s := open(t)
	const unfinished, busy = "ffff0000ffff", "eeee0000eeee"
	for _, k := range []string{key, unfinished, busy} {
		l, err := s.Claim(k)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Checkpoint(3, Files{"f": []byte("abc")}); err != nil {
			t.Fatal(err)
		}
		if k == busy {
			continue
		}
		if err := l.Release(); err != nil {
			t.Fatal(err)
		}
	}
	for _, k := range []string{key, busy} { // stored, but the holder was killed before it could remove its work folder
		if err := s.Put(k, Files{"f": nil}); err != nil {
			t.Fatal(err)
		}
	}
	for name, age := range map[string]time.Duration{"old": 2 * oldStage, "new": 0} {
		dir := filepath.Join(s.Dir(), stageDir, name)
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		when := time.Now().Add(-age)
		if err := os.Chtimes(dir, when, when); err != nil {
			t.Fatal(err)
		}
	}
	folders, freed, err := s.Clean()
	if err != nil || folders != 2 || freed < 3 {
		t.Errorf("%d folders, %d bytes, %v; want 2 folders", folders, freed, err)
	}
	for path, want := range map[string]bool{"stage/old": false, "stage/new": true, "work/" + key: false,
		"work/" + unfinished: true, "work/" + busy: true} {
		if _, err := os.Stat(filepath.Join(s.Dir(), path)); (err == nil) != want {
			t.Errorf("%s there: %v, want %v", path, err == nil, want)
		}
	}
}
