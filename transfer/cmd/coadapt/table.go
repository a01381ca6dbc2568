package main

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"iter"
)

// The endings of tables.
const (
	csvEnding     = ".csv"
	parquetEnding = ".parquet"
)

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
	return csv.NewWriter(w).WriteAll([][]string{names})
}
