package main

import (
	"go/scanner"
	"go/token"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"coadapt/kernel-setup/cli/pagetest"

	"github.com/spf13/cobra"
)

const cloneRoot = "../../.."

// TestCommandsOfThePages parses every command of this program that a page shows.
func TestCommandsOfThePages(t *testing.T) {
	seen := pagetest.Commands(t, pagetest.Read(t, cloneRoot), "coadapt", func() *cobra.Command {
		top := rootCommand(io.Discard, io.Discard)
		top.InitDefaultCompletionCmd()
		return top
	})
	if seen < 40 {
		t.Errorf("%d commands seen, want those of docs/command-line.md at least", seen)
	}
}

// TestLinksOfThePages looks for every file that a page links to.
func TestLinksOfThePages(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#\s]+)[^)]*\)`)
	fenced := regexp.MustCompile("(?ms)^ *```.*?^ *```$") // in Go code, a call of a generic function looks like a link
	for file, text := range pagetest.Read(t, cloneRoot) {
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
	for file, text := range pagetest.Read(t, cloneRoot) {
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

// TestLinesOfCode: lines of Go have at most 120 columns, a tab being four, but for those of raw strings and of strings
// that have no place to break.
func TestLinesOfCode(t *testing.T) {
	err := filepath.WalkDir(cloneRoot, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != cloneRoot && strings.HasPrefix(d.Name(), ".") && d.Name() != ".." {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".go" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		whole := unbroken(text)
		for i, line := range strings.Split(string(text), "\n") {
			if n := len([]rune(strings.ReplaceAll(line, "\t", "    "))); n > 120 && !whole[i+1] {
				t.Errorf("%s:%d has %d columns, want at most 120", path, i+1, n)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// unbroken are the lines on which a raw string or a long string without much room to break stands.
func unbroken(text []byte) map[int]bool {
	lines := map[int]bool{}
	set := token.NewFileSet()
	file := set.AddFile("", set.Base(), len(text))
	var s scanner.Scanner
	s.Init(file, text, nil, 0)
	for {
		pos, tok, literal := s.Scan()
		if tok == token.EOF {
			return lines
		}
		if tok != token.STRING {
			continue
		}
		longest := 0 // of its words
		for word := range strings.FieldsSeq(literal) {
			longest = max(longest, len(word))
		}
		if literal[0] == '`' || longest > 40 {
			from := file.Line(pos)
			for line := from; line <= from+strings.Count(literal, "\n"); line++ {
				lines[line] = true
			}
		}
	}
}
