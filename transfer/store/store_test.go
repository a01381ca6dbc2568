package store

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const key = "0123456789abcdef"

func open(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPutGet(t *testing.T) {
	s := open(t)
	if _, err := s.Get(key); !errors.Is(err, ErrMissing) {
		t.Errorf("an empty store says %v, want ErrMissing", err)
	}
	want := Files{"result.json": []byte("{}"), "weights": {1, 2, 3}}
	if err := s.Put(key, want); err != nil {
		t.Fatal(err)
	}
	got, err := s.Get(key)
	if err != nil || len(got) != 2 || string(got["weights"]) != string(want["weights"]) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	if one, err := s.Get(key, "result.json"); err != nil || len(one) != 1 {
		t.Errorf("one file: %v, %v", one, err)
	}
	if _, err := s.Get(key, "other"); err == nil || !strings.Contains(err.Error(), `"other"`) {
		t.Errorf("a file that is not there: %v", err)
	}
	var keys []string
	for k, err := range s.Keys() {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, k)
	}
	if !slices.Equal(keys, []string{key}) {
		t.Errorf("keys %v", keys)
	}
}

// TestFirstWriterWins: two workers may finish one net; the entry does not change.
func TestFirstWriterWins(t *testing.T) {
	s := open(t)
	for _, data := range []string{"first", "second"} {
		if err := s.Put(key, Files{"f": []byte(data)}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Get(key)
	if err != nil || string(got["f"]) != "first" {
		t.Errorf("got %q, %v; want first", got["f"], err)
	}
	left, err := os.ReadDir(filepath.Join(s.Dir(), stageDir))
	if err != nil || len(left) != 0 {
		t.Errorf("stage holds %v, %v", left, err)
	}
}

// TestOddFolder: a store may lie in a folder whose name means something in a pattern.
func TestOddFolder(t *testing.T) {
	s, err := Open(filepath.Join(t.TempDir(), "runs[3]", "*"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Put(key, Files{"f": nil}); err != nil {
		t.Fatal(err)
	}
	if found, err := s.Find(key[:4]); err != nil || found != key {
		t.Errorf("found %q, %v", found, err)
	}
	for k, err := range s.Keys() {
		if err != nil || k != key {
			t.Errorf("key %q, %v", k, err)
		}
		key := "ffff0000"
		l, err := s.Claim(key)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Checkpoint(3, Files{"f": []byte("abc")}); err != nil {
			t.Fatal(err)
		}
		if step, files, _, err := l.Latest(); err != nil || step != 3 || string(files["f"]) != "abc" {
			t.Errorf("checkpoint: step %d, %v, %v", step, files, err)
		}
		return
	}
	t.Error("no key")
}

// TestUnreadableStore: what cannot be listed is not taken for empty.
func TestUnreadableStore(t *testing.T) {
	s := open(t)
	if err := os.Remove(filepath.Join(s.Dir(), entriesDir)); err != nil {
		t.Fatal(err)
	}
	for _, err := range s.Keys() {
		if err == nil || !strings.Contains(err.Error(), s.Dir()) {
			t.Errorf("%v, want an error that names the store", err)
		}
		return
	}
	t.Error("a store whose entries cannot be listed has none")
}

// TestDamagedName: an entry whose list of digests calls a file by another name is broken, not an entry without that
// file.
func TestDamagedName(t *testing.T) {
	s := open(t)
	if err := s.Put(key, Files{"result.json": []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	dir, _ := s.path(key)
	index := filepath.Join(dir, digestsFile)
	text, err := os.ReadFile(index)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(index, []byte(strings.Replace(string(text), "result", "resulu", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	var broken *BrokenError
	if _, err := s.Get(key, "result.json"); !errors.As(err, &broken) || broken.File != digestsFile {
		t.Errorf("%v, want a BrokenError that names %s", err, digestsFile)
	}
}

func TestFlippedByte(t *testing.T) {
	s := open(t)
	if err := s.Put(key, Files{"weights": []byte("abc")}); err != nil {
		t.Fatal(err)
	}
	dir, _ := s.path(key)
	if err := os.WriteFile(filepath.Join(dir, "weights"), []byte("abd"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := s.Get(key)
	var broken *BrokenError
	if !errors.As(err, &broken) || broken.File != "weights" || broken.Key != key {
		t.Fatalf("a flipped byte gives %v, want a BrokenError that names weights", err)
	}
	if _, err := os.Stat(filepath.Join(broken.Moved, "weights")); err != nil {
		t.Errorf("the entry was not set aside: %v", err)
	}
	if _, err := s.Get(key); !errors.Is(err, ErrMissing) {
		t.Errorf("after that: %v, want ErrMissing", err)
	}
	if err := s.Put(key, Files{"weights": []byte("abc")}); err != nil {
		t.Errorf("writing it again: %v", err)
	}
}

// TestTornEntry: a folder without its index, as a crash of another program
// could leave, is not an entry.
func TestTornEntry(t *testing.T) {
	s := open(t)
	dir, _ := s.path(key)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	var broken *BrokenError
	if _, err := s.Get(key); !errors.As(err, &broken) {
		t.Errorf("a torn entry gives %v, want a BrokenError", err)
	}
}

func TestBadNames(t *testing.T) {
	s := open(t)
	for _, k := range []string{"", "short", "../../../../etc", "0123456789ABCDEF"} {
		if err := s.Put(k, Files{"f": nil}); err == nil {
			t.Errorf("key %q was taken", k)
		}
	}
	for _, name := range []string{"a/b", "../f", digestsFile} {
		if err := s.Put(key, Files{name: nil}); err == nil {
			t.Errorf("file name %q was taken", name)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file); err == nil {
		t.Error("a file was opened as a store")
	}
}

func TestKey(t *testing.T) {
	a, err := Key(map[string]int{"b": 1, "a": 2})
	if err != nil {
		t.Fatal(err)
	}
	// printf '{"a":2,"b":1}' | sha256sum
	if want := "d3626ac30a87e6f7a6428233b3c68299976865fa5508e4267c5415c76af7a772"; a != want {
		t.Errorf("key %s, want %s", a, want)
	}
}
