package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

//go:embed peers.txt
var peers string

// benchOptions are the flags of bench; all but the first are the bench's own.
type benchOptions struct {
	python string // with PyTorch and JAX; "" makes one
	rest   []string
}

func benchVerb(c *cobra.Command, run func(context.Context, benchOptions) error) *cobra.Command {
	var opt benchOptions
	own := c.Flags()
	c.RunE = func(c *cobra.Command, _ []string) error {
		for _, name := range []string{"case", "rounds", "turn", "json", "markdown"} {
			if f := own.Lookup(name); f.Changed {
				opt.rest = append(opt.rest, "--"+name+"="+strings.Trim(f.Value.String(), "[]"))
			}
		}
		return run(c.Context(), opt)
	}
	own.StringSlice("case", nil, "cases to time: mini-train, mini-frozen3, ... (default: all)")
	own.Int("rounds", 5, "rounds, at least 5")
	own.Duration("turn", 1500*time.Millisecond, "length of a turn of the slowest, about")
	own.Bool("json", false, "print a line of JSON a case: case, ratio_pytorch, ratio_jax, ...")
	own.Bool("markdown", false, "print a table in Markdown at the end")
	own.StringVar(&opt.python, "python", "", "a Python of yours that has PyTorch and JAX (default: make an environment, 3 GB to load, 6 GB on disk)")
	return c
}

// bench times our nets beside PyTorch's and JAX's.
func (s *site) bench(ctx context.Context, opt benchOptions) error {
	if err := s.ensure(ctx, setupOptions{}); err != nil {
		return err
	}
	python := opt.python
	if python == "" {
		if err := s.ensurePeers(ctx); err != nil {
			return err
		}
		python = s.peersPython()
	}
	if err := s.build(ctx, "build-bench", s.home.Root, []string{"CGO_ENABLED=1"}, "./gomlxnet/bench"); err != nil {
		return err
	}
	program := filepath.Join(s.home.Bin(), builtName("bench"))
	defer os.Remove(program) // go has what it is linked of
	env, err := s.testEnv()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, program, append([]string{"--python=" + python}, opt.rest...)...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = s.home.Root, env, s.out, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // it ends the peers
	cmd.WaitDelay = 10 * time.Second
	var exit *exec.ExitError
	if err := cmd.Run(); errors.As(err, &exit) && ctx.Err() == nil {
		return errReported
	} else if err != nil {
		return err
	}
	return nil
}

// peersPython is the interpreter of the peers' environment.
func (s *site) peersPython() string { return filepath.Join(s.home.Peers(), "bin", "python") }

// ensurePeers brings the peers' environment up to date.
func (s *site) ensurePeers(ctx context.Context) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if s.manifest, err = readManifest(s.home); err != nil {
		return err
	}
	if err := os.MkdirAll(s.stage(), 0o755); err != nil {
		return err
	}
	return s.do(ctx, []step{s.peers()}, true)
}

// peers is the step that makes their environment. Like the other it is made in place; as it is large, pip installs what it downloads
// part by part, and an interrupted one goes on with the packages that it lacks.
func (s *site) peers() step {
	var python interpreter
	return step{
		name: "peers",
		does: "Python environment with PyTorch " + pinnedIn(peers, "torch") + " and JAX " + pinnedIn(peers, "jax") + ", 3 GB",
		digest: func(ctx context.Context) (string, error) {
			if rec, ok := s.manifest.Steps["peers"]; ok && fileExists(s.peersPython()) {
				python.Version = rec.Facts["python"]
				return textDigest(peers, python.Version, s.home.Peers()), nil
			}
			var err error
			if python, err = findPython(ctx); err != nil {
				return "", fmt.Errorf("%w; %s", err, mendPython())
			}
			if python.Minor[1] < 11 {
				return "", fmt.Errorf("%s is Python %s; the peers' lock needs 3.11 or newer, which COADAPT_PYTHON may name; or give an environment of yours with -python",
					python.Path, python.Version)
			}
			return textDigest(peers, python.Version, s.home.Peers()), nil
		},
		make: func(ctx context.Context) (record, error) {
			if python.Path == "" {
				var err error
				if python, err = findPython(ctx); err != nil {
					return record{}, fmt.Errorf("%w; %s", err, mendPython())
				}
			}
			if err := s.makePeers(ctx, python); err != nil {
				return record{}, err
			}
			return record{Made: []string{"peers"},
				Facts: map[string]string{"python": python.Version, "torch": pinnedIn(peers, "torch"), "jax": pinnedIn(peers, "jax")}}, nil
		},
	}
}

func (s *site) makePeers(ctx context.Context, python interpreter) error {
	if err := s.run(ctx, command{log: "peers", argv: []string{python.Path, "-m", "venv", s.home.Peers()}, env: s.pythonEnv()}); err != nil {
		return err
	}
	lock := filepath.Join(s.stage(), "peers.txt")
	all := entries(peers)
	for i, entry := range all {
		if err := writeFile(lock, []byte(entry), 0o644); err != nil {
			return err
		}
		if name, _, _ := strings.Cut(entry, "=="); i == 0 || name == "torch" {
			s.say("      %d of %d packages installed; %s is next", i, len(all), name)
		}
		err := s.pip(ctx, pipRun{python: s.peersPython(), log: "pip-peers", unit: "packages",
			args: []string{"install", "--no-deps", "--only-binary=:all:", "-r", lock}})
		if err != nil {
			return err
		}
	}
	return os.Remove(lock)
}
