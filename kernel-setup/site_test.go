package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"coadapt/gomlxnet/backend/plugins"
	"coadapt/gomlxnet/home"
)

// testSite is a bare clone with an empty home; what it says goes to the buffer.
func testSite(t *testing.T) (*site, *bytes.Buffer) {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(root, "go.mod"), "module coadapt\n\ngo 1.26\n")
	for _, k := range []string{plugins.EnvPlugins, plugins.EnvBackend, home.EnvStore} {
		t.Setenv(k, "")
	}
	h := home.Home{Root: root, Dir: filepath.Join(root, ".coadapt")}
	m, err := readManifest(h)
	if err != nil {
		t.Fatal(err)
	}
	out := &bytes.Buffer{}
	return &site{home: h, out: out, manifest: m}, out
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// script writes an executable shell script.
func script(t *testing.T, path, text string) {
	t.Helper()
	write(t, path, "#!/bin/sh\n"+text+"\n")
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
}

func exists(t *testing.T, path string, want bool) {
	t.Helper()
	if fileExists(path) != want {
		t.Errorf("%s is there: %v, want %v", path, !want, want)
	}
}
