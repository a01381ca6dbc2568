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

// environment is the step that makes the Python environment and puts into it what executes notebooks: nbclient,
// nbconvert and all that they need. A virtual environment knows its own path, so it cannot be staged and renamed: it is
// made in place, and what is not recorded is made anew.
func (s *site) environment() step {
	var python interpreter
	lock := neededBy(requirements, "nbclient", "nbconvert")
	return step{
		name:  "venv",
		does:  "Python environment that runs notebooks, nbclient " + pinned("nbclient"),
		after: []string{"compiler"},
		digest: func(ctx context.Context) (string, error) {
			if rec, ok := s.record("venv"); ok && fileExists(s.python()) {
				// keep the one in use; looking for another takes longer than all other checks
				python.Version = rec.Facts["python"]
			} else if found, err := findPython(ctx); err != nil {
				return "", fmt.Errorf("%w; %s", err, mendPython())
			} else {
				python = found
			}
			return textDigest(append(lock, python.Version, s.home.Venv())...), nil
		},
		make: func(ctx context.Context) (record, error) {
			if python.Path == "" {
				var err error
				if python, err = findPython(ctx); err != nil {
					return record{}, fmt.Errorf("%w; %s", err, mendPython())
				}
			}
			if err := s.makeEnvironment(ctx, python, lock); err != nil {
				return record{}, err
			}
			return record{Made: []string{"venv"}, Facts: map[string]string{
				"python": python.Version, "nbclient": pinned("nbclient"), "nbconvert": pinned("nbconvert"),
			}}, nil
		},
	}
}

// jupyterLab is the step that adds JupyterLab and the kernel test suite to the environment. Interrupted, it goes on
// with the packages that it lacks.
func (s *site) jupyterLab() step {
	program := filepath.Join("venv", "bin", "jupyter-lab") // gone when the environment is made anew
	return step{
		name:   "lab",
		does:   "JupyterLab " + pinned("jupyterlab"),
		after:  []string{"venv"},
		digest: func(context.Context) (string, error) { return textDigest(requirements, s.home.Venv()), nil },
		make: func(ctx context.Context) (record, error) {
			if err := s.installPackages(ctx, "pip-lab", entries(requirements)); err != nil {
				return record{}, err
			}
			// JupyterLab is started without leave to write byte code, so all of it is compiled here, once.
			compile := command{
				log:  "compile-lab",
				argv: []string{s.python(), "-m", "compileall", "-q", "-j", "0", filepath.Join(s.home.Venv(), "lib")},
				env:  s.pythonEnv(),
			}
			// a package may hold a template that is no Python
			if err := s.run(ctx, compile); err != nil && ctx.Err() != nil {
				return record{}, err
			}
			return record{Made: []string{program}, Facts: map[string]string{"jupyterlab": pinned("jupyterlab")}}, nil
		},
	}
}

// unpackPip puts the pip that comes with Python into an environment made without it. python -m venv would install it,
// which takes twenty times as long, as pip installs and compiles itself.
const unpackPip = `import ensurepip, glob, os, sysconfig, zipfile
folder = sysconfig.get_config_var("WHEEL_PKG_DIR") or os.path.join(os.path.dirname(ensurepip.__file__), "_bundled")
wheels = glob.glob(os.path.join(folder, "pip-*.whl"))
if wheels:
    zipfile.ZipFile(max(wheels)).extractall(sysconfig.get_path("purelib"))
else:
    ensurepip.bootstrap()
`

func (s *site) makeEnvironment(ctx context.Context, python interpreter, lock []string) error {
	if err := os.RemoveAll(s.home.Venv()); err != nil { // an older or half-made one
		return err
	}
	for _, argv := range [][]string{{python.Path, "-m", "venv", "--without-pip", s.home.Venv()},
		{s.python(), "-c", unpackPip}} {
		if err := s.run(ctx, command{log: "venv", argv: argv, env: s.pythonEnv()}); err != nil {
			return err
		}
	}
	err := s.installPackages(ctx, "pip-venv", lock)
	if errors.Is(err, errHash) {
		return errors.Join(err, os.RemoveAll(s.home.Venv()))
	}
	return err
}

// downloads is how many packages pip installs at a time: what an interruption costs, against a second that each call of
// pip takes.
const downloads = 50

// installPackages installs entries of a lock that the environment lacks. They are compiled when they are first
// imported.
func (s *site) installPackages(ctx context.Context, log string, lock []string) error {
	file := filepath.Join(s.stage(), log+".txt")
	for part := range slices.Chunk(lock, downloads) {
		if err := writeFile(file, []byte(strings.Join(part, "")), 0o644); err != nil {
			return err
		}
		err := s.pip(ctx, pipRun{log: log, unit: "packages", total: len(part),
			args: []string{"install", "--no-deps", "--no-compile", "--only-binary=:all:", "-r", file}})
		if err != nil {
			return err
		}
	}
	return os.Remove(file)
}

var packageName = regexp.MustCompile(`[A-Za-z0-9][A-Za-z0-9._-]*`)

// neededBy is the part of a lock that some packages and all that they need are. Who needs a package stands below it,
// in comments that begin with "# via".
func neededBy(lock string, names ...string) []string {
	by, name := map[string][]string{}, ""
	for line := range strings.Lines(lock) {
		if comment := strings.TrimSpace(line); strings.HasPrefix(comment, "#") {
			by[name] = append(by[name], packageName.FindAllString(comment, -1)...)
		} else if line[0] != ' ' {
			name = packageName.FindString(line)
		}
	}
	needed := map[string]bool{}
	for grown := names; len(grown) > 0; {
		for _, name := range grown {
			needed[name] = true
		}
		grown = nil
		for name, users := range by {
			if !needed[name] && slices.ContainsFunc(users, func(user string) bool { return needed[user] }) {
				grown = append(grown, name)
			}
		}
	}
	return slices.DeleteFunc(entries(lock), func(entry string) bool { return !needed[packageName.FindString(entry)] })
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
