package home

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Environment variables that override what Locate and Store find.
const (
	EnvHome  = "COADAPT_HOME"  // the folder of what set-up makes, instead of <root>/.coadapt
	EnvRoot  = "COADAPT_ROOT"  // the clone's root
	EnvStore = "COADAPT_STORE" // the store, instead of <home>/store
	// how long a silent worker keeps its net, instead of 90s; the same for all workers of a store
	EnvLease = "COADAPT_LEASE"
)

// Home is one clone and its set-up. Both paths are absolute.
type Home struct {
	Root string // the clone's root, the folder of go.mod
	Dir  string // what set-up makes: <root>/.coadapt or $COADAPT_HOME; it need not exist yet
}

// Locate finds the clone from the environment, else from the running executable (which set-up places in <home>/bin),
// else from the working directory upwards. A clone that others own or may write is passed over, unless the
// environment names it. Locate fails, naming where it looked and what it passed over, when none of these is inside a
// clone.
func Locate() (Home, error) {
	wd, err := os.Getwd()
	if err != nil {
		return Home{}, fmt.Errorf("cannot tell the working directory: %w", err)
	}
	exe, err := os.Executable()
	if err != nil {
		exe = "" // not fatal: one of three places to look
	} else if real, err := filepath.EvalSymlinks(exe); err == nil {
		exe = real
	}
	return locate(os.Getenv, wd, exe)
}

// locate is Locate with what it reads as arguments.
func locate(getenv func(string) string, wd, exe string) (Home, error) {
	installed, installedRoot := installedHome(exe)
	var h Home
	if root := getenv(EnvRoot); root != "" {
		h.Root = absFrom(wd, root)
		if !isRoot(h.Root) {
			return Home{}, fmt.Errorf("%s=%s: no go.mod of module coadapt there; unset it or name the clone's root",
				EnvRoot, h.Root)
		}
	}
	var refused error
	for _, from := range []string{installedRoot, filepath.Dir(exe), wd} {
		if h.Root == "" && from != "" && from != "." {
			var err error
			h.Root, err = walkUp(from)
			refused = errors.Join(refused, err)
		}
	}
	switch {
	case h.Root == "" && refused != nil:
		return Home{}, fmt.Errorf("%w; change what is wrong, or set %s to the clone if you trust it", refused, EnvRoot)
	case h.Root == "":
		return Home{}, fmt.Errorf(
			"no clone of coadapt found from %s upwards; change into the clone or set %s to it", wd, EnvRoot)
	case getenv(EnvHome) != "":
		h.Dir = absFrom(wd, getenv(EnvHome))
	case installed != "" && installedRoot == h.Root:
		h.Dir = installed
	default:
		h.Dir = filepath.Join(h.Root, ".coadapt")
	}
	return h, nil
}

// installedHome returns the home an executable was installed into and the clone it was made from, or "" when its
// folder is no home.
func installedHome(exe string) (dir, root string) {
	if exe == "" {
		return "", ""
	}
	dir = filepath.Dir(filepath.Dir(exe))
	text, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		return "", ""
	}
	var m struct {
		Root string `json:"root"`
	}
	if json.Unmarshal(text, &m) != nil || m.Root == "" {
		return "", ""
	}
	return dir, m.Root
}

func absFrom(wd, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(wd, path)
}

// walkUp finds the first clone's root at from or above it that is trusted. Where there is none, err says why others
// were passed over.
func walkUp(from string) (root string, err error) {
	for dir := from; ; dir = filepath.Dir(dir) {
		if isRoot(dir) {
			wrong := errors.Join(Trusted(dir), Trusted(filepath.Join(dir, "go.mod")))
			if wrong == nil {
				return dir, nil
			}
			err = errors.Join(err, fmt.Errorf("the clone %s is not used: %w", dir, wrong))
		}
		if dir == filepath.Dir(dir) {
			return "", err
		}
	}
}

// isRoot tells whether dir holds the go.mod of module coadapt itself (kernel-setup/tools has modules of its own).
func isRoot(dir string) bool {
	text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return false
	}
	for line := range bytes.Lines(text) {
		if f := bytes.Fields(line); len(f) >= 2 && string(f[0]) == "module" {
			return string(f[1]) == "coadapt"
		}
	}
	return false
}

// Venv is the folder of the Python environment with JupyterLab.
func (h Home) Venv() string { return filepath.Join(h.Dir, "venv") }

// Peers is the folder of the Python environment with what the bench compares with.
func (h Home) Peers() string { return filepath.Join(h.Dir, "peers") }

// Bin is the folder of the programs that set-up builds.
func (h Home) Bin() string { return filepath.Join(h.Dir, "bin") }

// PJRT is the folder of the PJRT plugin for the CPU.
func (h Home) PJRT() string { return filepath.Join(h.Dir, "pjrt") }

// CUDA is the folder where set-up places the CUDA plugin; its run path needs a sibling folder called nvidia, which it
// is itself.
func (h Home) CUDA() string { return filepath.Join(h.Dir, "cuda", "go-xla", "nvidia") }

// Logs is the folder of what the tools of set-up printed.
func (h Home) Logs() string { return filepath.Join(h.Dir, "logs") }

// Runs is the folder of executed notebooks.
func (h Home) Runs() string { return filepath.Join(h.Dir, "runs") }

// Figures is the folder of figures drawn by notebooks.
func (h Home) Figures() string { return filepath.Join(h.Dir, "figures") }

// Notebooks is the clone's folder of notebooks.
func (h Home) Notebooks() string { return filepath.Join(h.Root, "notebooks") }

// Lessons is the folder of the reader's copies of the notebooks.
func (h Home) Lessons() string { return filepath.Join(h.Dir, "lessons") }

// ManifestFile is the record of what set-up made.
func (h Home) ManifestFile() string { return filepath.Join(h.Dir, "manifest.json") }

// Store is the folder of results and weights: $COADAPT_STORE, else <home>/store.
func (h Home) Store() string {
	if s := os.Getenv(EnvStore); s != "" {
		if abs, err := filepath.Abs(s); err == nil {
			return abs
		}
		return s
	}
	return filepath.Join(h.Dir, "store")
}
