package pagetest

import (
	"testing"

	"github.com/spf13/cobra"
)

// counted counts what it is told.
type counted struct {
	testing.TB
	errors int
}

func (c *counted) Helper()               {}
func (c *counted) Errorf(string, ...any) { c.errors++ }

// TestCommands: commands in blocks and in the text are seen; verbs, flags and arguments that are not there are errors.
func TestCommands(t *testing.T) {
	top := func() *cobra.Command {
		root := &cobra.Command{Use: "tool"}
		draw := &cobra.Command{Use: "draw", Args: cobra.NoArgs, Run: func(*cobra.Command, []string) {}}
		draw.Flags().Int("size", 0, "")
		root.AddCommand(draw)
		return root
	}
	pages := map[string]string{
		"page.md": "```\ntool draw \\\n    --size 3  # three\n```\nSay `tool draw -size 4`, not a tool draw.\n",
	}
	good := &counted{TB: t}
	if seen := Commands(good, pages, "tool", top); seen != 2 || good.errors != 0 {
		t.Errorf("%d commands and %d errors, want 2 and none", seen, good.errors)
	}
	bad := &counted{TB: t}
	pages = map[string]string{"page.md": "`tool drw`, `tool draw --colour red`, `tool draw it`, `tool draw --size x`\n"}
	if seen := Commands(bad, pages, "tool", top); seen != 4 || bad.errors != 4 {
		t.Errorf("%d commands and %d errors, want 4 of each", seen, bad.errors)
	}
}
