package cellmod

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestWrite(t *testing.T) {
	root := filepath.Join(t.TempDir(), "with a space")
	write(t, filepath.Join(root, "go.mod"), `module coadapt
go 1.24.3
require (
	example.com/a v1.2.3 // indirect
	example.com/b v0.1.0
)
exclude example.com/a v1.0.0
replace example.com/b => ./b
replace example.com/a v1.2.3 => example.com/c v1.3.0
`)
	write(t, filepath.Join(root, "go.sum"), "sums\n")
	dir := t.TempDir()
	if err := Write(dir, "gonb_1234", root); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	mod, err := modfile.Parse("go.mod", text, nil)
	if err != nil {
		t.Fatalf("the go command would not read it: %v\n%s", err, text)
	}
	if mod.Module.Mod.Path != "gonb_1234" || mod.Go.Version != "1.24.3" || len(mod.Require) != 3 ||
		len(mod.Exclude) != 1 {
		t.Errorf("not all of the clone's module is there:\n%s", text)
	}
	where := map[string]string{}
	for _, r := range mod.Replace {
		where[r.Old.Path] = r.New.Path
	}
	for path, want := range map[string]string{"coadapt": root, "example.com/b": filepath.Join(root, "b"),
		"example.com/a": "example.com/c"} {
		if where[path] != want {
			t.Errorf("%s is replaced by %q, want %q", path, where[path], want)
		}
	}
	if sum, _ := os.ReadFile(filepath.Join(dir, "go.sum")); string(sum) != "sums\n" {
		t.Errorf("go.sum is %q", sum)
	}
	if err := Write(dir, "x", t.TempDir()); err == nil || !strings.Contains(err.Error(), "go.mod") {
		t.Errorf("a root without go.mod: got error %v, want one naming go.mod", err)
	}
}

// A cell compiles against the clone with the network refused.
func TestCellBuildsOffline(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "go.mod"), "module coadapt\n\ngo 1.24\n")
	write(t, filepath.Join(root, "greet", "greet.go"), "package greet\n\nconst Word = \"hello\"\n")
	dir := t.TempDir()
	if err := Write(dir, "gonb_1", root); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "main.go"),
		"package main\n\nimport \"coadapt/greet\"\n\nfunc main() { println(greet.Word) }\n")
	for _, args := range [][]string{{"get"}, {"build", "-o", filepath.Join(dir, "cell")}} {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=-buildvcs=false", "GOWORK=off")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}
