//go:build unix

package home

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// spoil returns ways to make a path one that others own or may write. Only root can give a file away.
func spoil(t *testing.T) map[string]func(path string) {
	t.Helper()
	chmod := func(mode os.FileMode) func(string) {
		return func(path string) {
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
		}
	}
	ways := map[string]func(string){"everybody may write": chmod(0o777)}
	if os.Geteuid() == 0 {
		ways["belongs to another user"] = func(path string) {
			if err := os.Chown(path, 12345, 12345); err != nil {
				t.Fatal(err)
			}
		}
		ways["the group 12345 may write"] = func(path string) {
			if err := os.Chown(path, 0, 12345); err != nil {
				t.Fatal(err)
			}
			chmod(0o775)(path)
		}
	}
	return ways
}

func TestLocateRefusesPlantedRoots(t *testing.T) {
	none := func(string) string { return "" }
	for why, spoil := range spoil(t) {
		for _, name := range []string{".", "go.mod"} {
			root, below := clone(t)
			spoil(filepath.Join(root, name))
			if got, err := locate(none, below, ""); err == nil || !strings.Contains(err.Error(), why) ||
				!strings.Contains(err.Error(), EnvRoot) {
				t.Errorf("%s, %s: got %+v, %v; want an error that says so and names %s", why, name, got, err, EnvRoot)
			}
			named := func(k string) string { return map[string]string{EnvRoot: root}[k] }
			if got, err := locate(named, below, ""); err != nil || got.Root != root {
				t.Errorf("%s, %s: the root that %s names is refused: %v", why, name, EnvRoot, err)
			}
		}
	}
}

func TestLocatePassesOverAPlantedRoot(t *testing.T) {
	root, below := clone(t)
	planted := filepath.Join(root, "kernel-setup")
	write(t, filepath.Join(planted, "go.mod"), "module coadapt\n")
	spoil(t)["everybody may write"](planted)
	if got, err := locate(func(string) string { return "" }, below, ""); err != nil || got.Root != root {
		t.Errorf("got %+v, %v; want the root above, %s", got, err, root)
	}
}

func TestInstalledHomeComesFirst(t *testing.T) {
	root, _ := clone(t)
	other, below := clone(t)
	installed := t.TempDir()
	write(t, filepath.Join(installed, "manifest.json"), `{"root": "`+root+`"}`)
	for _, c := range []struct{ exe, dir string }{
		{filepath.Join(installed, "bin", "coadapt"), installed},
		{filepath.Join(root, ".coadapt", "bin", "coadapt"), filepath.Join(root, ".coadapt")},
	} {
		if got, err := locate(func(string) string { return "" }, below, c.exe); err != nil || got.Root != root ||
			got.Dir != c.dir {
			t.Errorf("%s in %s: got %+v, %v; want root %s, dir %s", c.exe, other, got, err, root, c.dir)
		}
	}
}
