package main

import (
	"strings"
	"testing"
)

// TestOneSetOfWords: conditions, cuts, seeds and splits are called so in every help, and their former names mean the
// same.
func TestOneSetOfWords(t *testing.T) {
	for _, verb := range []string{"curve", "run", "plan", "bench curve", "nets", "map", "arch"} {
		help := must(t, append(strings.Fields(verb), "-h")...)
		for _, word := range []string{"--treatments", "--split ", "--n "} {
			if strings.Contains(help, word) {
				t.Errorf("%s -h shows %s", verb, word)
			}
		}
		for _, line := range strings.Split(help, "\n") {
			for _, word := range strings.Fields(line) {
				if len(word) > 2 && word[0] == '-' && word[1] >= 'a' && word[1] <= 'z' &&
					!strings.HasPrefix(word, "-o") &&
					word[2] != ',' {
					t.Errorf("%s -h shows %s with one dash: %s", verb, word, line)
				}
			}
		}
	}
	for _, word := range []string{"--conditions", "--cuts", "--seeds", "--splits"} {
		if help := must(t, "curve", "-h"); !strings.Contains(help, word+" ") {
			t.Errorf("curve -h lacks %s", word)
		}
	}
	balanced := "nets --grid balanced --seeds 0,1 "
	want := must(t, strings.Fields(balanced+"--splits 0,1 --cuts 3,5")...)
	if !strings.Contains(want, "A5B") || strings.Contains(want, "A4B") {
		t.Fatalf("nets:\n%s", want)
	}
	for _, former := range []string{"-split 0,1 -n 3,5", "--split=0,1 --n=3,5", "-splits 0,1 -cuts 3,5",
		"-split=0,1 -n=3,5"} {
		if got := must(t, strings.Fields(balanced+former)...); got != want {
			t.Errorf("%s:\n%s\nwant what --splits and --cuts give:\n%s", former, got, want)
		}
	}
	arch := must(t, "arch", "mini", "--cut", "3")
	for _, former := range []string{"-n", "--n"} {
		if got := must(t, "arch", "mini", former, "3"); got != arch {
			t.Errorf("arch mini %s 3:\n%s\nwant\n%s", former, got, arch)
		}
	}
	status, _, errs := coadapt(t, t.Context(), "curve", "-treatments", "AnC")
	if status != 1 || !strings.Contains(errs, "-conditions") {
		t.Errorf("-treatments AnC: %d, %s", status, errs)
	}
}
