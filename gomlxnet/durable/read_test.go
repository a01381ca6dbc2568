package durable

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is no regular file is refused at once, and no more is read than is allowed.
func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.txt")
	if err := os.WriteFile(file, []byte("12345"), 0o666); err != nil {
		t.Fatal(err)
	}
	if data, err := ReadFile(file, 5); err != nil || string(data) != "12345" {
		t.Errorf("5 of 5 bytes: %q, %v", data, err)
	}
	for name, want := range map[string]string{file: "more than 4 bytes", dir: "is a folder",
		os.DevNull:                 "a pipe or a device",
		filepath.Join(dir, "none"): "no such file"} {
		if data, err := ReadFile(name, 4); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v; want an error with %q", name, data, err, want)
		}
	}
}
