package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestProvided(t *testing.T) {
	write := func(path, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cache, root := t.TempDir(), t.TempDir()
	write(filepath.Join(root, "transfer", "net.go"), "package transfer\n")
	write(filepath.Join(root, "empty", "README"), "")
	write(filepath.Join(cache, "example.com", "!big", "lib@v1.2.0", "sub", "a.go"), "package sub\n")
	for imports, want := range map[string]bool{
		`"fmt"; "net/http"`:           true,
		`"coadapt/transfer"`:          true,
		`"coadapt/none"`:              false,
		`"coadapt/empty"`:             false,
		`x "example.com/Big/lib/sub"`: true,
		`"example.com/Big/lib"`:       false,
		`"example.com/Big/library"`:   false,
		`"example.com/other"`:         false,
		`"C"`:                         false,
		`"not finished`:               false,
	} {
		dir := t.TempDir()
		write(filepath.Join(dir, "go.mod"),
			"module gonb_1\n\nrequire (\n\tcoadapt v0.0.0\n\texample.com/Big/lib v1.2.0\n)\n\nreplace "+
				"(\n\tcoadapt => "+root+"\n)\n")
		write(filepath.Join(dir, "main.go"), "package main\n\nimport ("+imports+")\n")
		if got := provided(dir, cache); got != want {
			t.Errorf("import %s: all is there: %v, want %v", imports, got, want)
		}
	}
	if provided(t.TempDir(), cache) {
		t.Error("a folder without a go.mod has all that it needs")
	}
}

func TestModuleCache(t *testing.T) {
	for want, env := range map[string]map[string]string{
		"/c":            {"GOMODCACHE": "/c", "GOPATH": "/p", "HOME": "/h"},
		"/p/pkg/mod":    {"GOPATH": "/p:/q", "HOME": "/h"},
		"/h/go/pkg/mod": {"HOME": "/h"},
		"":              {},
	} {
		if got := moduleCache(func(k string) string { return env[k] }); got != want {
			t.Errorf("%v: %s, want %s", env, got, want)
		}
	}
}
