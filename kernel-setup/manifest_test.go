package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"coadapt/gomlxnet/durable"
	"coadapt/gomlxnet/home"
)

func TestManifestRoundTrip(t *testing.T) {
	s, _ := testSite(t)
	s.manifest.Steps["plugin"] = record{Digest: "d", Made: []string{"pjrt"},
		Facts:   map[string]string{"package": "p", "wheel_sha256": "ff"},
		Seconds: 1.5, When: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	if err := s.manifest.write(s.home); err != nil {
		t.Fatal(err)
	}
	got, err := readManifest(s.home)
	if err != nil || !reflect.DeepEqual(got, s.manifest) {
		t.Errorf("read %+v, %v; wrote %+v", got, err, s.manifest)
	}
	left, err := filepath.Glob(filepath.Join(s.home.Dir, "*"+durable.PartEnding))
	if err != nil || len(left) > 0 {
		t.Errorf("working files are left: %v, %v", left, err)
	}
}

// A moved clone's environment holds the old paths: everything is made anew, yet clean still knows what was made.
func TestManifestOfAnotherPlaceIsStale(t *testing.T) {
	s, _ := testSite(t)
	s.manifest.Steps["venv"] = record{Digest: "d", Made: []string{"venv"}}
	if err := s.manifest.write(s.home); err != nil {
		t.Fatal(err)
	}
	moved := filepath.Join(t.TempDir(), "moved")
	if err := os.Rename(s.home.Dir, moved); err != nil {
		t.Fatal(err)
	}
	m, err := readManifest(home.Home{Root: s.home.Root, Dir: moved})
	if err != nil || m.Dir != moved || m.Steps["venv"].Digest != "" || len(m.Steps["venv"].Made) != 1 {
		t.Errorf("got %+v, %v", m, err)
	}
}

func TestDamagedManifest(t *testing.T) {
	s, _ := testSite(t)
	write(t, s.home.ManifestFile(), `{"version": 1, "ste`)
	if _, err := readManifest(s.home); err == nil || !strings.Contains(err.Error(), s.home.ManifestFile()) {
		t.Errorf("got error %v, want one naming the file", err)
	}
}

func TestWriteFileReplacesWhole(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sub", "f")
	for _, text := range []string{"long old text", "new"} {
		if err := writeFile(file, []byte(text)); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(file)
		if err != nil || string(got) != text {
			t.Errorf("got %q, %v", got, err)
		}
	}
}
