package main

import (
	"fmt"

	"coadapt/gomlxnet/dataset"

	"github.com/spf13/pflag"
)

// partFlags say which pictures are for testing.
type partFlags struct{ dataset.Parts }

func (f *partFlags) flags(fl *pflag.FlagSet) {
	fl.Float64Var(
		&f.TestShare,
		"test-share",
		0,
		"test on this share of each class's pictures, such as 0.2, where the data is not divided into train/ and test/",
	)
	fl.IntVar(&f.Folds, "folds", 0, "divide all pictures of any data into `K` parts that are alike, those of test/ "+
		"among them")
	fl.IntVar(&f.Fold, "fold", 0, "with --folds: test on part `I`, 1 to K, and train on the others (default: 1)")
	fl.IntVar(&f.Seed, "part-seed", 0, "with --test-share or --folds: another choice of pictures for each number")
	fl.StringVar(
		&f.Groups,
		"groups",
		"",
		"`FILE.csv` with a line file,group for each picture: no group is in both parts; with data that is divided "+
			"already, it is\nonly looked whether one is",
	)
}

// check refuses numbers that say nothing, by the names of their flags.
func (f *partFlags) check() error {
	if f.TestShare != 0 && !(f.TestShare > 0 && f.TestShare < 1) {
		return fmt.Errorf("-test-share %v: want more than 0 and less than 1, such as 0.2", f.TestShare)
	}
	if f.Folds == 1 || f.Folds < 0 {
		return fmt.Errorf("-folds %d: want 2 or more, such as 5", f.Folds)
	}
	if f.Folds > 0 && f.Fold == 0 {
		f.Fold = 1
	}
	if f.Fold < 0 || f.Fold > f.Folds {
		return fmt.Errorf("-fold %d: want 1 to the number of -folds, which is %d", f.Fold, f.Folds)
	}
	if f.Seed < 0 {
		return fmt.Errorf("-part-seed %d: want 0 or more", f.Seed)
	}
	return nil
}
