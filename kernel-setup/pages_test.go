package main

import (
	"io"
	"testing"

	"coadapt/kernel-setup/cli/pagetest"

	"github.com/spf13/cobra"
)

// TestCommandsOfThePages parses every command of this program that a page shows.
func TestCommandsOfThePages(t *testing.T) {
	seen := pagetest.Commands(t, pagetest.Read(t, ".."), "go run ./kernel-setup", func() *cobra.Command {
		return rootCommand(io.Discard)
	})
	if seen < 10 {
		t.Errorf("%d commands seen, want those of README and CONTRIBUTING at least", seen)
	}
}
