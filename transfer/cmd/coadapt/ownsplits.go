package main

import (
	"fmt"
	"strings"

	"coadapt/gomlxnet/dataset"
	"coadapt/transfer"

	"github.com/spf13/pflag"
)

// ownSplits are the splits of a file of the user's.
type ownSplits struct {
	file  string
	names []string
	asked func() bool // whether -splits was given
}

// flags defines the flag.
func (o *ownSplits) flags(fl *pflag.FlagSet) {
	fl.StringVar(
		&o.file,
		"split-file",
		"",
		"`FILE` with a split of your own: classes, or patterns such as animal_*, one a line, below a line [A] and "+
			"below a\nline [B]; its nets are called as the file is, such as animals/A3B, or by a line name: animals",
	)
	o.asked = func() bool { return fl.Changed("splits") }
}

// of reads the file for a source. Where -splits is not given, splits becomes all of the file's.
func (o *ownSplits) of(src dataset.Source, splits *string) ([]dataset.Split, error) {
	own, err := transfer.OwnSplits(o.file, src)
	if err != nil {
		return nil, fmt.Errorf("-split-file: %w", err)
	}
	for _, s := range own {
		o.names = append(o.names, s.Name)
	}
	if len(own) > 0 && !o.asked() {
		*splits = strings.Join(o.names, ",")
	}
	return own, nil
}

// used refuses a file none of whose splits is asked for. splits are those that are.
func (o *ownSplits) used(splits map[string]bool) error {
	for _, name := range o.names {
		if splits[name] {
			return nil
		}
	}
	if len(o.names) == 0 {
		return nil
	}
	return fmt.Errorf(
		"-split-file %s: no net is of its split %s; name it in -splits, leave the flag out, or choose -grid curve "+
			"or balanced",
		o.file,
		strings.Join(o.names, ", "),
	)
}
