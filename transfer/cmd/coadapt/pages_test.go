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

const cloneRoot = "../../.."

// pages are the clone's pages for readers, from its root.
func pages(t *testing.T) (texts map[string]string) {
	t.Helper()
	texts = map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md", "notebooks/README.md", "notebooks/results/README.md"} {
		files, err := filepath.Glob(filepath.Join(cloneRoot, pattern))
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

// shown are the commands that a page shows, in a block of code or in its text: the words after the program's name.
var shown = regexp.MustCompile("(?m)(?:^|`)coadapt ([^`#\n]+)")

// TestCommandsOfThePages parses every command that a page shows: verb, flags and number of arguments.
func TestCommandsOfThePages(t *testing.T) {
	seen := 0
	for file, text := range pages(t) {
		for _, m := range shown.FindAllStringSubmatch(text, -1) {
			seen++
			top := rootCommand(io.Discard, io.Discard)
			top.InitDefaultCompletionCmd()
			c, rest, err := top.Find(cli.LongFlags(top, strings.Fields(m[1])))
			if err == nil {
				err = c.ParseFlags(rest)
			}
			if err == nil {
				err = c.ValidateArgs(c.Flags().Args())
			}
			if err != nil && !errors.Is(err, pflag.ErrHelp) {
				t.Errorf("%s: coadapt %s: %v", file, m[1], err)
			}
		}
	}
	if seen < 40 {
		t.Errorf("%d commands seen, want those of docs/command-line.md at least", seen)
	}
}

// TestLinksOfThePages looks for every file that a page links to.
func TestLinksOfThePages(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#\s]+)[^)]*\)`)
	fenced := regexp.MustCompile("(?ms)^ *```.*?^ *```$") // in Go code, a call of a generic function looks like a link
	for file, text := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), m[1])); err != nil {
				t.Errorf("%s links to %s: %v", file, m[1], err)
			}
		}
	}
}

// TestPagesAreWrapped: README has at most 150 lines, and prose and commands at most 100 columns.
func TestPagesAreWrapped(t *testing.T) {
	for file, text := range pages(t) {
		lines := strings.Split(strings.TrimSpace(text), "\n")
		if filepath.Dir(file) == filepath.Clean(cloneRoot) && filepath.Base(file) == "README.md" && len(lines) > 150 {
			t.Errorf("%s has %d lines, want at most 150", file, len(lines))
		}
		code := false
		for i, line := range lines {
			if strings.HasPrefix(line, "```") {
				code = !code
			}
			printed := code && !strings.Contains(line, "coadapt ") && !strings.Contains(line, "go run ")
			if n := len([]rune(line)); n > 100 && !strings.HasPrefix(line, "|") && !printed {
				t.Errorf("%s:%d has %d columns, want at most 100", file, i+1, n)
			}
		}
	}
}
