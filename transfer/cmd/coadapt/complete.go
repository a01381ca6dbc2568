package main

import (
	"errors"
	"fmt"
	"slices"

	"coadapt/gomlxnet/nearest"
	"coadapt/transfer"
	"coadapt/transfer/sweep"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// suggestion names the flag that was meant by one that is not there, such as -seeds by -seed.
func suggestion(c *cobra.Command, err error) string {
	var missing *pflag.NotExistError
	if !errors.As(err, &missing) {
		return ""
	}
	typed := missing.GetSpecifiedName()
	// one dash and an unknown name: cobra takes it for letters
	if letters := missing.GetSpecifiedShortnames(); letters != "" {
		typed = letters
	}
	best, near := "", 3
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if d := nearest.Distance(typed, f.Name); d < near && d < len(f.Name) && !f.Hidden {
			best, near = f.Name, d
		}
	})
	for old, now := range olderWords {
		if d := nearest.Distance(typed, old); d < near && d < len(old) && c.Flags().Lookup(old) != nil {
			best, near = now, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean --%s?", best)
}

// complete gives shells the words of flags and arguments: data sets, grids, nets, keys and runs. What cannot be read
// has none.
func complete(root *cobra.Command) {
	words := map[string][]string{
		"data":    {"plain-shapes", "shapes", "shapes:classes=20,train=100"},
		"grid":    {"curve", "mini", "balanced", "paper", "random", "scale2014"},
		"recipe":  {"mini", "2014"},
		"splits":  {"0", "0,1", "natman"},
		"backend": {"xla:cpu", "xla:cuda", "go"},
	}
	var visit func(c *cobra.Command)
	visit = func(c *cobra.Command) {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			list, ok := words[f.Name]
			files := cobra.ShellCompDirectiveNoFileComp
			if f.Name == "data" {
				files = cobra.ShellCompDirectiveDefault
			}
			switch {
			case f.Name == "nets":
				_ = c.RegisterFlagCompletionFunc(f.Name, storedNets) // fails where there is one
			case ok:
				_ = c.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(list, files))
			}
		})
		switch c.CommandPath() {
		case "coadapt store show", "coadapt store rm":
			c.ValidArgsFunction = storedNetsAndKeys
		case "coadapt logs":
			c.ValidArgsFunction = storedNets
		case "coadapt predict":
			c.ValidArgsFunction = storedNetThenFiles
		case "coadapt status", "coadapt attach", "coadapt stop":
			c.ValidArgsFunction = storedRuns
		}
		for _, sub := range c.Commands() {
			visit(sub)
		}
	}
	visit(root)
}

// stored are words of the results of the store that a command reads.
func stored(c *cobra.Command, word func(transfer.Result) string) ([]string, cobra.ShellCompDirective) {
	var where storeFlag
	if f := c.Flag("store"); f != nil {
		where.dir = f.Value.String()
	}
	var list []string
	if s, err := where.open(); err == nil {
		for r, err := range transfer.All(s) {
			if err == nil {
				list = append(list, harmless(word(r)))
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list), cobra.ShellCompDirectiveNoFileComp
}

func storedNets(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return stored(c, func(r transfer.Result) string { return r.Net.String() })
}

func storedKeys(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return stored(c, func(r transfer.Result) string { return fmt.Sprintf("%.12s\t%s on %s", r.Key, r.Net, r.Data) })
}

func storedNetsAndKeys(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	nets, _ := storedNets(c, args, typed)
	keys, files := storedKeys(c, args, typed)
	return append(nets, keys...), files
}

// storedNetThenFiles completes a net, and behind it files.
func storedNetThenFiles(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return storedNetsAndKeys(c, args, typed)
}

func storedRuns(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	var where storeFlag
	if f := c.Flag("store"); f != nil {
		where.dir = f.Value.String()
	}
	s, err := where.open()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ids, _ := sweep.List(s)
	return ids, cobra.ShellCompDirectiveNoFileComp
}
