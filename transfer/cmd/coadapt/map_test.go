package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Two saved experiments beside each other: the same numbers as coadapt dips gives of each, by the names of their
// folders.
func TestMapOfSavedNets(t *testing.T) {
	results := func(name string) string {
		return filepath.Join("..", "..", "..", "notebooks", "results", name, "nets.jsonl")
	}
	picture := filepath.Join(t.TempDir(), "map.png")
	out := must(t, "map", "-json", "-n", "4", "-o", picture, results("scale"), results("few-pictures"))
	var got []setting
	for line := range strings.Lines(out) {
		var s setting
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		got = append(got, s)
	}
	if len(got) != 2 || got[0].Setting != "scale" || got[1].Setting != "few-pictures" || len(got[0].Dips) != 2 {
		t.Fatalf("settings %+v", got)
	}
	for i, s := range got {
		alone := must(t, "dips", "-json", "-measure", "accuracy", "-in", results(s.Setting))
		for _, d := range s.Dips {
			line, err := json.Marshal(d)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(alone, string(line)) {
				t.Errorf("setting %d: %s is not what coadapt dips says:\n%s", i, line, alone)
			}
		}
	}
	if b := got[0].Dips[0]; b.Condition != "BnB" || b.Failed != 6 || b.Of != 6 || b.Estimate != nil {
		t.Errorf("BnB of scale: %+v; want 6 of 6 failed and no estimate", b)
	}
	if info, err := os.Stat(picture); err != nil || info.Size() == 0 {
		t.Errorf("no figure: %v", err)
	}
	if status, out, errs := coadapt(t, t.Context(), "map", results("half-rate"), results("scale")); status != 0 ||
		strings.Contains(out, "half-rate") ||
		!strings.Contains(errs, "left out") {
		t.Errorf("a file without the cut: status %d, %s%s; want it left out and named", status, out, errs)
	}
	table := must(t, "map", "-n", "4", results("scale"))
	for _, want := range []string{"6 of 6", "BnBr", "+0.08"} {
		if !strings.Contains(table, want) {
			t.Errorf("the table has no %q:\n%s", want, table)
		}
	}
	for args, want := range map[string]string{
		"-n 6 " + results("scale"):             "no net of -conditions BnB,BnBr at -cut 6",
		"-conditions XnY " + results("scale"):  "-conditions",
		"-o map.eps " + results("scale"):       "-o",
		"-level 95 " + results("scale"):        "such as 0.95",
		filepath.Join(t.TempDir(), "no.jsonl"): "no such file",
	} {
		if status, _, errs := coadapt(t, t.Context(),
			append([]string{"map"}, strings.Fields(args)...)...); status == 0 ||
			!strings.Contains(errs, want) {
			t.Errorf("map %s: status %d, %s; want an error with %q", args, status, errs, want)
		}
	}
}

// TestTheMapsOfThePage prints the maps of the saved nets: results/fragility.md has just these lines.
func TestTheMapsOfThePage(t *testing.T) {
	const dir = "../../../notebooks/results/"
	page, err := os.ReadFile(dir + "fragility.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]bool{}
	for line := range strings.Lines(string(page)) {
		lines[strings.Join(strings.Fields(line), " ")] = true
	}
	for folder, conditions := range map[string]string{"map": "BnB,BnBr,BnBf",
		"map-cifar100": "base+,BnB,BnBr,BnBf,BnBs"} {
		files, err := filepath.Glob(dir + folder + "/*.jsonl")
		if err != nil || len(files) == 0 {
			t.Fatalf("no saved nets: %v", err)
		}
		for line := range strings.Lines(must(t, append([]string{"map", "--conditions", conditions}, files...)...)) {
			if line = strings.Join(strings.Fields(line), " "); !lines[line] {
				t.Errorf("notebooks/results/fragility.md lacks the line %q of coadapt map --conditions %s "+
					"notebooks/results/%s/*.jsonl", line, conditions, folder)
			}
		}
	}
}
