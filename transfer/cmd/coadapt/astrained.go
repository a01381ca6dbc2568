package main

import (
	"fmt"
	"path/filepath"
	"slices"

	"coadapt/transfer/store"
	"coadapt/transfer/sweep"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// asTrained sets flags that were not given as the run that trained a net had them. The words say where the values are
// from, for errors.
func (f *experimentFlags) asTrained(c *cobra.Command, s *store.Store, key string) (from string, err error) {
	const ask = "; give the data and the dials with which it was trained"
	r, ok, err := runOfKey(s, key)
	if err != nil {
		return "", err
	}
	if !ok {
		return ask + ", as no run of the store has its command", nil
	}
	var had experimentFlags
	then := &cobra.Command{FParseErrWhitelist: cobra.FParseErrWhitelist{UnknownFlags: true}}
	had.flags(then, defaultGrid)
	if len(r.Command) == 0 || then.ParseFlags(r.Command[1:]) != nil {
		return ask + fmt.Sprintf(", as the command of run %s cannot be read", r.ID), nil
	}
	if err := had.Files(func(path string) (string, error) { return within(r.Dir, path), nil }); err != nil {
		return "", err
	}
	then.Flags().Visit(func(fl *pflag.Flag) {
		if err != nil || slices.Contains(append(notOfOneNet, "store", "devices", "together"), fl.Name) ||
			c.Flags().Changed(fl.Name) {
			return
		}
		err = c.Flags().Set(fl.Name, fl.Value.String())
	})
	if err != nil {
		return "", fmt.Errorf("run %s: %w", r.ID, err)
	}
	return fmt.Sprintf(" (data and dials are those of run %s: %s; flags change them)", r.ID, shellWords(r.Command)), nil
}

// runOfKey is a run that has the net of a key, the one worked on last.
func runOfKey(s *store.Store, key string) (sweep.Record, bool, error) {
	ids, err := sweep.List(s)
	if err != nil {
		return sweep.Record{}, false, err
	}
	for _, id := range ids {
		r, err := sweep.Load(s, id)
		if err == nil && slices.ContainsFunc(r.Nets, func(m sweep.Member) bool { return m.Key == key }) {
			return r, true, nil
		}
	}
	return sweep.Record{}, false, nil
}

// within is a path as it was meant in a folder.
func within(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}
