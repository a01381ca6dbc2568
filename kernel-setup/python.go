package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

//go:embed requirements.txt
var requirements string

// interpreter is a Python that can make an environment.
type interpreter struct {
	Path    string `json:"-"`
	Version string `json:"version"` // "3.11.7"
	Minor   [2]int `json:"minor"`
	Venv    bool   `json:"venv"` // has the modules venv and ensurepip, which Debian ships apart
}

// findPython finds a Python >= 3.10 with its venv module: $COADAPT_PYTHON, else the first in the PATH.
func findPython(ctx context.Context) (interpreter, error) {
	names := []string{"python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10", "python"}
	if p := os.Getenv("COADAPT_PYTHON"); p != "" {
		names = []string{p}
	}
	var seen []string
	for _, name := range names {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		p, err := probePython(ctx, path)
		switch {
		case err != nil:
			seen = append(seen, fmt.Sprintf("%s does not run (%v)", path, err))
		case p.Minor[0] != 3 || p.Minor[1] < 10:
			seen = append(seen, fmt.Sprintf("%s is %s, too old", path, p.Version))
		case !p.Venv:
			seen = append(seen, fmt.Sprintf("%s %s has no venv module", path, p.Version))
		default:
			return p, nil
		}
	}
	if len(seen) == 0 {
		seen = []string{"none in the PATH as " + strings.Join(names, ", ")}
	}
	return interpreter{}, fmt.Errorf("no Python >= 3.10 with its venv module: %s", strings.Join(seen, "; "))
}

func probePython(ctx context.Context, path string) (interpreter, error) {
	const program = `import json, sys, importlib.util as u
print(json.dumps({"version": sys.version.split()[0], "minor": sys.version_info[:2],
                  "venv": all(u.find_spec(m) for m in ("venv", "ensurepip"))}))`
	out, err := exec.CommandContext(ctx, path, "-I", "-c", program).Output()
	if err != nil {
		return interpreter{}, err
	}
	p := interpreter{Path: path}
	if err := json.Unmarshal(out, &p); err != nil {
		return interpreter{}, fmt.Errorf("unexpected answer %q", out)
	}
	return p, nil
}

// environment is the step that makes the Python environment. A virtual environment knows its own path, so it cannot be staged and renamed:
// it is made in place, and what is not recorded is made anew; what pip has downloaded by then is kept in the stage.
func (s *site) environment() step {
	var python interpreter
	return step{
		name: "venv",
		does: "Python environment with JupyterLab " + pinned("jupyterlab"),
		digest: func(ctx context.Context) (string, error) {
			if rec, ok := s.manifest.Steps["venv"]; ok && fileExists(s.python()) {
				python.Version = rec.Facts["python"] // keep the one in use; looking for another takes longer than all other checks
			} else if found, err := findPython(ctx); err != nil {
				return "", fmt.Errorf("%w; %s", err, mendPython())
			} else {
				python = found
			}
			return textDigest(requirements, python.Version, s.home.Venv()), nil
		},
		make: func(ctx context.Context) (record, error) {
			if python.Path == "" {
				var err error
				if python, err = findPython(ctx); err != nil {
					return record{}, fmt.Errorf("%w; %s", err, mendPython())
				}
			}
			if err := s.makeEnvironment(ctx, python); err != nil {
				return record{}, err
			}
			return record{Made: []string{"venv"}, Facts: map[string]string{
				"python": python.Version, "jupyterlab": pinned("jupyterlab"), "nbclient": pinned("nbclient"), "nbconvert": pinned("nbconvert"),
			}}, nil
		},
	}
}

// downloads is how many packages pip downloads at a time: what an interruption costs, against a second that each call of pip takes.
const downloads = 20

func (s *site) makeEnvironment(ctx context.Context, python interpreter) error {
	if err := os.RemoveAll(s.home.Venv()); err != nil { // an older or half-made one
		return err
	}
	if err := s.run(ctx, command{log: "venv", argv: []string{python.Path, "-m", "venv", s.home.Venv()}, env: s.pythonEnv()}); err != nil {
		return err
	}
	lock, wheels := filepath.Join(s.stage(), "requirements.txt"), filepath.Join(s.stage(), "wheels")
	all := entries(requirements)
	for part := range slices.Chunk(all, downloads) {
		if err := writeFile(lock, []byte(strings.Join(part, "")), 0o644); err != nil {
			return err
		}
		err := s.pip(ctx, pipRun{log: "pip-download", unit: "packages", total: len(part),
			args: []string{"download", "--no-deps", "--only-binary=:all:", "-r", lock, "-d", wheels}})
		if errors.Is(err, errHash) {
			return errors.Join(err, os.RemoveAll(wheels), os.RemoveAll(s.home.Venv()))
		} else if err != nil {
			return err
		}
		if files, err := os.ReadDir(wheels); err == nil {
			s.say("      %d packages downloaded", len(files))
		}
	}
	if err := writeFile(lock, []byte(requirements), 0o644); err != nil {
		return err
	}
	err := s.pip(ctx, pipRun{log: "pip-install", unit: "packages", args: []string{"install", "--no-index", "--find-links", wheels, "-r", lock}})
	if err != nil {
		return err
	}
	return errors.Join(os.RemoveAll(wheels), os.Remove(lock))
}

// pinned is the version of a package in the lock.
func pinned(name string) string { return pinnedIn(requirements, name) }

// pinnedIn is that in another lock.
func pinnedIn(lock, name string) string {
	m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + `==([^ ;\\]+)`).FindStringSubmatch(lock)
	if m == nil {
		return "?"
	}
	return m[1]
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
