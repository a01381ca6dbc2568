package main

import (
	"archive/zip"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// makeWheel writes a wheel that holds the files named, and returns what plugins.txt would say of it.
func makeWheel(t *testing.T, dir, name string, files ...string) wheel {
	t.Helper()
	file := filepath.Join(dir, name+"-1.0-py3-none-any.whl")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	info := name + "-1.0.dist-info/"
	texts := map[string]string{
		info + "METADATA": "Metadata-Version: 2.1\nName: " + name + "\nVersion: 1.0\n",
		info + "WHEEL":    "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
		info + "RECORD":   "",
	}
	for _, n := range files {
		texts[n] = "library of " + name
	}
	for n, text := range texts {
		w, err := z.Create(n)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(z.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	digest, err := fileDigest(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PIP_NO_INDEX", "1") // pip looks there, and nowhere else
	t.Setenv("PIP_FIND_LINKS", dir)
	return wheel{requirement: name + "==1.0 --hash=sha256:" + digest, name: name, version: "1.0", sha256: digest}
}

// withPip gives the site a Python that has pip.
func withPip(t *testing.T, s *site) {
	t.Helper()
	p, err := findPython(t.Context())
	if err != nil {
		t.Skip("needs Python with pip: ", err)
	}
	out, err := exec.Command(p.Path, "-c", "import sys, pip; print(sys.executable)").Output()
	if err != nil {
		t.Skip("needs Python with pip, which ", p.Path, " lacks")
	}
	if err := os.MkdirAll(filepath.Dir(s.python()), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(strings.TrimSpace(string(out)), s.python()); err != nil {
		t.Fatal(err)
	}
}

// loads is a loader that takes every plugin but those of the wheels named.
func loads(t *testing.T, tried *[]string, broken ...string) loader {
	return func(_ context.Context, dir string) (pluginAnswer, error) {
		text, err := os.ReadFile(filepath.Join(dir, cpuLibrary))
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(string(text), "library of ")
		*tried = append(*tried, name)
		for _, b := range broken {
			if b == name {
				return pluginAnswer{}, errors.New("does not load")
			}
		}
		return pluginAnswer{API: "0.115", Platform: "cpu", Devices: 1}, nil
	}
}

func TestInstallFirst(t *testing.T) {
	index := t.TempDir()
	good := makeWheel(t, index, "good", "good/pjrt.so", "good-1.0.dist-info/licenses/LICENSE")
	bad := makeWheel(t, index, "bad", "bad/pjrt.so")
	absent := wheel{requirement: "absent==1.0 --hash=sha256:" + strings.Repeat("0", 64), name: "absent", version: "1.0",
		sha256: strings.Repeat("0", 64)}
	tampered := bad
	tampered.sha256 = strings.Repeat("1", 64)
	tampered.requirement = "bad==1.0 --hash=sha256:" + tampered.sha256
	for _, c := range []struct {
		name    string
		wheels  []wheel
		broken  []string
		want    string // package installed, "" for none
		wantErr error
		tried   int
	}{
		{"the first", []wheel{good, bad}, nil, "good", nil, 1},
		{"the first does not load", []wheel{bad, good}, []string{"bad"}, "good", nil, 2},
		{"the first cannot be had", []wheel{absent, good}, nil, "good", nil, 1},
		{"a wrong hash stops it", []wheel{tampered, good}, nil, "", errHash, 0},
		{"none", []wheel{absent}, nil, "", nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, out := testSite(t)
			withPip(t, s)
			var tried []string
			rec, err := s.installFirst(t.Context(), c.wheels, loads(t, &tried, c.broken...))
			if c.want == "" {
				if err == nil || c.wantErr != nil && !errors.Is(err, c.wantErr) {
					t.Fatalf("got error %v, want %v\n%s", err, c.wantErr, out)
				}
				exists(t, s.home.PJRT(), false)
				exists(t, filepath.Join(s.stage(), "plugin"), false)
			} else {
				if err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
				if rec.Facts["package"] != c.want || rec.Facts["wheel_sha256"] != good.sha256 ||
					rec.Facts["api"] != "0.115" {
					t.Errorf("recorded %v", rec.Facts)
				}
				if err := s.pluginSound(rec); err != nil {
					t.Errorf("just installed: %v", err)
				}
				exists(t, filepath.Join(s.home.PJRT(), "LICENSE"), true)
				exists(t, filepath.Join(s.stage(), "plugin"), false)
			}
			if len(tried) != c.tried {
				t.Errorf("tried to load %v, want %d", tried, c.tried)
			}
		})
	}
}

func TestWrongHashKeepsTheInstalledPlugin(t *testing.T) {
	s, _ := testSite(t)
	withPip(t, s)
	index := t.TempDir()
	w := makeWheel(t, index, "new", "new/pjrt.so")
	w.requirement = "new==1.0 --hash=sha256:" + strings.Repeat("2", 64)
	library := filepath.Join(s.home.PJRT(), cpuLibrary)
	write(t, library, "old")
	var tried []string
	if _, err := s.installFirst(t.Context(), []wheel{w}, loads(t, &tried)); !errors.Is(err, errHash) {
		t.Fatalf("got error %v, want %v", err, errHash)
	}
	if text, err := os.ReadFile(library); err != nil || string(text) != "old" {
		t.Errorf("the plugin is %q, %v; want the old one", text, err)
	}
}

func TestUnpackPlugin(t *testing.T) {
	for _, files := range [][]string{{}, {"a.so", "b.so"}} {
		dir := t.TempDir()
		makeWheel(t, dir, "w", files...)
		if err := unpackPlugin(filepath.Join(dir, "w-1.0-py3-none-any.whl"), filepath.Join(dir, "pjrt")); err == nil {
			t.Errorf("a wheel with libraries %v was accepted", files)
		}
	}
	notZip := filepath.Join(t.TempDir(), "x.whl")
	write(t, notZip, "half a wheel")
	if err := unpackPlugin(notZip, t.TempDir()); err == nil {
		t.Error("a truncated wheel was accepted")
	}
}

// Every line of plugins.txt that is no comment is a pinned wheel.
func TestWheels(t *testing.T) {
	all := wheels()
	if len(all) != 2 || all[0].name != "lammps-jax-pjrt-cpu" || all[1].name != "fastatomstruct-xla-cpu" ||
		len(all) != len(entries(pluginWheels)) {
		t.Errorf("plugins.txt holds %+v", all)
	}
	for _, w := range all {
		if w.version != pinnedIn(pluginWheels, w.name) || len(w.sha256) != 64 {
			t.Errorf("%+v", w)
		}
	}
}
