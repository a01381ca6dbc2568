package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/backend"
	"coadapt/gomlxnet/bench/peers"
	"coadapt/kernel-setup/cli"

	_ "github.com/gomlx/gomlx/backends/default"
	"github.com/spf13/cobra"
)

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	root := command()
	root.SetArgs(cli.LongFlags(root, os.Args[1:]))
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// options are the command's flags.
type options struct {
	names    []string
	python   string
	backend  string
	rounds   int
	turn     time.Duration
	bf16     bool
	bytes    bool
	json     bool
	markdown bool
}

func command() *cobra.Command {
	var opt options
	c := &cobra.Command{
		Use:           "bench",
		Short:         "Time coadapt's nets beside PyTorch's and JAX's, turn by turn",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(c *cobra.Command, _ []string) error {
			return bench(c.Context(), c.OutOrStdout(), c.ErrOrStderr(), opt)
		},
	}
	f := c.Flags()
	f.StringSliceVar(&opt.names, "case", nil, "cases to time (default: all)")
	f.StringVar(&opt.python, "python", "", "Python that has PyTorch and JAX")
	f.StringVar(&opt.backend, "backend", os.Getenv("GOMLX_BACKEND"),
		"ours: xla:cpu, xla:cuda (the peers are on the GPU then, too), go")
	f.IntVar(&opt.rounds, "rounds", 5, "rounds, at least 5")
	f.DurationVar(&opt.turn, "turn", 1500*time.Millisecond, "length of a turn of the slowest, about")
	f.BoolVar(&opt.bf16, "bfloat16", false,
		"activations, and the weights they meet, in bfloat16, here and in the peers")
	f.BoolVar(&opt.bytes, "bytes", false,
		"cases of training: ours gets pictures as bytes and cuts and normalises them in its graph, the peers what "+
			"comes of them")
	f.BoolVar(&opt.json, "json", false, "print a line of JSON a case")
	f.BoolVar(&opt.markdown, "markdown", false, "print a table in Markdown at the end")
	return c
}

func bench(ctx context.Context, out, talk io.Writer, opt options) (err error) {
	class, _ := backend.ClassOf(opt.backend)
	picked, err := pick(opt.names, class)
	if opt.bytes && len(opt.names) == 0 { // those of testing are as without
		picked = slices.DeleteFunc(picked, func(c benchCase) bool { return c.Infer })
	}
	switch {
	case err != nil:
		return err
	case opt.python == "":
		return errors.New("-python is missing: the peers need one that has PyTorch and JAX; `go run ./kernel-setup " +
			"bench` makes it")
	case opt.rounds < 5:
		return fmt.Errorf("-rounds %d: want at least 5, or a median says little", opt.rounds)
	case opt.turn <= 0:
		return fmt.Errorf("-turn %s: want more than 0", opt.turn)
	}
	dir, err := os.MkdirTemp("", "coadapt-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := peers.Unpack(dir); err != nil {
		return err
	}
	backend, err := backend.Open(opt.backend)
	if err != nil {
		return err
	}
	c := &contest{rounds: opt.rounds, turn: opt.turn, dir: dir, runners: []runner{&ours{backend: backend}},
		say: func(format string, args ...any) { fmt.Fprintf(talk, format+"\n", args...) }}
	kinds := []string{kindOurs}
	if class == cuda {
		if err := os.Setenv("COADAPT_BENCH_DEVICE", "cuda"); err != nil { // for the peers
			return err
		}
	}
	defer func() {
		for _, r := range c.runners {
			err = errors.Join(err, r.close())
		}
	}()
	for _, s := range []struct {
		kind string
		argv []string
	}{{kindTorch, []string{"in_torch.py"}}, {kindTorch, []string{"in_torch.py", "compile"}},
		{kindJAX, []string{"in_jax.py"}}} {
		p, err := startPeer(ctx, opt.python, dir, s.argv[0], s.argv[1:]...)
		if err != nil {
			return err
		}
		c.runners, kinds = append(c.runners, p), append(kinds, s.kind)
	}
	peak, err := c.peak(ctx)
	if err != nil {
		return err
	}
	c.say("a product of matrices reaches %.0f GFLOP/s", peak)
	var results []*result
	if opt.markdown { // what was measured before a case failed, or Ctrl-C, too
		defer func() { err = errors.Join(err, markdown(out, results)) }()
	}
	for _, bc := range picked {
		if opt.bf16 {
			bc = bc.in(arch.BFloat16)
		}
		if opt.bytes {
			bc = bc.asBytes()
		}
		t, err := c.run(ctx, bc)
		if err != nil {
			return err
		}
		r, err := newResult(t, c.runners, kinds, peak)
		if err != nil {
			return err
		}
		results = append(results, r)
		switch {
		case opt.json:
			err = r.json(out)
		case !opt.markdown:
			err = r.block(out)
		}
		if err != nil {
			return err
		}
		if class == cuda && strings.HasPrefix(bc.Name, "caffenet-train") {
			days := float64(paperNets*paperSteps*paperBatch) / r.Rows[0].Images / (24 * time.Hour).Seconds()
			c.say("the paper's %d nets of %d steps of %d images at this rate: %.1f days of one GPU", paperNets,
				paperSteps, paperBatch, days)
		}
	}
	return nil
}
