package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"coadapt/gomlxnet/home"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// site is where a verb works: the clone with its set-up, and the person who reads.
type site struct {
	home     home.Home
	out      io.Writer // what the person reads
	terminal bool      // out is one, so that a bar may move on it
	manifest *manifest

	mu  sync.Mutex               // guards the manifest's steps and what follows
	bar *progressbar.ProgressBar // that moves on the terminal, or nil
}

// newSite finds the clone and reads what was set up.
func newSite(out io.Writer) (*site, error) {
	h, err := home.Locate()
	if err != nil {
		return nil, err
	}
	m, err := readManifest(h)
	if err != nil {
		return nil, err
	}
	s := &site{home: h, out: out, manifest: m}
	if f, ok := out.(*os.File); ok {
		s.terminal = term.IsTerminal(int(f.Fd()))
	}
	return s, nil
}

func (s *site) say(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bar != nil {
		_ = s.bar.Clear() // drawn anew below what is said
	}
	fmt.Fprintf(s.out, format+"\n", args...)
}

// stage is the folder of what is not finished; it survives an interruption so that downloads are not lost.
func (s *site) stage() string { return filepath.Join(s.home.Dir, "stage") }

// python is the environment's interpreter.
func (s *site) python() string { return filepath.Join(s.home.Venv(), "bin", "python") }

// short is a path as the reader would write it: relative to the working directory where that is shorter.
func short(path string) string {
	wd, err := os.Getwd()
	if err != nil {
		return path
	}
	rel, err := filepath.Rel(wd, path)
	if err != nil || len(rel) >= len(path) || strings.HasPrefix(rel, filepath.Join("..", "..")) {
		return path
	}
	return rel
}

// goEnv is the environment in which set-up builds: the user's, less what could change the build. GOFLAGS is set
// rather than unset, because unset means what `go env -w` stored.
func goEnv(extra ...string) []string {
	env := without(os.Environ(), "GOFLAGS", "GOWORK", "GOBIN", "GO111MODULE", "GOOS", "GOARCH")
	return append(append(env, "GOFLAGS=-buildvcs=false", "GOWORK=off", "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH),
		extra...)
}

// pythonEnv is the environment of the environment's own Python: nothing of the user's Python or Jupyter settings
// reaches it, and Jupyter writes below .coadapt only.
func (s *site) pythonEnv(extra ...string) []string {
	env := without(os.Environ(), "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "JUPYTER_PATH", "JUPYTER_CONFIG_PATH",
		"PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIREMENT", "PIP_CONSTRAINT", "PIP_REQUIRE_VIRTUALENV",
		"VIRTUAL_ENV")
	jupyter := filepath.Join(s.home.Dir, "jupyter")
	return append(append(env,
		"PIP_USER=0", "PIP_DISABLE_PIP_VERSION_CHECK=1", "PYTHONNOUSERSITE=1", "PYTHONUNBUFFERED=1",
		"JUPYTER_PREFER_ENV_PATH=1", "JUPYTER_PLATFORM_DIRS=1",
		"JUPYTER_PATH="+s.kernelsPath(),
		"JUPYTER_CONFIG_DIR="+filepath.Join(jupyter, "config"),
		"JUPYTER_DATA_DIR="+filepath.Join(jupyter, "data"),
		"JUPYTER_RUNTIME_DIR="+filepath.Join(jupyter, "runtime"),
		"IPYTHONDIR="+filepath.Join(jupyter, "ipython"),
		home.EnvHome+"="+s.home.Dir, home.EnvRoot+"="+s.home.Root,
	), extra...)
}

// without is env less the variables named.
func without(env []string, names ...string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.Contains(names, name)
	})
}

// goProgram is the go command with which to build.
func goProgram() (string, error) {
	path, err := exec.LookPath("go")
	if err != nil {
		return "", fmt.Errorf("no go program in the PATH: %w; %s", err, mendGo())
	}
	return filepath.Abs(path)
}

// askGo is what go prints.
func askGo(ctx context.Context, dir string, env []string, args ...string) (string, error) {
	program, err := goProgram()
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env = dir, env
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w", strings.Join(args[:2], " "), err)
	}
	return string(out), nil
}
