package figure

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"coadapt/transfer"
	"coadapt/transfer/stats"
)

// pairs are three units at two cuts, of which the frozen nets lose at n = 5 and not at n = 1.
func pairs(t *testing.T) []transfer.Result {
	t.Helper()
	var out []transfer.Result
	for seed := range 3 {
		out = append(out, result(t, fmt.Sprintf("baseB#%d", seed), 3000+10*seed, 5000))
		for _, n := range []int{1, 5} {
			out = append(out, result(t, fmt.Sprintf("B%dB#%d", n, seed), 3000+12*seed-(n-1)*100, 5000),
				result(t, fmt.Sprintf("A%dB#%d", n, seed), 3000+9*seed-(n-1)*120, 5000))
		}
	}
	return out
}

// TestForest: the text alternative has the lines of Ask, the SVG is as it was looked at, and in the PNG the marks are
// where the numbers are.
func TestForest(t *testing.T) {
	results := pairs(t)
	f, err := Forest(results, []string{"fragility", "specificity"}, Options{Title: "What is told"})
	if err != nil {
		t.Fatal(err)
	}
	report, err := stats.Ask(results, Level)
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for _, l := range report.Lines {
		if l.Claim.Name != "fragility" && l.Claim.Name != "specificity" {
			continue
		}
		lines++
		want := fmt.Sprintf("%s %+.2f [%+.2f, %+.2f], %s", l.At, 100*l.Value, 100*l.Simultaneous.Low,
			100*l.Simultaneous.High, l.Words())
		if !strings.Contains(f.Alt(), want) {
			t.Errorf("%q does not say %q", f.Alt(), want)
		}
	}
	if lines != 4 || !strings.Contains(f.Alt(), "n = 5 +7.96") || !strings.Contains(f.Alt(), "supported") ||
		!strings.Contains(f.Alt(), "not distinguishable") {
		t.Errorf("%d lines: %s", lines, f.Alt())
	}
	var svg bytes.Buffer
	if err := f.SVG(&svg); err != nil {
		t.Fatal(err)
	}
	golden(t, "forest.svg", svg.Bytes())
	img := decoded(t, f, 192)
	if n, _ := spots(img, forestColor(stats.Supported)); n < 100 {
		t.Errorf("%d pixels in the colour of what is supported", n)
	}
	if n, _ := spots(img, forestColor(stats.Undistinguishable)); n < 50 {
		t.Errorf("%d pixels in the colour of what is not distinguishable", n)
	}
}

func TestForestRefuses(t *testing.T) {
	for want, claims := range map[string][]string{`no claim "bost"`: {"bost"},
		"can be asked of these nets": {"rescue"}} {
		if _, err := Forest(pairs(t), claims, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want an error with %q", claims, err, want)
		}
	}
	f, err := Forest(published(t), []string{"surplus, unpaired"}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var svg bytes.Buffer
	if err := f.SVG(&svg); err != nil || !strings.Contains(svg.String(), "supported *") {
		t.Errorf("%v: treatments on different targets are not warned of", err)
	}
	if _, err := Forest(nil, nil, Options{}); err == nil {
		t.Error("a forest of nothing")
	}
}
