package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"coadapt/gomlxnet/durable"
	"coadapt/gomlxnet/home"
)

// manifest is .coadapt/manifest.json: what set-up made, from what. It is rewritten after each step, so that an
// interrupted run goes on.
type manifest struct {
	Version int               `json:"version"`
	Root    string            `json:"root"` // the clone it belongs to
	Dir     string            `json:"dir"`  // where it lies; a moved folder is set up anew
	Steps   map[string]record `json:"steps"`
}

// record is one finished step.
type record struct {
	Digest  string            `json:"digest"`          // of what the step was made from
	Made    []string          `json:"made,omitempty"`  // what clean removes, relative to the home
	Facts   map[string]string `json:"facts,omitempty"` // for people and for doctor: package, version, hashes
	Seconds float64           `json:"seconds"`
	When    time.Time         `json:"when"`
}

// manifestVersion changes when old manifests cannot be read any more.
const manifestVersion = 1

// readManifest reads h's manifest; a missing one, or one of another clone or place, is empty.
func readManifest(h home.Home) (*manifest, error) {
	empty := &manifest{Version: manifestVersion, Root: h.Root, Dir: h.Dir, Steps: map[string]record{}}
	text, err := os.ReadFile(h.ManifestFile())
	if errors.Is(err, fs.ErrNotExist) {
		return empty, nil
	} else if err != nil {
		return nil, fmt.Errorf("cannot read what was set up: %w", err)
	}
	m := &manifest{}
	if err := json.Unmarshal(text, m); err != nil {
		return nil, fmt.Errorf("%s is damaged: %w; remove it and run `go run ./kernel-setup setup`", h.ManifestFile(),
			err)
	}
	if m.Version == manifestVersion && m.Root == h.Root && m.Dir == h.Dir && m.Steps != nil {
		return m, nil
	}
	for name, r := range m.Steps { // stale, but clean must still find what was made
		r.Digest = ""
		empty.Steps[name] = r
	}
	return empty, nil
}

// write replaces h's manifest in one step.
func (m *manifest) write(h home.Home) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(h.ManifestFile(), append(text, '\n'))
}

// writeFile writes a file, and the folders above it, so that path is whole or not there.
func writeFile(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return durable.WriteBytes(path, text)
}

// fileDigest is the SHA-256 of a file, in hex.
func fileDigest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("cannot read %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// textDigest is the SHA-256 over texts, each ended by a zero byte, in hex.
func textDigest(texts ...string) string {
	h := sha256.New()
	for _, t := range texts {
		io.WriteString(h, t) // a hash's Write returns no error
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}
