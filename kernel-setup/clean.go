package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// clean removes what the manifest says set-up made, and set-up's own working files; what else lies in the home stays:
// the store (unless it is asked for), executed notebooks, figures, anything of the user's.
func (s *site) clean(store bool) error {
	var paths []string
	for _, rec := range s.manifest.Steps {
		for _, made := range rec.Made {
			if filepath.IsLocal(made) { // a manifest edited by hand must not reach outside
				paths = append(paths, filepath.Join(s.home.Dir, made))
			}
		}
	}
	for _, name := range []string{"venv", "stage", "logs", "jupyter", "test", "screenshots", "manifest.json",
		"setup.lock"} {
		if name == "venv" && s.foreignVenv() {
			continue
		}
		paths = append(paths, filepath.Join(s.home.Dir, name))
	}
	if store {
		paths = append(paths, s.home.Store())
	}
	var failed error
	for _, p := range paths {
		if !fileExists(p) {
			continue
		}
		if err := os.RemoveAll(p); err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		s.say("removed %s", short(p))
	}
	for _, dir := range []string{s.home.Bin(), s.home.Dir} {
		_ = os.Remove(dir) // only when nothing is left in it
	}
	if entries, err := os.ReadDir(s.home.Dir); err == nil && len(entries) > 0 {
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		s.say("kept in %s: %s", short(s.home.Dir), strings.Join(names, ", "))
	}
	return failed
}

// foreignVenv tells whether the folder venv is not one that an interrupted set-up left: the manifest does not know it
// and it is no Python environment.
func (s *site) foreignVenv() bool {
	_, recorded := s.manifest.Steps["venv"]
	return !recorded && !fileExists(filepath.Join(s.home.Venv(), "pyvenv.cfg"))
}
