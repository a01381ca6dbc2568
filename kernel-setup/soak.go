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

func soakVerb(out io.Writer) *cobra.Command {
	opt, minutes := faults.Options{Large: true}, 0
	c := verb(out, "soak", "Set up what is missing, kill, tear and starve sweeps, and count what is lost",
		func(s *site, c *cobra.Command, _ []string) error {
			opt.Long = time.Duration(minutes) * time.Minute
			return s.soak(c.Context(), opt)
		})
	c.Long = "Kill workers at random moments, damage their files, fill the disk, take permissions, data and clocks " +
		"away, run several at once;\n" +
		"then compare every result and weight with those of an undisturbed run, and print the table. Ctrl-C " +
		"prints it as far as it is.\n" +
		"The tests do the same at small size; see the documentation of transfer/faults."
	fl := c.Flags()
	fl.IntVar(&opt.Kills, "kills", 100, "workers killed over the mini grid")
	fl.IntVar(&minutes, "minutes", 0,
		"try everything again, with other seeds, until this many minutes have passed (0: once)")
	fl.Uint64Var(&opt.Seed, "seed", 0, "of the faults, to repeat some (0: a new one, which is printed)")
	fl.StringVar(&opt.Backend, "backend", "go",
		"GoMLX backend of the nets; those of xla compile anew at every start, which takes most of the time")
	fl.StringSliceVar(&opt.Only, "only", nil, "faults to try, by the beginnings of their names (default: all)")
	return c
}

// soak does all faults at large size and prints what came of them. It returns errReported where something was lost.
func (s *site) soak(ctx context.Context, opt faults.Options) error {
	if opt.Kills < 1 || opt.Long < 0 {
		return fmt.Errorf("-kills %d -minutes %.0f: want 1 kill at least, and 0 minutes or more", opt.Kills,
			opt.Long.Minutes())
	}
	if err := s.ensure(ctx); err != nil {
		return err
	}
	env, _, err := plugins.ChildEnv(s.home, opt.Backend)
	if err != nil {
		return err
	}
	for k, v := range env { // the program finds the plugin so, wherever it is run
		if err := os.Setenv(k, v); err != nil {
			return err
		}
	}
	began := time.Now()
	opt.Program = filepath.Join(s.home.Bin(), "coadapt")
	opt.Say = func(line string) { s.say("%6.0f s  %s", time.Since(began).Seconds(), line) }
	table, err := faults.Run(ctx, opt)
	if len(table) > 0 {
		s.say("\n%s", table)
	}
	if err != nil && table.Lost() > 0 && ctx.Err() == nil {
		s.say("%v", err)
		err = errReported
	}
	return err
}
