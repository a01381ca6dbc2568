package main

import "github.com/spf13/pflag"

// olderWords are the names that flags had before the command line and the notebooks used the same words, with the
// present ones. They go on working, and no help shows them.
var olderWords = map[string]string{"treatments": "conditions", "split": "splits", "n": "cuts"}

// formerly lets flags be given by the names they had before.
func formerly(fl *pflag.FlagSet, names map[string]string) {
	fl.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if now, ok := names[name]; ok {
			name = now
		}
		return pflag.NormalizedName(name)
	})
}
