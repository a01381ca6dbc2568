//go:build worker

package main

import (
	"errors"
	"io"
	"iter"

	"github.com/spf13/cobra"
)

// manCommand is not in it either.
func manCommand(io.Writer) *cobra.Command { return &cobra.Command{Use: "man", Hidden: true} }

// writeParquet is not in the program that a notebook builds to train in the background: compiling what Parquet takes
// is more than half of what that would wait for.
func writeParquet[T any](io.Writer, iter.Seq2[T, error]) error {
	return errors.New("this program was built to train and has no Parquet; `go run ./kernel-setup setup` builds the " +
		"whole command")
}
