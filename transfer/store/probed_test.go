package store

import (
	"errors"
	"os"
	"strings"
	"testing"
)

// TestProbed reads back what was kept, by another process too, and takes what is damaged for missing.
func TestProbed(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	key := strings.Repeat("ab", 32)
	if _, err := s.Probed(key); !errors.Is(err, ErrMissing) {
		t.Errorf("error %v, want that it is missing", err)
	}
	for _, text := range []string{"first\n", "", "second\nof two lines"} {
		if err := s.KeepProbed(key, []byte(text)); err != nil {
			t.Fatal(err)
		}
		again, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := again.Probed(key); err != nil || string(got) != text {
			t.Errorf("%q, %v: want %q", got, err, text)
		}
	}
	file, err := s.probedFile(key)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-1]++
	if err := os.WriteFile(file, data, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Probed(key); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "digest") {
		t.Errorf("damaged: error %v", err)
	}
	for _, bad := range []string{"", "../../x", "ABCDEF0123"} {
		if err := s.KeepProbed(bad, nil); err == nil || !strings.Contains(err.Error(), "hex digits") {
			t.Errorf("key %q: error %v", bad, err)
		}
	}
	for _, err := range s.Keys() {
		t.Errorf("a probe is taken for an entry (%v)", err)
	}
	other := strings.Repeat("01", 32)
	if err := s.KeepProbed(other, []byte("other")); err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for key, data := range s.AllProbed() {
		found[key] = string(data)
	}
	if _, damaged := found[key]; len(found) != 1 || found[other] != "other" || damaged {
		t.Errorf("all that is kept: %q, want the one that is not damaged", found)
	}
}
