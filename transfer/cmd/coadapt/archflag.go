package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"coadapt/gomlxnet"

	"github.com/spf13/cobra"
)

// mini is the architecture of the default experiment, whose dials are flags.
const mini = "mini"

// readArch reads an architecture that is not the miniature, and settles the size of pictures by it.
func (f *experimentFlags) readArch() (err error) {
	if f.recipe == "2014" {
		return nil
	}
	if f.isMini() {
		return f.readMini()
	}
	size := f.size
	if strings.HasSuffix(f.archName, ".json") {
		size = 0
	}
	if f.arch, err = namedArch(f.archName, 0, size, ""); err != nil {
		return fmt.Errorf("-arch: %w", err)
	}
	return f.takeSize(f.arch.Size)
}

// isMini says whether the net is the miniature, with options or without.
func (f *experimentFlags) isMini() bool {
	name, _, _ := strings.Cut(f.archName, ":")
	return name == mini
}

// readMini reads options that follow the miniature's name.
func (f *experimentFlags) readMini() error {
	if f.archName == mini || f.archName == "" {
		return nil
	}
	if _, err := gomlxnet.Named(f.archName, 0, 0); err != nil {
		return fmt.Errorf("-arch: %w", err)
	}
	var err error
	if _, f.options, err = gomlxnet.ParseName(f.archName); err != nil {
		return fmt.Errorf("-arch: %w", err)
	}
	var opt gomlxnet.MiniOptions
	if err := json.Unmarshal(f.options, &opt); err != nil {
		return fmt.Errorf("-arch %s: %w", f.archName, err)
	}
	if opt.Size == 0 {
		return nil
	}
	return f.takeSize(opt.Size)
}

// takeSize has pictures be as large as the net takes them.
func (f *experimentFlags) takeSize(size int) error {
	if f.size != 0 && f.size != size {
		return fmt.Errorf(
			"-size %d: the net of -arch %s takes pictures of %d pixels; leave -size out",
			f.size,
			f.archName,
			size,
		)
	}
	f.size = size
	return nil
}

// checkDials refuses flags of the miniature where the net is another, or where its options say the same.
func (f *experimentFlags) checkDials(c *cobra.Command) error {
	_, options, err := gomlxnet.ParseName(f.archName)
	if err != nil {
		return fmt.Errorf("-arch: %w", err)
	}
	given := map[string]json.RawMessage{}
	if options != nil {
		if err := json.Unmarshal(options, &given); err != nil {
			return fmt.Errorf("-arch %s: %w", f.archName, err)
		}
	}
	for _, flag := range []string{"widths", "dropout", "no-lrn", "init"} {
		option := strings.ReplaceAll(flag, "-", "_")
		switch {
		case !c.Flags().Changed(flag):
		case !f.isMini():
			return fmt.Errorf("-%s: a dial of -arch mini; a net of -arch %s has its own", flag, f.archName)
		case given[option] != nil:
			return fmt.Errorf("-%s: -arch %s has the option %s; leave one of the two out", flag, f.archName, option)
		}
	}
	return nil
}
