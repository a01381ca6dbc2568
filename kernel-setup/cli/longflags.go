// Package cli holds what the command lines of this project share.
//
// Help and documents write flags with two dashes (--json, --plugin release). Many people type one, the way Go's own
// tools do, which cobra reads as a bundle of one-letter flags: -json would be -j -s -o -n. LongFlags makes both
// spellings mean the same.
package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// LongFlags returns args with every -name or -name=value turned to --name where name is a long flag, of two letters
// or more, of root or of a command below it. What follows a bare "--" and everything else stays as it is.
//
//	root.SetArgs(cli.LongFlags(root, os.Args[1:]))
func LongFlags(root *cobra.Command, args []string) []string {
	out := make([]string, len(args))
	for i, arg := range args {
		if arg == "--" {
			copy(out[i:], args[i:])
			break
		}
		out[i] = arg
		name, _, _ := strings.Cut(strings.TrimPrefix(arg, "-"), "=")
		if len(name) >= 2 && strings.HasPrefix(arg, "-") &&
			(name == "help" || name == "version" && root.Version != "" || known(root, name)) {
			out[i] = "-" + arg
		}
	}
	return out
}

// known tells whether c or a command below it has a flag. Lookup knows a flag's former names, too.
func known(c *cobra.Command, name string) bool {
	return c.Flags().Lookup(name) != nil || c.PersistentFlags().Lookup(name) != nil ||
		slices.ContainsFunc(c.Commands(), func(sub *cobra.Command) bool { return known(sub, name) })
}
