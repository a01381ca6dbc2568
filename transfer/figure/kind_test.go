package figure

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"coadapt/transfer"
)

// TestOwnSplitsAreKinds: a split of one's own is shown apart from random halves and from another such split, and a
// curve of it names it.
func TestOwnSplitsAreKinds(t *testing.T) {
	var all []transfer.Result
	for _, split := range []string{"pets", "0", "animals"} {
		all = append(all, result(t, split+"/baseB", 60, 100), result(t, split+"/A3B", 50, 100))
	}
	want := []Kind{RandomHalves, "split animals", "split pets"}
	if got := Kinds(all); !slices.Equal(got, want) {
		t.Errorf("kinds %q, want %q", got, want)
	}
	if some, rest := first(all); len(some) != 2 || some[0].Net.Split != "0" || !strings.Contains(rest,
		"2 on split animals, 2 on split pets") {
		t.Errorf("%d nets first and %q, want the two on random halves", len(some), rest)
	}
	fig, err := Curve(all[:2], Options{})
	if err != nil {
		t.Fatal(err)
	}
	var svg bytes.Buffer
	if err := fig.SVG(&svg); err != nil {
		t.Fatal(err)
	}
	if words := strings.Join(strings.Fields(textOf(t, svg.Bytes())), " "); !strings.Contains(words, "split pets") {
		t.Errorf("the figure does not name its split: %s", fmt.Sprintf("%.300s", words))
	}
}

// TestPaper3SaysWhatToTrain: the error about missing nets has the flags of today.
func TestPaper3SaysWhatToTrain(t *testing.T) {
	_, err := Paper3([]transfer.Result{result(t, "0/baseB", 60, 100), result(t, "0/A3B", 50, 100)}, Options{})
	if err == nil || !strings.Contains(err.Error(), "`coadapt curve --splits natman --conditions AnB,RnB`") {
		t.Errorf("%v, want an error with a command", err)
	}
}
