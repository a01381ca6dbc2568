package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"coadapt/gomlxnet/home"
)

// testHome is the folder of what the tests of notebooks need while they run.
func (s *site) testHome() string { return filepath.Join(s.home.Dir, "test") }

// kernelsPath is where kernels lie that go before the environment's own of the same name.
func (s *site) kernelsPath() string { return filepath.Join(s.home.Dir, "jupyter", "path") }

// fresh makes a site in dir that has this one's programs, Python and plugins and nothing else: no result, figure or
// guess of anybody's, and a kernel that keeps its own there. What lies in notebooks/ is copied beside it, for cells
// may write where they are.
func (s *site) fresh(ctx context.Context, dir string) (*site, error) {
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o755)); err != nil {
		return nil, err
	}
	f := &site{home: home.Home{Root: s.home.Root, Dir: dir}, out: s.out, terminal: s.terminal, manifest: s.manifest}
	for _, name := range []string{"bin", "venv", "pjrt", "cuda"} {
		if from := filepath.Join(s.home.Dir, name); fileExists(from) {
			if err := os.Symlink(from, filepath.Join(dir, name)); err != nil {
				return nil, err
			}
		}
	}
	spec, err := f.spec(ctx)
	if err != nil {
		return nil, err
	}
	spec.Env[home.EnvStore] = f.store() // whatever the user has set
	text, err := json.Marshal(spec)
	if err != nil {
		return nil, err
	}
	if err := writeFile(filepath.Join(f.kernelsPath(), "kernels", kernelName, "kernel.json"), text); err != nil {
		return nil, err
	}
	return f, copyNotebooks(f.copies(), s.home.Notebooks())
}

// store and copies are a fresh site's store, and its copy of the notebooks.
func (s *site) store() string  { return filepath.Join(s.home.Dir, "store") }
func (s *site) copies() string { return filepath.Join(s.home.Dir, "copies") }

// copyNotebooks copies notebooks, and what they show, without Go code.
func copyNotebooks(to, from string) error {
	return eachOfNotebooks(from, func(name string, text []byte) error {
		return writeFile(filepath.Join(to, name), text)
	})
}

// end stops what trains in the background of a fresh site, and removes it.
func (s *site) end() error {
	runs, err := os.ReadDir(filepath.Join(s.store(), "runs"))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil // it trained nothing
	}
	for _, run := range runs {
		cmd := exec.Command(filepath.Join(s.home.Bin(), "coadapt"), "stop", "-now", "-store="+s.store(), run.Name())
		if out, e := cmd.CombinedOutput(); e != nil {
			err = errors.Join(err, fmt.Errorf("run %s cannot be stopped: %w: %s", run.Name(), e, out))
		}
	}
	return errors.Join(err, os.RemoveAll(s.home.Dir))
}
