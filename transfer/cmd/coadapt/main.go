package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"coadapt/kernel-setup/cli"
	"coadapt/transfer/sweep"

	_ "github.com/gomlx/gomlx/backends/default" // the backends that --backend can ask for
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// interrupted is the exit status after Ctrl-C, by the shells' convention of 128 plus the signal.
const interrupted = 130

func main() {
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second Ctrl-C ends the program at once. A second SIGTERM does not: schedulers send it to all processes of a
	// job, and the job's script passes it on.
	context.AfterFunc(ctx, func() { signal.Reset(os.Interrupt) })
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the program with its surroundings as arguments; it returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	stdout, stderr = harmlessWriter{stdout}, harmlessWriter{stderr}
	root := rootCommand(stdout, stderr)
	root.SetArgs(cli.LongFlags(root, args))
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, sweep.ErrStopped):
		fmt.Fprintln(stderr,
			"stopped: finished nets and the steps of the others are kept, and the same command goes on from there")
		return interrupted
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr,
			"interrupted: finished nets and the steps of the others are kept, and the same command goes on from there")
		return interrupted
	}
	fmt.Fprintln(stderr, "error:", shortened(err.Error()))
	return 1
}

func rootCommand(stdout, stderr io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:   "coadapt",
		Short: "How transferable are the features of each layer?",
		Long: "Train nets that share layers, and draw what the sharing costs: the transfer curve of Yosinski " +
			"et al. (2014).\nFlags take one dash or two.",
		SilenceUsage:  true,
		SilenceErrors: true,

		PersistentPreRunE: finite,
	}
	var v versions
	if info, ok := debug.ReadBuildInfo(); ok {
		v.built(info)
	}
	root.Version = v.Coadapt
	root.SetVersionTemplate("coadapt {{.Version}}\n")
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fmt.Errorf("%w%s; `%s -h` lists the flags", err, suggestion(c, err), c.CommandPath())
	})
	root.AddCommand(
		curveCommand(stdout, stderr),
		runCommand(stdout, stderr),
		planCommand(stdout, stderr),
		statusCommand(stdout),
		attachCommand(stdout, stderr),
		stopCommand(stdout),
		logsCommand(stdout),
		netsCommand(stdout),
		showCommand(stdout),
		benchCommand(stdout, stderr),
		storeCommand(stdout, stderr),
		figureCommand(stdout),
		statsCommand(stdout),
		dipsCommand(stdout),
		mapCommand(stdout),
		gradientsCommand(stdout, stderr),
		predictCommand(stdout, stderr),
		probeCommand(stdout, stderr),
		forecastCommand(stdout, stderr),
		reportCommand(stdout),
		splitsCommand(stdout, stderr),
		packCommand(stdout, stderr),
		archCommand(stdout),
		weightsCommand(stdout, stderr),
		manCommand(stdout),
		versionCommand(stdout),
	)
	complete(root)
	return root
}

// isTerminal says whether a bar may move on w.
func isTerminal(w io.Writer) bool {
	f, ok := bare(w).(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
