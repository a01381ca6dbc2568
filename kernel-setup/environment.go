package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// environment is a Python environment that is made from a lock: JupyterLab's by set-up, others by the verbs that need
// them.
type environment struct {
	name     string   // of its step and its logs
	does     string   // what it is, for the reader
	lock     []string // texts with its requirements
	dir      string
	packages []string // whose versions are recorded
	minor    int      // the lock needs Python 3.minor or newer
	instead  string   // what else can be done where Python is too old
	// Its packages are large: pip installs one at a time, and an interrupted environment goes on with those that it
	// lacks. Others are made anew.
	large bool
	slow  string // a package that is announced, as it takes long
}

// python is its interpreter.
func (e environment) python() string { return filepath.Join(e.dir, "bin", "python") }

// executing is the environment that executes notebooks: nbclient, nbconvert and all that they need.
func (s *site) executing() environment {
	return environment{
		name:     "venv",
		does:     "Python environment that runs notebooks, nbclient " + pinned("nbclient"),
		lock:     neededBy(requirements, "nbclient", "nbconvert"),
		dir:      s.home.Venv(),
		packages: []string{"nbclient", "nbconvert"},
		minor:    10,
	}
}

// environment is the step that makes e. A virtual environment knows its own path, so it cannot be staged and renamed:
// it is made in place.
func (s *site) environment(e environment) step {
	var python interpreter
	find := func(ctx context.Context) (err error) {
		if python, err = findPython(ctx); err != nil {
			return fmt.Errorf("%w; %s", err, mendPython())
		}
		if python.Minor[1] < e.minor {
			return fmt.Errorf("%s is Python %s; the lock needs 3.%d or newer, which COADAPT_PYTHON may name%s",
				python.Path, python.Version, e.minor, e.instead)
		}
		return nil
	}
	return step{
		name:  e.name,
		does:  e.does,
		after: []string{"compiler"},
		digest: func(ctx context.Context) (string, error) {
			if rec, ok := s.record(e.name); ok && fileExists(e.python()) {
				// keep the one in use; looking for another takes longer than all other checks
				python.Version = rec.Facts["python"]
			} else if err := find(ctx); err != nil {
				return "", err
			}
			return textDigest(slices.Concat(e.lock, []string{python.Version, e.dir})...), nil
		},
		make: func(ctx context.Context) (record, error) {
			if python.Path == "" {
				if err := find(ctx); err != nil {
					return record{}, err
				}
			}
			if err := s.makeEnvironment(ctx, e, python); err != nil {
				return record{}, err
			}
			facts := map[string]string{"python": python.Version}
			for _, name := range e.packages {
				facts[name] = pinnedIn(strings.Join(e.lock, ""), name)
			}
			return record{Made: []string{filepath.Base(e.dir)}, Facts: facts}, nil
		},
	}
}

// unpackPip puts the pip that comes with Python into an environment made without it. python -m venv would install it,
// which takes twenty times as long, as pip installs and compiles itself.
const unpackPip = `import ensurepip, glob, importlib.util, os, sys, sysconfig, zipfile
if importlib.util.find_spec("pip"):
    sys.exit() # an environment that was interrupted has one
folder = sysconfig.get_config_var("WHEEL_PKG_DIR") or os.path.join(os.path.dirname(ensurepip.__file__), "_bundled")
wheels = glob.glob(os.path.join(folder, "pip-*.whl"))
if wheels:
    zipfile.ZipFile(max(wheels)).extractall(sysconfig.get_path("purelib"))
else:
    ensurepip.bootstrap()
`

func (s *site) makeEnvironment(ctx context.Context, e environment, python interpreter) error {
	if !e.large {
		if err := os.RemoveAll(e.dir); err != nil { // an older or half-made one
			return err
		}
	}
	for _, argv := range [][]string{{python.Path, "-m", "venv", "--without-pip", e.dir},
		{e.python(), "-c", unpackPip}} {
		if err := s.run(ctx, command{log: e.name, argv: argv, env: s.pythonEnv()}); err != nil {
			return err
		}
	}
	return s.installPackages(ctx, e, "pip-"+e.name, entries(strings.Join(e.lock, "")))
}

// downloads is how many small packages pip installs at a time: what an interruption costs, against a second that each
// call of pip takes.
const downloads = 50

// installPackages installs entries of a lock that e lacks. Small packages are compiled when they are first imported.
func (s *site) installPackages(ctx context.Context, e environment, log string, lock []string) error {
	file, atOnce, done := filepath.Join(s.stage(), log+".txt"), downloads, 0
	args := []string{"install", "--no-deps", "--only-binary=:all:", "-r", file}
	if e.large {
		atOnce = 1
	} else {
		args = append(args, "--no-compile")
	}
	for part := range slices.Chunk(lock, atOnce) {
		if name := packageName.FindString(part[0]); e.large && (done == 0 || name == e.slow) {
			s.say("      %d of %d packages installed; %s is next", done, len(lock), name)
		}
		if err := writeFile(file, []byte(strings.Join(part, ""))); err != nil {
			return err
		}
		run := command{log: log, argv: args, unit: "packages"}
		if !e.large {
			run.total = len(part)
		}
		if err := s.pip(ctx, e, run); err != nil {
			return err
		}
		done += len(part)
	}
	return os.Remove(file)
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
			if err := s.installPackages(ctx, s.executing(), "pip-lab", entries(requirements)); err != nil {
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
