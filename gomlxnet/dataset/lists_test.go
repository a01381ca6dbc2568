package dataset

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"
)

// TestValidationListsAre2014s: all eleven released MD5 sums of validation lists (../../../shared/reference/recipe.md,
// "Data sets"), and what they depend on: with A and B exchanged, or another seed, none fits.
func TestValidationListsAre2014s(t *testing.T) {
	lists := ValidationList().Lists()
	if len(lists) != 11 {
		t.Fatalf("%d lists, want whole, 8 random halves and 2 of natural and man-made", len(lists))
	}
	for _, l := range lists {
		want, ok := l.Released()
		if got := l.MD5(); !ok || got != want {
			t.Errorf("%s: %s, released %s", l.Name, got, want)
		}
	}
	a, _ := randomHalves(1000, 4)
	other := ValidationList().choose("half0A", a)
	if want, _ := other.Released(); other.MD5() == want {
		t.Error("the half of seed 4 has the sum of seed 0")
	}
}

// TestClassSplits: every class list of class_splits.json, by random numbers or by the runs of synsets.
func TestClassSplits(t *testing.T) {
	raw, err := os.ReadFile(reference(t, "class_splits.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want map[string][]int
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	labels := ilsvrc12Lists().labels
	found := 0
	for _, l := range ValidationList().Lists() {
		if l.Name == "whole" {
			continue
		}
		classes := map[int]bool{}
		for _, f := range l.Files {
			var n int
			if _, err := fmt.Sscanf(f, "ILSVRC2012_val_%08d.JPEG", &n); err != nil {
				t.Fatal(err)
			}
			classes[int(labels[n-1])] = true
		}
		var got []int
		for c := range classes {
			got = append(got, c)
		}
		slices.Sort(got)
		found++
		if !slices.Equal(got, want[l.Name]) {
			t.Errorf("%s: the classes differ", l.Name)
		}
	}
	if found != len(want) {
		t.Errorf("%d lists, the file has %d", found, len(want))
	}
}

func TestSynsetsAndLabels(t *testing.T) {
	synsets, labels := Synsets(), ilsvrc12Lists().labels
	if len(synsets) != 1000 || !slices.IsSorted(synsets) || synsets[0] != "n01440764" || synsets[999] != "n15075141" ||
		len(labels) != validationPictures {
		t.Fatalf("%d synsets, %d labels", len(synsets), len(labels))
	}
	count := make([]int, 1000)
	for _, l := range labels {
		count[l]++
	}
	if slices.Min(count) != 50 || slices.Max(count) != 50 {
		t.Errorf("%d to %d validation pictures a class, want 50", slices.Min(count), slices.Max(count))
	}
	// The first validation picture is of n01751748, sea snake.
	if s, ok := ValidationSynset("ILSVRC2012_val_00000001.JPEG"); !ok || s != "n01751748" {
		t.Errorf("%s, %v", s, ok)
	}
	for _, bad := range []string{"", "ILSVRC2012_val_00000000.JPEG", "ILSVRC2012_val_00050001.JPEG",
		"ILSVRC2012_val_1.JPEG", "ILSVRC2012_val_0000001x.JPEG", "ILSVRC2012_val_00000001.png"} {
		if s, ok := ValidationSynset(bad); ok {
			t.Errorf("%q is of %s", bad, s)
		}
	}
}

func TestListForms(t *testing.T) {
	whole := List{
		Name:   "whole",
		Part:   Train,
		Files:  []string{"a/1", "a/2", "b/1", "c/1", "c/2", "c/3"},
		Labels: []int{0, 0, 1, 2, 2, 2},
	}
	if text := string(whole.choose("x", []int{0, 2}).text()); text != "a/1 0\na/2 0\nc/1 1\nc/2 1\nc/3 1\n" {
		t.Errorf("%q", text)
	}
	if text := string(whole.first(2).text()); text != "a/1 0\na/2 0\nb/1 1\nc/1 2\nc/2 2\n" {
		t.Errorf("%q", text)
	}
	if l := whole.first(2); l.Name != "reduced0002" {
		t.Error(l.Name)
	}
	if _, ok := whole.choose("x", nil).Released(); ok {
		t.Error("a list that was never released has a sum")
	}
}
