package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"coadapt/gomlxnet/backend/plugins"
	"coadapt/transfer/faults"

	"github.com/spf13/cobra"
)

// soakOptions are the flags of soak.
type soakOptions struct {
	kills, minutes int
	seed           uint64
	backend        string
	only           []string
}

func soakVerb(out io.Writer) *cobra.Command {
	var opt soakOptions
	c := &cobra.Command{
		Use:   "soak",
		Short: "Set up what is missing, kill, tear and starve sweeps, and count what is lost",
		Long: "Kill workers at random moments, damage their files, fill the disk, take permissions, data and clocks " +
			"away, run several at once;\n" +
			"then compare every result and weight with those of an undisturbed run, and print the table. Ctrl-C " +
			"prints it as far as it is.\n" +
			"The tests do the same at small size; see the documentation of transfer/faults.",
		Args: cobra.NoArgs,
		RunE: on(out, func(s *site, c *cobra.Command, _ []string) error { return s.soak(c.Context(), opt) }),
	}
	fl := c.Flags()
	fl.IntVar(&opt.kills, "kills", 100, "workers killed over the mini grid")
	fl.IntVar(
		&opt.minutes,
		"minutes",
		0,
		"try everything again, with other seeds, until this many minutes have passed (0: once)",
	)
	fl.Uint64Var(&opt.seed, "seed", 0, "of the faults, to repeat some (0: a new one, which is printed)")
	fl.StringVar(
		&opt.backend,
		"backend",
		"go",
		"GoMLX backend of the nets; those of xla compile anew at every start, which takes most of the time",
	)
	fl.StringSliceVar(&opt.only, "only", nil, "faults to try, by the beginnings of their names (default: all)")
	return c
}

// soak does all faults at large size and prints what came of them. It returns errReported where something was lost.
func (s *site) soak(ctx context.Context, opt soakOptions) error {
	if opt.kills < 1 || opt.minutes < 0 {
		return fmt.Errorf("-kills %d -minutes %d: want 1 kill at least, and 0 minutes or more", opt.kills, opt.minutes)
	}
	if err := s.ensure(ctx, setupOptions{}); err != nil {
		return err
	}
	env, _, err := plugins.ChildEnv(s.home, opt.backend)
	if err != nil {
		return err
	}
	for k, v := range env { // the program finds the plugin so, wherever it is run
		if err := os.Setenv(k, v); err != nil {
			return err
		}
	}
	began := time.Now()
	table, err := faults.Run(
		ctx,
		faults.Options{
			Program: filepath.Join(s.home.Bin(), "coadapt"),
			Backend: opt.backend,
			Large:   true,
			Kills:   opt.kills,
			Long:    time.Duration(opt.minutes) * time.Minute,
			Seed:    opt.seed,
			Only:    opt.only,
			Say:     func(line string) { s.say("%6.0f s  %s", time.Since(began).Seconds(), line) },
		},
	)
	if len(table) > 0 {
		s.say("\n%s", table)
	}
	if err != nil && table.Lost() > 0 && ctx.Err() == nil {
		s.say("%v", err)
		err = errReported
	}
	return err
}
