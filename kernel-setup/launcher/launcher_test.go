package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"coadapt/gomlxnet/home"
)

// TestMain lets the test binary stand in for the launcher: under the name "go", as bin/shim/go does, and as keeper
// and cell's command.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "go" || len(os.Args) > 1 &&
		slices.Contains([]string{"keep", "command", "cell", "feed"}, os.Args[1]) {
		main()
	}
	os.Exit(m.Run())
}

func TestGoStandIn(t *testing.T) {
	real, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	shim, root, cells := filepath.Join(t.TempDir(), "go"), t.TempDir(), t.TempDir()
	if err := os.Symlink(exe, shim); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "go.mod"), []byte("module coadapt\n\ngo 1.24\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	run := func(dir string, args ...string) string {
		t.Helper()
		cmd := exec.Command(shim, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), envGo+"="+real, envCells+"="+cells, home.EnvRoot+"="+root)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	inside, outside := filepath.Join(cells, "gonb_1"), t.TempDir()
	if err := os.Mkdir(inside, 0o755); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]bool{inside: true, outside: false} {
		run(dir, "mod", "init", "gonb_1")
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(text), "coadapt => "+root); got != want {
			t.Errorf("in %s the clone is required: %v, want %v\n%s", dir, got, want, text)
		}
	}
	if got := run(inside, "env", "GOVERSION"); !strings.HasPrefix(got, "go1.") {
		t.Errorf("go env GOVERSION through the stand-in: %q", got)
	}
}

func TestRealGoSkipsTheStandIn(t *testing.T) {
	shim, other := t.TempDir(), t.TempDir()
	for _, dir := range []string{shim, other} {
		if err := os.WriteFile(filepath.Join(dir, "go"), []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	path := strings.Join([]string{shim + "/", "", other}, string(os.PathListSeparator))
	if got, err := realGo(path, shim); err != nil || got != filepath.Join(other, "go") {
		t.Errorf("realGo = %s, %v; want the one in %s", got, err, other)
	}
	if _, err := realGo(shim, shim); err == nil {
		t.Error("the stand-in was taken for go")
	}
}

func TestSweepKeepsLivingKernels(t *testing.T) {
	tmp := t.TempDir()
	old := time.Now().Add(-time.Hour)
	alive, unlock, err := makeCells(tmp)
	if err != nil {
		t.Fatal(err)
	}
	dead, free, err := makeCells(tmp)
	if err != nil {
		t.Fatal(err)
	}
	free()
	young, free, err := makeCells(tmp)
	if err != nil {
		t.Fatal(err)
	}
	free()
	for _, dir := range []string{alive, dead} {
		if err := os.Chtimes(dir, old, old); err != nil {
			t.Fatal(err)
		}
	}
	sweep(tmp)
	for dir, want := range map[string]bool{alive: true, dead: false, young: true} {
		if _, err := os.Stat(dir); (err == nil) != want {
			t.Errorf("%s is there: %v, want %v", dir, err == nil, want)
		}
	}
	unlock()
}

func TestNoHome(t *testing.T) {
	t.Setenv("HOME", "/kept")
	if err := needHome(home.Home{}); err != nil || os.Getenv("HOME") != "/kept" {
		t.Errorf("HOME became %q, %v", os.Getenv("HOME"), err)
	}
	t.Setenv("HOME", "")
	if err := needHome(home.Home{Dir: t.TempDir()}); err != nil || !filepath.IsAbs(os.Getenv("HOME")) {
		t.Errorf("without HOME it is %q, %v", os.Getenv("HOME"), err)
	}
}
