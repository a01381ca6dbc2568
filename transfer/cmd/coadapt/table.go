package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"iter"

	"github.com/parquet-go/parquet-go"
)

// The endings of tables.
const (
	csvEnding     = ".csv"
	parquetEnding = ".parquet"
)

// rowGroup bounds the rows that are held in memory.
const rowGroup = 1 << 16

// writeTable writes rows as the ending says, with a head where there are none too. CSV has the names of a
// row's JSON, Parquet those of its parquet tags and the types of its fields: pointers are columns with nulls.
func writeTable[T any](w io.Writer, ending string, rows iter.Seq2[T, error]) error {
	if ending == parquetEnding {
		return writeParquet(w, rows)
	}
	out := writer{form: form{csv: true}, w: w}
	for row, err := range rows {
		if err != nil {
			return err
		}
		if err := out.write(row); err != nil {
			return err
		}
	}
	if out.headed {
		return nil
	}
	line, err := json.Marshal(*new(T))
	if err != nil {
		return err
	}
	names, _, err := flat(line)
	if err != nil {
		return err
	}
	head := csv.NewWriter(w)
	return errors.Join(head.Write(names), flushed(head))
}

func flushed(w *csv.Writer) error {
	w.Flush()
	return w.Error()
}

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
