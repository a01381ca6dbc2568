//go:build !worker

package main

import (
	"fmt"
	"io"
	"path/filepath"
	"time"

	"coadapt/gomlxnet/durable"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// manCommand writes the manual pages of all commands.
func manCommand(stdout io.Writer) *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:     "man -o FOLDER",
		Short:   "Write manual pages, one a command",
		Example: "  coadapt man -o ~/.local/share/man/man1 && man coadapt-store-export",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := durable.MakeDir(out); err != nil {
				return fmt.Errorf("-o %s: %w", out, err)
			}
			root := c.Root()
			root.DisableAutoGenTag = true // the same command writes the same pages
			header := &doc.GenManHeader{Section: "1", Source: "coadapt " + root.Version, Manual: "coadapt",
				Date: &time.Time{}}
			if err := doc.GenManTree(root, header, out); err != nil {
				return fmt.Errorf("-o %s: %w", out, err)
			}
			pages, err := filepath.Glob(filepath.Join(out, "coadapt*.1"))
			fmt.Fprintf(stdout, "%s: %d pages\n", out, len(pages))
			return err
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "", "folder to write into, made where it is missing")
	if err := c.MarkFlagRequired("output"); err != nil {
		panic(err)
	}
	return c
}
