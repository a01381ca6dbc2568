package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

//go:embed peers.txt
var peers string

// benchFlags adds the flags of bench; all but python are the bench's own.
func benchFlags(fl *pflag.FlagSet) {
	fl.StringSlice("case", nil, "cases to time: mini-train, mini-frozen3, ... (default: all)")
	fl.String("backend", "",
		"ours: xla:cpu (default), or xla:cuda after setup --plugin cuda, where the peers are on the GPU, too")
	fl.Bool("bfloat16", false, "activations, and the weights they meet, in bfloat16")
	fl.Bool("bytes", false, "cases of training: ours gets pictures as bytes, the peers what comes of them")
	fl.Int("rounds", 5, "rounds, at least 5")
	fl.Duration("turn", 1500*time.Millisecond, "length of a turn of the slowest, about")
	fl.Bool("json", false, "print a line of JSON a case: case, ratio_pytorch, ratio_jax, ...")
	fl.Bool("markdown", false, "print a table in Markdown at the end")
	fl.String("python", "",
		"a Python of yours that has PyTorch and JAX (default: make an environment, 3 GB to load, 6 GB on disk)")
}

// benchArgs are the flags that were set as the bench's own arguments, with this Python of the peers.
func benchArgs(fl *pflag.FlagSet, python string) []string {
	args := []string{"--python=" + python}
	fl.Visit(func(f *pflag.Flag) {
		if f.Name != "python" {
			args = append(args, "--"+f.Name+"="+strings.Trim(f.Value.String(), "[]"))
		}
	})
	return args
}

// bench times our nets beside PyTorch's and JAX's.
func (s *site) bench(ctx context.Context, out io.Writer, fl *pflag.FlagSet) error {
	python, err := s.benchPython(ctx, fl.Lookup("python").Value.String())
	if err != nil {
		return err
	}
	if err := s.build(ctx, "build-bench", s.home.Root, "./gomlxnet/bench"); err != nil {
		return err
	}
	program := filepath.Join(s.home.Bin(), builtName("bench"))
	defer os.Remove(program) // go has what it is linked of
	return s.runBench(ctx, out, program, benchArgs(fl, python))
}

// benchCurve is the command coadapt bench curve where there is PyTorch; args are its own.
func (s *site) benchCurve(ctx context.Context, out io.Writer, args []string) error {
	if slices.ContainsFunc(args, needsNoPeers.MatchString) {
		if err := s.ensure(ctx); err != nil {
			return err
		}
	} else {
		python, err := s.benchPython(ctx, "")
		if err != nil {
			return err
		}
		args = append(slices.Clone(args), "--python="+python)
	}
	return s.runBench(ctx, out, filepath.Join(s.home.Bin(), "coadapt"), append([]string{"bench", "curve"}, args...))
}

// needsNoPeers is a flag of coadapt bench curve that names a Python, or asks for help.
var needsNoPeers = regexp.MustCompile(`^--?(python|h|help)(=|$)`)

// benchPython sets up what is missing and gives the Python of the peers: that of the flag, or of an environment that it
// makes.
func (s *site) benchPython(ctx context.Context, flag string) (string, error) {
	if err := s.ensure(ctx); err != nil || flag != "" {
		return flag, err
	}
	return s.peers().python(), s.ensureEnvironment(ctx, s.peers())
}

// runBench runs a bench that prints what it finds to out.
func (s *site) runBench(ctx context.Context, out io.Writer, program string, args []string) error {
	env, err := s.testEnv()
	if err != nil {
		return err
	}
	cmd := interruptible(ctx, program, args...) // it ends the peers
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = s.home.Root, env, out, os.Stderr
	err = cmd.Run()
	if _, failed := errors.AsType[*exec.ExitError](err); failed && ctx.Err() == nil {
		return errReported
	}
	return err
}

// peers is their environment.
func (s *site) peers() environment {
	return environment{
		name: "peers",
		does: fmt.Sprintf("Python environment with PyTorch %s and JAX %s, 3 GB", pinnedIn(peers, "torch"),
			pinnedIn(peers, "jax")),
		lock:     []string{peers},
		dir:      s.home.Peers(),
		packages: []string{"torch", "jax"},
		minor:    11,
		instead:  "; or give an environment of yours with --python",
		large:    true,
		slow:     "torch",
	}
}
