package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// onlyGo makes a PATH with the go command and nothing else but the programs named.
func onlyGo(t *testing.T, programs ...string) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range append(programs, "go") {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Skip("needs ", name)
		}
		if path, err = filepath.EvalSymlinks(path); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
	t.Setenv("CC", "")
}

func TestHiddenCompiler(t *testing.T) {
	s, _ := testSite(t)
	onlyGo(t)
	for _, c := range s.checks() {
		if c.name != "c-compiler" {
			continue
		}
		f := examine(t.Context(), c)
		if f.OK || !strings.Contains(f.Value, "no C compiler") {
			t.Errorf("without a compiler doctor finds %+v", f)
		}
		if !strings.Contains(f.Mend.Debian, "apt-get install gcc") ||
			!strings.Contains(f.Mend.Fedora, "dnf install gcc") || !strings.Contains(f.Mend.MacOS, "xcode-select") {
			t.Errorf("how to mend: %+v", f.Mend)
		}
		if line := f.String(); !strings.HasPrefix(line, "FAIL") || !strings.Contains(line, "on Fedora") {
			t.Errorf("the line is %q", line)
		}
	}
	if err := s.setup(t.Context(), setupOptions{}); err == nil ||
		!strings.Contains(err.Error(), "apt-get install gcc") {
		t.Errorf("set-up without a compiler: %v, want an error that tells how to mend", err)
	}
}

func TestBrokenCompiler(t *testing.T) {
	dir := t.TempDir()
	script(t, filepath.Join(dir, "badcc"), "echo 'fatal error: stdlib.h: No such file' >&2; exit 1")
	t.Setenv("CC", filepath.Join(dir, "badcc"))
	if _, err := compilerCheck(t.Context()); err == nil || !strings.Contains(err.Error(), "stdlib.h") {
		t.Errorf("got error %v, want the compiler's words", err)
	}
}

func TestDoctorOnABareClone(t *testing.T) {
	s, out := testSite(t)
	if err := s.doctor(t.Context(), true); !errors.Is(err, errReported) {
		t.Fatalf("got error %v, want %v", err, errReported)
	}
	var findings []struct {
		Name, Value string
		OK          *bool
		Mend        *mend
	}
	if err := json.Unmarshal(out.Bytes(), &findings); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	bad := map[string]bool{}
	for _, f := range findings {
		if f.OK == nil || f.Value == "" || (f.Mend == nil) != *f.OK {
			t.Errorf("finding %+v: want ok, a value, and mend just where it failed", f)
			continue
		}
		bad[f.Name] = !*f.OK
		if !*f.OK && (f.Mend.Debian == "" || f.Mend.Fedora == "" || f.Mend.MacOS == "") {
			t.Errorf("%s: mend lacks a system: %+v", f.Name, f.Mend)
		}
	}
	for _, name := range []string{"set-up", "plugin", "pjrt-api", "kernel", "jupyterlab"} {
		if !bad[name] {
			t.Errorf("%s is well on a bare clone", name)
		}
	}
	for _, name := range []string{"go", "disk", "memory", "gpu"} {
		if failed, found := bad[name]; !found || failed {
			t.Errorf("%s: found %v, failed %v", name, found, failed)
		}
	}
	out.Reset()
	if err := s.doctor(t.Context(), false); !errors.Is(err, errReported) ||
		!strings.Contains(out.String(), "checks failed.") {
		t.Errorf("for people: %v\n%s", err, out)
	}
}

func TestFindPython(t *testing.T) {
	dir := t.TempDir()
	for name, answer := range map[string]string{
		"old":    `{"version": "3.9.2", "minor": [3, 9], "venv": true}`,
		"debian": `{"version": "3.11.2", "minor": [3, 11], "venv": false}`,
		"good":   `{"version": "3.12.1", "minor": [3, 12], "venv": true}`,
	} {
		script(t, filepath.Join(dir, name), "echo '"+answer+"'")
	}
	script(t, filepath.Join(dir, "broken"), "exit 3")
	for name, want := range map[string]string{"old": "too old", "debian": "no venv module", "broken": "does not run",
		"absent": "none in the PATH", "good": ""} {
		t.Setenv("COADAPT_PYTHON", filepath.Join(dir, name))
		p, err := findPython(t.Context())
		if want == "" && (err != nil || p.Version != "3.12.1") || want != "" &&
			(err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: got %+v, %v; want %q", name, p, err, want)
		}
	}
}
