package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// extra is a Python environment beside JupyterLab's, made by the verb that needs it, from a lock of its own. All of
// them need Python 3.11.
type extra struct {
	name     string // of its step, its logs and its folder
	does     string // what it is, for the reader
	lock     string
	dir      string
	packages []string // whose versions are recorded
	slow     string   // a package that is announced, as it takes long
	instead  string   // what else can be done where Python is too old
}

// python is its interpreter.
func (e extra) python() string { return filepath.Join(e.dir, "bin", "python") }

// ensureExtra brings it up to date.
func (s *site) ensureExtra(ctx context.Context, e extra) error {
	if err := os.MkdirAll(s.stage(), 0o755); err != nil {
		return err
	}
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if s.manifest, err = readManifest(s.home); err != nil {
		return err
	}
	return s.do(ctx, []step{s.extraStep(e)}, true)
}

// extraStep is the step that makes it. Like JupyterLab's it is made in place; pip installs what it downloads part by
// part, and an interrupted one goes on with the packages that it lacks.
func (s *site) extraStep(e extra) step {
	var python interpreter
	find := func(ctx context.Context) (err error) {
		if python, err = findPython(ctx); err != nil {
			return fmt.Errorf("%w; %s", err, mendPython())
		}
		if python.Minor[1] < 11 {
			return fmt.Errorf("%s is Python %s; the lock needs 3.11 or newer, which COADAPT_PYTHON may name%s",
				python.Path, python.Version, e.instead)
		}
		return nil
	}
	return step{
		name: e.name,
		does: e.does,
		digest: func(ctx context.Context) (string, error) {
			if rec, ok := s.record(e.name); ok && fileExists(e.python()) {
				python.Version = rec.Facts["python"]
			} else if err := find(ctx); err != nil {
				return "", err
			}
			return textDigest(e.lock, python.Version, e.dir), nil
		},
		make: func(ctx context.Context) (record, error) {
			if python.Path == "" {
				if err := find(ctx); err != nil {
					return record{}, err
				}
			}
			if err := s.makeExtra(ctx, e, python); err != nil {
				return record{}, err
			}
			facts := map[string]string{"python": python.Version}
			for _, name := range e.packages {
				facts[name] = pinnedIn(e.lock, name)
			}
			return record{Made: []string{filepath.Base(e.dir)}, Facts: facts}, nil
		},
	}
}

func (s *site) makeExtra(ctx context.Context, e extra, python interpreter) error {
	if err := s.run(ctx, command{log: e.name, argv: []string{python.Path, "-m", "venv", e.dir},
		env: s.pythonEnv()}); err != nil {
		return err
	}
	lock := filepath.Join(s.stage(), e.name+".txt")
	all := entries(e.lock)
	for i, entry := range all {
		if err := writeFile(lock, []byte(entry), 0o644); err != nil {
			return err
		}
		if name, _, _ := strings.Cut(entry, "=="); i == 0 || name == e.slow {
			s.say("      %d of %d packages installed; %s is next", i, len(all), name)
		}
		err := s.pip(ctx, pipRun{python: e.python(), log: "pip-" + e.name, unit: "packages",
			args: []string{"install", "--no-deps", "--only-binary=:all:", "-r", lock}})
		if err != nil {
			return err
		}
	}
	return os.Remove(lock)
}
