package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// form is how records are printed.
type form struct{ json, csv bool }

func (f *form) flags(c *cobra.Command, what string) {
	c.Flags().BoolVar(&f.json, "json", false, "print a JSON object a line, one for each "+what)
	c.Flags().BoolVar(&f.csv, "csv", false, "print comma-separated values, a line for each "+what)
	c.MarkFlagsMutuallyExclusive("json", "csv")
}

// table says whether people are to read it.
func (f form) table() bool { return !f.json && !f.csv }

// writer prints flat records one after another, as JSON lines or as CSV with a head from the first record's names.
type writer struct {
	form
	w      io.Writer
	headed bool
}

func (w *writer) write(record any) error {
	line, err := json.Marshal(record)
	if err != nil {
		return err
	}
	if !w.csv {
		_, err := fmt.Fprintf(w.w, "%s\n", line)
		return err
	}
	names, values, err := flat(line)
	if err != nil {
		return err
	}
	rows := [][]string{names, values}
	if w.headed {
		rows = rows[1:]
	}
	w.headed = true
	return csv.NewWriter(w.w).WriteAll(rows)
}

// flat takes an object apart in the order of its text; null becomes "", and no text is a formula.
func flat(object []byte) (names, values []string, err error) {
	dec := json.NewDecoder(bytes.NewReader(object))
	dec.UseNumber()
	if _, err := dec.Token(); err != nil { // {
		return nil, nil, err
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, nil, err
		}
		value, err := dec.Token()
		if err != nil {
			return nil, nil, err
		}
		if _, nested := value.(json.Delim); nested {
			return nil, nil, errors.New("a nested value has no place in CSV")
		}
		if value == nil {
			value = ""
		}
		if text, ok := value.(string); ok { // a number may begin with a sign
			value = cell(text)
		}
		names, values = append(names, fmt.Sprint(name)), append(values, fmt.Sprint(value))
	}
	return names, values, nil
}
