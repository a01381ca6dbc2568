package main

import (
	"path/filepath"
	"strings"
	"testing"

	"coadapt/gomlxnet/home"
)

func TestCleanRemovesOnlyWhatWasMade(t *testing.T) {
	s, out := testSite(t)
	in := func(name string) string { return filepath.Join(s.home.Dir, name) }
	for _, name := range []string{"venv/bin/python", "bin/gonb", "bin/mine", "pjrt/lib.so", "store/r.json",
		"runs/a.html", "logs/x.log", "stage/w.whl", "manifest.json"} {
		write(t, in(name), "")
	}
	outside := filepath.Join(s.home.Root, "precious")
	write(t, outside, "")
	s.manifest.Steps["venv"] = record{Made: []string{"venv"}}
	s.manifest.Steps["tools"] = record{Made: []string{"bin/gonb", "bin/absent"}}
	s.manifest.Steps["plugin"] = record{Made: []string{"pjrt", "../precious", outside}}
	if err := s.clean(false); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"venv": false, "bin/gonb": false, "bin/mine": true, "pjrt": false,
		"store/r.json": true, "runs/a.html": true,
		"logs": false, "stage": false, "manifest.json": false} {
		exists(t, in(name), want)
	}
	exists(t, outside, true)
	if !strings.Contains(out.String(), "kept in") || !strings.Contains(out.String(), "store") {
		t.Errorf("it does not say what it kept:\n%s", out)
	}
}

func TestCleanStore(t *testing.T) {
	s, _ := testSite(t)
	write(t, filepath.Join(s.home.Dir, "store", "r.json"), "")
	if err := s.clean(true); err != nil {
		t.Fatal(err)
	}
	exists(t, s.home.Dir, false) // nothing is left in it
	moved := t.TempDir()
	t.Setenv(home.EnvStore, filepath.Join(moved, "s"))
	write(t, filepath.Join(moved, "s", "r.json"), "")
	if err := s.clean(true); err != nil {
		t.Fatal(err)
	}
	exists(t, filepath.Join(moved, "s"), false)
}

// A folder called venv that set-up did not make stays.
func TestCleanKeepsAForeignVenv(t *testing.T) {
	s, _ := testSite(t)
	file := filepath.Join(s.home.Venv(), "notes.txt")
	write(t, file, "")
	if err := s.clean(false); err != nil {
		t.Fatal(err)
	}
	exists(t, file, true)
}
