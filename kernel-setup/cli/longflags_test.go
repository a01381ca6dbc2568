package cli

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

func TestLongFlags(t *testing.T) {
	root := &cobra.Command{Use: "x"}
	root.PersistentFlags().Bool("json", false, "")
	sub := &cobra.Command{Use: "curve", Run: func(*cobra.Command, []string) {}}
	sub.Flags().String("data", "", "")
	sub.Flags().IntP("n", "n", 0, "")
	sub.Flags().StringP("output", "o", "", "")
	root.AddCommand(sub)
	for _, c := range []struct{ in, want string }{
		{"curve -json -data x.zip", "curve --json --data x.zip"},
		{"curve -data=x.zip --json", "curve --data=x.zip --json"},
		{"curve -n 3 -o dir -h", "curve -n 3 -o dir -h"}, // one-letter flags are cobra's own
		{"curve -help", "curve --help"},
		{"curve -jsonx -1 -", "curve -jsonx -1 -"}, // unknown: cobra reports it as typed
		{"curve -- -json", "curve -- -json"},
		{"curve --data -- -json", "curve --data -- -json"},
	} {
		if got := LongFlags(root, strings.Fields(c.in)); !slices.Equal(got, strings.Fields(c.want)) {
			t.Errorf("LongFlags(%q) = %q, want %q", c.in, got, c.want)
		}
	}
	root.SetArgs(LongFlags(root, []string{"curve", "-data", "shapes", "-n", "7", "-json"}))
	if err := root.Execute(); err != nil {
		t.Fatal(err)
	}
	if got, _ := sub.Flags().GetString("data"); got != "shapes" {
		t.Errorf("-data shapes was parsed as %q", got)
	}
}
