package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"coadapt/kernel-setup/cli"
)

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	root := rootCommand(os.Stdout)
	root.SetArgs(cli.LongFlags(root, os.Args[1:]))
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return
	case errors.Is(err, errReported):
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "interrupted; the same command goes on from here")
	default:
		fmt.Fprintln(os.Stderr, "error:", err)
	}
	os.Exit(1)
}

// errReported is returned by a verb that has told the user what failed.
var errReported = errors.New("reported")
