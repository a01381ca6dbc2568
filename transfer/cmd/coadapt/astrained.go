package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"coadapt/gomlxnet/dataset"
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
	then.Flags().Visit(func(fl *pflag.Flag) {
		if err != nil || slices.Contains(append(notOfOneNet, "store", "devices", "together"), fl.Name) ||
			c.Flags().Changed(fl.Name) {
			return
		}
		err = c.Flags().Set(fl.Name, absolute(r.Dir, fl.Name, fl.Value.String()))
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

// absolute is the value of a flag that may name a file, where the command was given in dir.
func absolute(dir, flag, value string) string {
	switch {
	case value == "" || filepath.IsAbs(value):
	case strings.HasPrefix(flag, "data") && !dataset.IsShapes(value),
		slices.Contains([]string{"split-file", "groups", "base-a"}, flag),
		strings.HasSuffix(value, ".json"):
		return filepath.Join(dir, value)
	}
	return value
}
