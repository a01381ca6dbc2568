package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestCache(t *testing.T) {
	s := open(t)
	other, err := Open(s.Dir())
	if err != nil {
		t.Fatal(err)
	}
	give := func(name string, n int, most int64) {
		t.Helper()
		if err := s.Cache(name, bytes.Repeat([]byte(name), n), most); err != nil {
			t.Fatal(err)
		}
	}
	has := func(name string, n int) {
		t.Helper()
		got, err := other.Cached(name)
		if n == 0 && !errors.Is(err, ErrMissing) {
			t.Errorf("%q is %d bytes and %v, want it missing", name, len(got), err)
		}
		if n > 0 && (err != nil || !bytes.Equal(got, bytes.Repeat([]byte(name), n))) {
			t.Errorf("%q is %d bytes and %v, want what was given", name, len(got), err)
		}
	}
	age := func(name string, hours int) {
		t.Helper()
		at := time.Now().Add(-time.Duration(hours) * time.Hour)
		if err := os.Chtimes(s.cacheFile(name), at, at); err != nil {
			t.Fatal(err)
		}
	}
	has("a", 0)
	give("a", 10, 200)
	give("b", 20, 200)
	has("a", 10)
	give("c/../c", 1, 200)
	has("c/../c", 1)
	give("b", 30, 200)
	has("b", 30)

	// With a digest of 32 bytes each they are 42, 62 and 38, and 6 without. There is room for one of 100 beside 100:
	// a was used before b.
	age("a", 2)
	age("b", 3)
	has("b", 30) // is used
	left := filepath.Join(s.Dir(), cacheDir, "new-left")
	if err := os.WriteFile(left, make([]byte, 6), 0o644); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-4 * time.Hour)
	if err := os.Chtimes(left, old, old); err != nil {
		t.Fatal(err)
	}
	give("d", 68, 200)
	has("a", 0)
	has("b", 30)
	has("d", 68)
	if _, err := os.Stat(left); err == nil {
		t.Error("what a killed process left is still there")
	}
	give("too large", 20, 200)
	has("too large", 0)
	has("d", 68)

	// What was damaged is not handed out, and not kept.
	for what, damage := range map[string]func(data []byte) []byte{
		"a bit":     func(data []byte) []byte { data[7] ^= 4; return data },
		"its end":   func(data []byte) []byte { return data[:len(data)-1] },
		"most":      func(data []byte) []byte { return data[:5] },
		"its whole": func([]byte) []byte { return nil },
	} {
		give("e", 9, 300)
		data, err := os.ReadFile(s.cacheFile("e"))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(s.cacheFile("e"), damage(data), 0o644); err != nil {
			t.Fatal(err)
		}
		has("e", 0)
		if _, err := os.Stat(s.cacheFile("e")); err == nil {
			t.Errorf("a file that lost %s is still there", what)
		}
	}

	give("f", 100, 300)
	if freed, err := s.ClearCache(); err != nil || freed == 0 {
		t.Errorf("clearing freed %d bytes, %v", freed, err)
	}
	has("f", 0)
	if freed, err := s.ClearCache(); err != nil || freed != 0 {
		t.Errorf("clearing nothing freed %d bytes, %v", freed, err)
	}
}
