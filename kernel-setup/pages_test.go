package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"coadapt/kernel-setup/cli"

	"github.com/spf13/pflag"
)

// TestCommandsOfThePages parses every command of this program that a page shows. TestCommandsOfThePages of coadapt has
// that program's.
func TestCommandsOfThePages(t *testing.T) {
	shown := regexp.MustCompile("(?m)(?:^|`)go run ./kernel-setup ([^`#\\n]+)")
	seen := 0
	for _, pattern := range []string{"*.md", "docs/*.md", "notebooks/README.md"} {
		files, err := filepath.Glob(filepath.Join("..", pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no page, %v", pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range shown.FindAllStringSubmatch(string(text), -1) {
				seen++
				top := rootCommand(io.Discard)
				c, rest, err := top.Find(cli.LongFlags(top, strings.Fields(m[1])))
				if err == nil {
					err = c.ParseFlags(rest)
				}
				if err == nil {
					err = c.ValidateArgs(c.Flags().Args())
				}
				if err != nil && !errors.Is(err, pflag.ErrHelp) {
					t.Errorf("%s: go run ./kernel-setup %s: %v", file, m[1], err)
				}
			}
		}
	}
	if seen < 10 {
		t.Errorf("%d commands seen, want those of README and CONTRIBUTING at least", seen)
	}
}
