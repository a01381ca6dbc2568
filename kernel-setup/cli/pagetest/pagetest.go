// Package pagetest looks, for the tests of a program, whether the commands that pages show are ones that it knows.
package pagetest

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"coadapt/kernel-setup/cli"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Read gives the texts of a clone's pages for readers, by their paths. root is the clone's.
func Read(t testing.TB, root string) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md", "notebooks/README.md", "notebooks/results/README.md"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no page, %v", pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			texts[file] = string(text)
		}
	}
	return texts
}

// Commands parses every command that begins with program, as in "go run ./kernel-setup", on a line of its own or in
// the text: verb, flags and number of arguments. top makes the program's commands anew. It reports those that are
// wrong, and how many there are.
func Commands(t testing.TB, pages map[string]string, program string, top func() *cobra.Command) (seen int) {
	t.Helper()
	shown := regexp.MustCompile("(?m)(?:^|`)" + regexp.QuoteMeta(program) + " ([^`#\n]+)")
	goesOn := regexp.MustCompile(`\\\n *`) // a command that goes on in the next line
	for file, text := range pages {
		for _, m := range shown.FindAllStringSubmatch(goesOn.ReplaceAllString(text, ""), -1) {
			seen++
			root := top()
			c, rest, err := root.Find(cli.LongFlags(root, strings.Fields(m[1])))
			if err == nil {
				err = c.ParseFlags(rest)
			}
			if err == nil {
				err = c.ValidateArgs(c.Flags().Args())
			}
			if err != nil && !errors.Is(err, pflag.ErrHelp) {
				t.Errorf("%s: %s %s: %v", file, program, m[1], err)
			}
		}
	}
	return seen
}
