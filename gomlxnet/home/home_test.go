package home

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// clone makes a clone's root with a folder two levels down and returns both.
func clone(t *testing.T) (root, below string) {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	below = filepath.Join(root, "kernel-setup", "tools")
	write(t, filepath.Join(root, "go.mod"), "// a comment\nmodule coadapt\n\ngo 1.26\n")
	write(t, filepath.Join(below, "go.mod"), "module coadapt/kernel-setup/tools\n")
	return root, below
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

func TestLocate(t *testing.T) {
	root, below := clone(t)
	elsewhere := t.TempDir()
	moved := t.TempDir()
	write(t, filepath.Join(moved, "manifest.json"), `{"root": "`+root+`"}`)
	def := filepath.Join(root, ".coadapt")
	for _, c := range []struct {
		name    string
		env     map[string]string
		wd, exe string
		root    string
		dir     string
	}{
		{"working directory", nil, below, "/usr/bin/x", root, def},
		{"executable in the clone", nil, elsewhere, filepath.Join(def, "bin", "coadapt"), root, def},
		{"executable in a moved home", nil, elsewhere, filepath.Join(moved, "bin", "coadapt"), root, moved},
		{"moved home's executable inside the clone", nil, root, filepath.Join(moved, "bin", "coadapt"), root, moved},
		{"COADAPT_ROOT", map[string]string{EnvRoot: root}, elsewhere, "", root, def},
		{"COADAPT_HOME", map[string]string{EnvHome: "there"}, root, "", root, filepath.Join(root, "there")},
	} {
		got, err := locate(func(k string) string { return c.env[k] }, c.wd, c.exe)
		if err != nil || got.Root != c.root || got.Dir != c.dir {
			t.Errorf("%s: got %+v, %v; want root %s, dir %s", c.name, got, err, c.root, c.dir)
		}
	}
	none := func(string) string { return "" }
	if got, err := locate(none, elsewhere, ""); err == nil || !strings.Contains(err.Error(), elsewhere) {
		t.Errorf("outside a clone: got %+v, %v; want an error naming %s", got, err, elsewhere)
	}
	if _, err := locate(func(k string) string { return map[string]string{EnvRoot: elsewhere}[k] }, root,
		""); err == nil {
		t.Error("COADAPT_ROOT outside a clone was accepted")
	}
}

func TestStore(t *testing.T) {
	h := Home{Dir: "/h"}
	t.Setenv(EnvStore, "")
	if got := h.Store(); got != filepath.Join("/h", "store") {
		t.Errorf("Store() = %s", got)
	}
	t.Setenv(EnvStore, "/elsewhere")
	if got := h.Store(); got != "/elsewhere" {
		t.Errorf("Store() = %s with %s set", got, EnvStore)
	}
}
