//go:build unix

package plugins

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coadapt/gomlxnet/home"
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

func TestPlantedPluginsAreLeftOut(t *testing.T) {
	for why, spoil := range spoil(t) {
		for _, name := range []string{".", "pjrt", "pjrt/pjrt_c_api_cpu_plugin.so"} {
			h := home.Home{Dir: filepath.Join(t.TempDir(), ".coadapt")}
			write(t, filepath.Join(h.PJRT(), "pjrt_c_api_cpu_plugin.so"), "")
			spoil(filepath.Join(h.Dir, name))
			if dirs := Dirs(h); len(dirs) > 0 {
				t.Errorf("%s, %s: plugins of %q would be loaded", why, name, dirs)
			}
			if config, notice, err := choose(h, "", "", "", false); err != nil || config != "go" ||
				!strings.Contains(notice, why) {
				t.Errorf("%s, %s: got %q, notice %q, error %v; want go and a notice that says why", why, name, config,
					notice, err)
			}
			if _, _, err := choose(h, "xla:cpu", "", "", false); err == nil || !strings.Contains(err.Error(), why) {
				t.Errorf("%s, %s: got error %v, want one that says why", why, name, err)
			}
		}
	}
}
