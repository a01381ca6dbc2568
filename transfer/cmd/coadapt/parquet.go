//go:build !worker

package main

import (
	"io"
	"iter"

	"github.com/parquet-go/parquet-go"
)

// rowGroup bounds the rows that are held in memory.
const rowGroup = 1 << 16

func writeParquet[T any](w io.Writer, rows iter.Seq2[T, error]) error {
	out := parquet.NewGenericWriter[T](w, parquet.Compression(&parquet.Snappy), parquet.MaxRowsPerRowGroup(rowGroup))
	for row, err := range rows {
		if err != nil {
			return err
		}
		if _, err := out.Write([]T{row}); err != nil {
			return err
		}
	}
	return out.Close()
}
