package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestKeptReportsAreOfTheirNets writes every kept report again from its nets: text that was edited, or made by other
// code, differs.
func TestKeptReportsAreOfTheirNets(t *testing.T) {
	kept, err := filepath.Glob("../../../notebooks/results/*/nets.jsonl")
	if err != nil || len(kept) == 0 {
		t.Fatal(kept, err)
	}
	for _, nets := range kept {
		want, err := os.ReadFile(filepath.Join(filepath.Dir(nets), "report.md"))
		if err != nil {
			t.Error(err)
			continue
		}
		title, note := typed(string(want))
		dir := t.TempDir()
		status, _, errs := coadapt(t, t.Context(), "report", "-in", nets, "-o", dir, "-title", title, "-note", note)
		if status != 0 {
			t.Fatal(errs)
		}
		for _, name := range []string{"report.md", "nets.jsonl"} {
			got, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			old, err := os.ReadFile(filepath.Join(filepath.Dir(nets), name))
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != string(old) {
				t.Errorf("%s of %s is not what its nets give; `coadapt report -in %s -o %s` with its title and note "+
					"makes it again", name, filepath.Dir(nets), nets, filepath.Dir(nets))
			}
		}
	}
}

// typed are the title and the note of a report, the only words of it that are not made.
func typed(report string) (title, note string) {
	lines := strings.Split(report, "\n")
	title = strings.TrimPrefix(lines[1], "# ")
	return title, lines[4]
}

// TestKeptStatsOf2014 compares the kept text with what is printed now.
func TestKeptStatsOf2014(t *testing.T) {
	want, err := os.ReadFile("../../../notebooks/results/2014/stats.txt")
	if err != nil {
		t.Fatal(err)
	}
	if _, got, _ := coadapt(t, t.Context(), "stats", "-source", "2014"); got != string(want) {
		t.Error("notebooks/results/2014/stats.txt is not what `coadapt stats -source 2014` prints")
	}
}
