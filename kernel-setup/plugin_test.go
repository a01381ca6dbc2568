package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coadapt/gomlxnet/backend/plugins"
)

func TestPluginKind(t *testing.T) {
	s, _ := testSite(t)
	def, err := s.pluginKind("")
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]string{"linux/amd64": pluginWheel, "linux/arm64": pluginRelease,
		"darwin/arm64": pluginRelease}[platform()]; want != "" && def != want {
		t.Errorf("default on %s: %s, want %s", platform(), def, want)
	}
	if _, err := s.pluginKind("gpu"); err == nil || !strings.Contains(err.Error(), "wheel, release, cuda or none") {
		t.Errorf("-plugin gpu: got error %v, want one that lists the kinds", err)
	}
	s.manifest.Steps["plugin"] = record{Facts: map[string]string{"kind": pluginRelease}}
	for _, c := range []struct{ flag, env, want string }{
		{"", "", pluginRelease},
		{pluginNone, "", pluginNone},
		{"", "/elsewhere", pluginExisting},
		{"", s.home.PJRT(), pluginRelease}, // the kernel's own environment
		{pluginRelease, "/elsewhere", pluginRelease},
	} {
		t.Setenv(plugins.EnvPlugins, c.env)
		if got, err := s.pluginKind(c.flag); err != nil || got != c.want {
			t.Errorf("flag %q, environment %q: got %s, %v; want %s", c.flag, c.env, got, err, c.want)
		}
	}
}

// installed gives the site a recorded plugin and a plugin-check that says what the script says.
func installed(t *testing.T, s *site, check string) (library string) {
	t.Helper()
	library = filepath.Join(s.home.PJRT(), cpuLibrary)
	write(t, library, "a whole plugin")
	facts := map[string]string{"kind": pluginWheel, "package": "p", "version": "1"}
	if err := addLibrary(facts, "library", library); err != nil {
		t.Fatal(err)
	}
	s.manifest.Steps["plugin"] = record{Digest: "d", Made: []string{"pjrt"}, Facts: facts}
	script(t, filepath.Join(s.home.Bin(), "plugin-check"), check)
	return library
}

const goodAnswer = `echo '{"api": "0.115", "platform": "cpu", "devices": 2, "product": "[19 22 43 50]", "seconds": 0.1}'`

func TestPluginChecks(t *testing.T) {
	s, _ := testSite(t)
	installed(t, s, goodAnswer)
	value, err := s.checkInstalledPlugin(t.Context())
	if err != nil || !strings.Contains(value, "[19 22 43 50]") {
		t.Errorf("a good plugin: %q, %v", value, err)
	}
	if value, err := s.checkAPI(t.Context()); err != nil || value != "0.115" {
		t.Errorf("API version: %q, %v", value, err)
	}
}

func TestTruncatedPlugin(t *testing.T) {
	s, _ := testSite(t)
	library := installed(t, s, goodAnswer)
	if err := os.Truncate(library, 5); err != nil {
		t.Fatal(err)
	}
	for _, c := range s.checks() {
		if c.name != "plugin" {
			continue
		}
		f := examine(t.Context(), c)
		if f.OK || !strings.Contains(f.Value, library) || !strings.Contains(f.Value, "SHA-256") ||
			f.Mend.Debian != "go run ./kernel-setup setup" {
			t.Errorf("doctor finds %+v", f)
		}
	}
	if _, why, err := s.stale(t.Context(), s.plugin(pluginWheel)); err != nil || why == "" {
		t.Errorf("set-up would keep the truncated plugin: %q, %v", why, err)
	}
}

// A truncated library ends the loading process by a signal; doctor must outlive that and say so.
func TestPluginThatKillsItsProcess(t *testing.T) {
	s, _ := testSite(t)
	installed(t, s, "echo SIGBUS: bus error >&2; kill -9 $$")
	if _, err := s.checkInstalledPlugin(t.Context()); err == nil || !strings.Contains(err.Error(), "SIGBUS") {
		t.Errorf("got error %v, want one that tells of the bus error", err)
	}
}

func TestAdoptPlugin(t *testing.T) {
	s, _ := testSite(t)
	installed(t, s, goodAnswer)
	dir := t.TempDir()
	t.Setenv(plugins.EnvPlugins, filepath.Join(dir, "no")+string(os.PathListSeparator)+dir)
	if _, err := s.adoptPlugin(t.Context()); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("an empty folder: got error %v, want one naming it", err)
	}
	library := filepath.Join(dir, cpuLibrary)
	write(t, library, "theirs")
	rec, err := s.adoptPlugin(t.Context())
	if err != nil || rec.Facts["kind"] != pluginExisting || rec.Facts["library"] != library ||
		len(rec.Facts["library_sha256"]) != 64 || len(rec.Made) > 0 {
		t.Errorf("recorded %+v, %v", rec, err)
	}
}
