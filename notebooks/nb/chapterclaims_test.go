package nb

import (
	"encoding/json"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"coadapt/transfer"
	"coadapt/transfer/reference"
	"coadapt/transfer/stats"
)

// shown is all plain text that a saved chapter shows below its cells.
func shown(t *testing.T, chapter string) string {
	t.Helper()
	data, err := os.ReadFile("../" + chapter + ".ipynb")
	if err != nil {
		t.Fatal(err)
	}
	var book struct {
		Cells []struct {
			Outputs []struct {
				Data map[string]json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(data, &book); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, c := range book.Cells {
		for _, o := range c.Outputs {
			var lines []string
			if raw := o.Data["text/plain"]; raw != nil {
				if err := json.Unmarshal(raw, &lines); err != nil {
					t.Fatal(err)
				}
			}
			all = append(all, strings.Join(lines, ""))
		}
	}
	return strings.Join(all, "\n")
}

// number is what a pattern's one group finds in a text, as a number.
func number(t *testing.T, text, pattern string) float64 {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("nothing like %s is shown", pattern)
	}
	x, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestClaimsOfWhatALayerLearns proves chapter 01: trained filters of either task are nearly without colour and random
// ones are not; units of conv1 answer to four to nine classes, those of conv5 to one to three; and the cost of another
// task's layers grows with the cut.
func TestClaimsOfWhatALayerLearns(t *testing.T) {
	text := shown(t, "01_what_a_layer_learns")
	for net, want := range map[string][2]float64{"baseB": {70, 100}, "A1B": {70, 100}, "R1B": {25, 42}} {
		if grey := number(t, text, `0/`+net+`: \d+ of 5 by 5 pixels[^:]*?, (\d+)% grey`); grey < want[0] ||
			grey > want[1] {
			t.Errorf("the filters of %s are %v%% grey; claimed: trained ones mostly, random ones by a third", net, grey)
		}
	}
	for layer, want := range map[string][2]int{"conv1": {4, 9}, "conv5": {1, 3}} {
		line := regexp.MustCompile(`layer ` + layer + `, most\. (.*)`).FindStringSubmatch(text)
		if line == nil {
			t.Fatalf("no patches of %s are shown", layer)
		}
		units := regexp.MustCompile(`Unit \d+: ([^.]*(?:\.\d+[^.]*)*)\.`).FindAllStringSubmatch(line[1], -1)
		if len(units) != 4 {
			t.Errorf("%s: %d units in %q, want 4", layer, len(units), line[1])
		}
		for i, u := range units {
			classes := map[string]bool{}
			for _, patch := range strings.Split(u[1], ", ") {
				name, _, _ := strings.Cut(patch, " (")
				classes[name] = true
			}
			if len(classes) < want[0] || len(classes) > want[1] {
				t.Errorf("%s, unit %d: patches of %d classes %v; claimed: %d to %d", layer, i, len(classes), classes,
					want[0], want[1])
			}
		}
	}
	at := dips(t, "plain-shapes", stats.Accuracy)
	for n, want := range map[int][2]float64{1: {-0.016, -0.003}, 4: {-0.184, -0.143}, 7: {-0.383, -0.333}} {
		if b := at(transfer.Transfer, n).dip; b.Low < want[0]-0.001 || b.High > want[1]+0.001 || b.Clusters != 8 {
			t.Errorf("AnB at n = %d: %+v; claimed: %v over eight seeds", n, b, want)
		}
	}
}

// TestClaimsOfBaseNets proves chapter 02: a base that is not done training makes every fine-tuned net look good. On the
// saved shapes all fine-tuned nets lie above their base, those of the other task as those of the own, and none above a
// base trained twice.
func TestClaimsOfBaseNets(t *testing.T) {
	text := shown(t, "02_base_nets")
	base, plus := number(t, text, `uncut +(0\.\d+) ± 0\.\d+ +0\.\d+`),
		number(t, text, `uncut +0\.\d+ ± 0\.\d+ +(0\.\d+)`)
	if plus-base < 0.1 {
		t.Errorf("base %v, base+ %v; claimed: the base is far from done", base, plus)
	}
	at := dips(t, "shapes", stats.Accuracy)
	twice := at(transfer.BasePlus, 0).dip
	for _, c := range []transfer.Treatment{transfer.SelfferPlus, transfer.TransferPlus} {
		for n := 1; n <= 7; n++ {
			if b := at(c, n).dip; b.Low <= 0 || b.Low > twice.High {
				t.Errorf("%s at n = %d: %+v, base+ %+v; claimed: above the base, and not above base+", c, n, b, twice)
			}
		}
	}
}

// line finds what the nets say of a claim at a place.
func line(t *testing.T, r *stats.Report, claim, at string) stats.Line {
	t.Helper()
	for _, l := range r.Lines {
		if l.Claim.Name == claim && l.At == at {
			return l
		}
	}
	t.Fatalf("no line of %s at %q", claim, at)
	return stats.Line{}
}

// TestClaimsOfHowSure proves chapter 06: in 2014 the loss of frozen layers stands; the unpaired gap between AnB+ and
// BnB+, 1.38 points, is that between the halves they were tested on; on CIFAR-100 there is specificity, and neither
// fragility nor surplus.
func TestClaimsOfHowSure(t *testing.T) {
	paper, err := reference.Results(transfer.BestTen)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := stats.Ask(paper, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	if l := line(t, theirs, "specificity", "n = 7"); l.Verdict != stats.Supported {
		t.Errorf("specificity of 2014 at n = 7: %s; claimed: it stands", l.Verdict)
	}
	bases := map[stats.Unit]float64{}
	for _, r := range paper {
		if r.Net.Treatment == transfer.Base && r.Net.PerClass == 0 {
			bases[stats.UnitOf(r.Net)] = r.Accuracy
		}
	}
	mean := func(c transfer.Treatment) (own, base float64) {
		n := 0.0
		for _, r := range paper {
			if r.Net.Treatment == c && r.Net.Split != "natman" {
				own, base, n = own+r.Accuracy, base+bases[stats.UnitOf(r.Net)], n+1
			}
		}
		return own / n, base / n
	}
	ab, baseAB := mean(transfer.TransferPlus)
	bb, baseBB := mean(transfer.SelfferPlus)
	if gap, halves := 100*(ab-bb), 100*(baseAB-baseBB); math.Abs(gap-1.38) > 0.006 || math.Abs(halves-1.38) > 0.006 {
		t.Errorf("AnB+ less BnB+ %.3f points, their halves' base nets %.3f; claimed: 1.38 both", gap, halves)
	}
	ours, err := stats.Ask(kept(t, "cifar100"), 0.95)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		claim, at string
		want      []stats.Verdict
	}{
		{"specificity", "n = 5", []stats.Verdict{stats.Supported}},
		{"specificity", "n = 7", []stats.Verdict{stats.Supported}},
		{"fragility", "n = 3", []stats.Verdict{stats.Undistinguishable, stats.Opposite}},
		{"fragility", "n = 5", []stats.Verdict{stats.Opposite}},
		{"fragility", "n = 7", []stats.Verdict{stats.Opposite}},
		{"surplus", "n = 3", []stats.Verdict{stats.Undistinguishable}},
		{"surplus", "n = 5", []stats.Verdict{stats.Undistinguishable}},
		{"surplus", "n = 7", []stats.Verdict{stats.Undistinguishable}},
	} {
		found := false
		got := line(t, ours, c.claim, c.at).Verdict
		for _, w := range c.want {
			found = found || got == w
		}
		if !found {
			t.Errorf("%s at %s: %s, want %v", c.claim, c.at, got, c.want)
		}
	}
}

// TestClaimsOfDistance proves chapter 05: on photographs layers of the other kind of class cost more than those of a
// random half; on the shapes no difference can be told; random layers cost more than any trained ones.
func TestClaimsOfDistance(t *testing.T) {
	mean := func(all []transfer.Result, c transfer.Treatment, n int, natman bool) (points float64, nets, failed int) {
		base := map[stats.Unit]float64{}
		for _, r := range all {
			if r.Net.Treatment == transfer.Base {
				base[stats.UnitOf(r.Net)] = r.Accuracy
			}
		}
		for _, r := range all {
			switch {
			case r.Net.Treatment != c || r.Net.N != n || (r.Net.Split == "natman") != natman:
			case r.Status != transfer.OK:
				failed++
			default:
				points, nets = points+100*(r.Accuracy-base[stats.UnitOf(r.Net)]), nets+1
			}
		}
		return points / float64(nets), nets, failed
	}
	for name, claims := range map[string][]struct {
		c            transfer.Treatment
		n            int
		natman       bool
		want         float64
		nets, failed int
	}{
		"distance": {
			{transfer.Transfer, 1, true, -1.5, 6, 0}, {transfer.Transfer, 3, true, -11.2, 4, 2},
			{transfer.Transfer, 5, true, -22.9, 6, 0},
			{transfer.Transfer, 7, true, -30.8, 6, 0}, {transfer.Transfer, 1, false, -0.8, 20, 0},
			{transfer.Transfer, 3, false, -9.4, 17, 3},
			{transfer.Transfer, 5, false, -25.6, 20, 0}, {transfer.Transfer, 7, false, -33.7, 20, 0},
			{transfer.Random, 1, false, -21.0, 6, 0},
			{transfer.Random, 3, false, -54.9, 6, 0}, {transfer.Random, 3, true, -56.0, 2, 0},
		},
		"distance-cifar100": {
			{transfer.Transfer, 3, true, -5.1, 8, 0}, {transfer.Transfer, 3, false, -2.0, 10, 0},
			{transfer.Transfer, 7, true, -14.8, 4, 4},
			{transfer.Transfer, 7, false, -6.4, 10, 0}, {transfer.Random, 3, true, -9.6, 2, 0},
			{transfer.Random, 3, false, -10.8, 1, 1},
		},
	} {
		all := kept(t, name)
		for _, c := range claims {
			if got, nets, failed := mean(all, c.c, c.n, c.natman); math.Abs(got-c.want) > 0.06 || nets != c.nets ||
				failed != c.failed {
				t.Errorf("%s: %s at n = %d, natural/man-made %v: %.2f points of %d nets, %d failed; claimed: %+v", name,
					c.c, c.n, c.natman, got, nets, failed, c)
			}
		}
		report, err := stats.Ask(all, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range report.Lines {
			switch {
			case l.Claim.Name == "distance" && name == "distance" && l.Verdict == stats.Supported:
				t.Errorf("distance on the shapes %s: %s; claimed: nothing can be told", l.At, l.Verdict)
			case l.Claim.Name == "distance" && name != "distance" && l.At == "n = 3" && l.Verdict != stats.Supported:
				t.Errorf("distance on CIFAR-100 %s: %s; claimed: supported", l.At, l.Verdict)
			case l.Claim.Name == "transferred against random" && l.At == "n = 3" && l.Verdict != stats.Supported:
				t.Errorf("%s: %s %s: %s; claimed: supported", name, l.Claim.Name, l.At, l.Verdict)
			}
		}
	}
	low, high := math.Inf(1), math.Inf(-1)
	all := kept(t, "distance")
	for split := range 10 {
		var of []transfer.Result
		for _, r := range all {
			if r.Net.Split == strconv.Itoa(split) {
				of = append(of, r)
			}
		}
		for _, target := range []transfer.Half{transfer.A, transfer.B} {
			var base, cut float64
			for _, r := range of {
				switch {
				case r.Net.Target != target:
				case r.Net.Treatment == transfer.Base:
					base = r.Accuracy
				case r.Net.Treatment == transfer.Transfer && r.Net.N == 7:
					cut = r.Accuracy
				}
			}
			low, high = min(low, 100*(cut-base)), max(high, 100*(cut-base))
		}
	}
	if math.Round(low) != -39 || math.Round(high) != -24 && math.Round(high) != -23 {
		t.Errorf("random splits lose %.1f to %.1f points at fc7; claimed: 24 to 39", -high, -low)
	}
}
