// Package cli holds what the command lines of this project share.
//
// The project's documents write flags the way Go's own tools do, with one dash (-json, -plugin release). Cobra reads one dash as a
// bundle of one-letter flags, so -json would be -j -s -o -n. LongFlags makes both spellings mean the same.
package cli

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// LongFlags returns args with every -name or -name=value turned to --name where name is a long flag, of two letters or more, of root
// or of a command below it. What follows a bare "--" and everything else stays as it is.
//
//	root.SetArgs(cli.LongFlags(root, os.Args[1:]))
func LongFlags(root *cobra.Command, args []string) []string {
	known := map[string]bool{"help": true, "version": root.Version != ""}
	var visit func(*cobra.Command)
	visit = func(c *cobra.Command) {
		add := func(f *pflag.Flag) { known[f.Name] = true }
		c.Flags().VisitAll(add)
		c.PersistentFlags().VisitAll(add)
		for _, sub := range c.Commands() {
			visit(sub)
		}
	}
	visit(root)
	out := make([]string, len(args))
	for i, arg := range args {
		if arg == "--" {
			copy(out[i:], args[i:])
			break
		}
		out[i] = arg
		name, _, _ := strings.Cut(strings.TrimPrefix(arg, "-"), "=")
		if len(name) >= 2 && strings.HasPrefix(arg, "-") && known[name] {
			out[i] = "-" + arg
		}
	}
	return out
}
