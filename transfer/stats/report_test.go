package stats_test

import (
	"crypto/sha256"
	"fmt"
	"math"
	"strings"
	"testing"

	"coadapt/transfer"
	"coadapt/transfer/reference"
	"coadapt/transfer/stats"
)

// lines are a report's, by claim and place.
func ask(t *testing.T, results []transfer.Result) (r *stats.Report, line func(claim, at string) stats.Line) {
	t.Helper()
	r, err := stats.Ask(results, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	return r, func(claim, at string) stats.Line {
		t.Helper()
		for _, l := range r.Lines {
			if l.Claim.Name == claim && l.At == at {
				return l
			}
		}
		t.Fatalf("no line %s at %q", claim, at)
		return stats.Line{}
	}
}

func of2014(t *testing.T) (*stats.Report, func(claim, at string) stats.Line) {
	t.Helper()
	results, err := reference.Results(transfer.BestTen)
	if err != nil {
		t.Fatal(err)
	}
	return ask(t, results)
}

// TestNumbersOf2014 are those of the re-analysis in ../../../shared/reference/figures.md, in points: the paired table
// of figure 2, table 1 and the columns beside it, and figure 3.
func TestNumbersOf2014(t *testing.T) {
	_, line := of2014(t)
	for _, c := range []struct {
		claim, at string
		want      float64
		units     int
	}{
		{"transfer loss", "n = 1", 0.31, 8}, {"transfer loss", "n = 2", -0.12, 8}, {"transfer loss", "n = 3", -0.62, 8},
		{"transfer loss", "n = 4", -2.53, 8},
		{"transfer loss", "n = 5", -4.71, 8}, {"transfer loss", "n = 6", -4.45, 8},
		{"transfer loss", "n = 7", -8.26, 8},
		{"fragility", "n = 1", -0.35, 4}, {"fragility", "n = 4", 1.85, 4}, {"fragility", "n = 5", 2.97, 4},
		{"fragility", "n = 6", 0.45, 4}, {"fragility", "n = 7", 0, 4},
		{"specificity", "n = 1", -0.15, 4}, {"specificity", "n = 4", 0.62, 4}, {"specificity", "n = 5", 1.68, 4},
		{"specificity", "n = 6", 3.90, 4}, {"specificity", "n = 7", 8.24, 4},
		{"boost, unpaired", "n = 1-7", 1.60, 10}, {"boost, unpaired", "n = 3-7", 1.80, 10},
		{"boost, unpaired", "n = 5-7", 2.06, 9},
		{"surplus, unpaired", "n = 1-7", 1.38, 4}, {"surplus, unpaired", "n = 3-7", 1.40, 4},
		{"surplus, unpaired", "n = 5-7", 1.73, 3},
		{"boost", "n = 1-7", 0.97, 2}, {"boost", "n = 3-7", 1.17, 2}, {"boost", "n = 5-7", 1.16, 1},
		{"second training", "n = 1-7", 0.97, 2}, {"second training", "n = 3-7", 1.10, 2},
		{"second training", "n = 5-7", 1.01, 2},
		{"surplus", "n = 1-7", 0, 4}, {"surplus", "n = 3-7", 0.06, 4}, {"surplus", "n = 5-7", 0.15, 3},
		{"natural/man-made", "n = 1", 0.29, 2}, {"natural/man-made", "n = 2", -0.93, 2},
		{"natural/man-made", "n = 3", -3.24, 2}, {"natural/man-made", "n = 4", -7.33, 2},
		{"natural/man-made", "n = 5", -12.95, 2}, {"natural/man-made", "n = 6", -16.57, 2},
		{"natural/man-made", "n = 7", -25.01, 2},
		{"random features", "n = 1", -8.46, 1}, {"random features", "n = 2", -17.37, 1},
	} {
		l := line(c.claim, c.at)
		units := l.Units
		if strings.HasSuffix(c.claim, "unpaired") && c.claim[0] == 'b' {
			units = l.Clusters // the targets of AnB+ are base nets' units too
		}
		if math.Abs(100*l.Value-c.want) > 0.0051 || units != c.units {
			t.Errorf("%s at %s: %+.4f points of %d units, want %+.2f of %d", c.claim, c.at, 100*l.Value, units, c.want,
				c.units)
		}
	}
}

// TestTrapOf2014: all AnB+ targets are B halves, all BnB+ targets A halves, and their base nets differ by 1.38, 1.34
// and 1.58 points (figures.md, table 1).
func TestTrapOf2014(t *testing.T) {
	r, line := of2014(t)
	for at, gap := range map[string]string{"n = 1-7": "+1.38 points", "n = 3-7": "+1.34 points",
		"n = 5-7": "+1.58 points"} {
		for _, claim := range []string{"surplus", "surplus, unpaired"} {
			warnings := strings.Join(line(claim, at).Warnings, "\n")
			if !strings.Contains(warnings, "confounded") || !strings.Contains(warnings, gap) {
				t.Errorf("%s at %s warns %q, want the confounding and %s", claim, at, warnings, gap)
			}
		}
		if l := line("surplus", at); l.Verdict != stats.Undistinguishable {
			t.Errorf("paired surplus at %s: %s", at, l.Verdict)
		}
	}
	// Pairs and frozen nets are on the same targets, and are not warned of.
	for _, l := range r.Lines {
		if l.Claim.Name != "fragility" && l.Claim.Name != "specificity" && l.Claim.Name != "transfer loss" {
			continue
		}
		if strings.Contains(strings.Join(l.Warnings, ""), "confounded") {
			t.Errorf("%s at %s warns %v", l.Claim.Name, l.At, l.Warnings)
		}
	}
}

// TestNotTrainedOf2014: the nets that never left chance are in no estimate and are named.
func TestNotTrainedOf2014(t *testing.T) {
	r, line := of2014(t)
	if r.Nets != 138 || len(r.Missing) != 10 {
		t.Errorf("%d numbers and %d others, want 138 and 10", r.Nets, len(r.Missing))
	}
	for n := 3; n <= 7; n++ {
		l := line("random features", fmt.Sprintf("n = %d", n))
		if l.Verdict != stats.CannotBeAsked || l.Asked ||
			!strings.Contains(strings.Join(l.Warnings, ""), fmt.Sprintf("whole/R%d not trained", n)) {
			t.Errorf("random features at n = %d: %s, %v", n, l.Verdict, l.Warnings)
		}
	}
	for _, k := range []int{5, 10, 25, 50, 100} {
		l := line("more images", fmt.Sprintf("%d images a class", k))
		if l.Verdict != stats.CannotBeAsked ||
			!strings.Contains(strings.Join(l.Warnings, ""), fmt.Sprintf("whole/base@%d not trained", k)) {
			t.Errorf("%d images a class: %s, %v", k, l.Verdict, l.Warnings)
		}
	}
	if l := line("boost at equal compute", ""); l.Verdict != stats.CannotBeAsked {
		t.Errorf("a control that 2014 lacks: %s", l.Verdict)
	}
}

// made is a balanced experiment with known effects: target B is easier by 3 points, specificity 2 points at n = 5,
// surplus as given; each net is off by a little that depends on its name.
func made(splits, seeds int, surplus float64, t *testing.T) []transfer.Result {
	t.Helper()
	var names []string
	for s := range splits {
		names = append(names, fmt.Sprint(s))
	}
	var seed []int
	for s := range seeds {
		seed = append(seed, s)
	}
	all, err := transfer.Balanced(names, seed, []int{5})
	if err != nil {
		t.Fatal(err)
	}
	var out []transfer.Result
	for _, p := range all {
		n := p.Net
		acc := 0.6
		if n.Target == transfer.B {
			acc += 0.03
		}
		switch n.Treatment {
		case transfer.Transfer:
			acc -= 0.05
		case transfer.Selffer:
			acc -= 0.03
		case transfer.TransferPlus:
			acc += 0.01 + surplus
		case transfer.SelfferPlus, transfer.BasePlus:
			acc += 0.01
		}
		h := sha256.Sum256([]byte(n.String()))
		acc += 0.004 * (float64(h[0])/255 - 0.5)
		out = append(out, transfer.Result{
			Net:        n,
			Status:     transfer.OK,
			Accuracy:   acc,
			Correct:    int(acc * 10000),
			Tested:     10000,
			Classes:    10,
			Experiment: "made",
			Key:        n.String(),
		})
	}
	return out
}

func TestBalancedDesignFindsWhatIsThere(t *testing.T) {
	results := made(2, 3, 0.02, t)
	_, line := ask(t, results)
	for claim, want := range map[string]float64{"fragility": 3, "specificity": 2, "rescue": 8, "second training": 1,
		"surplus": 2, "boost": 3, "transfer loss": -5, "boost at equal compute": 2} {
		l := line(claim, "n = 5")
		if math.Abs(100*l.Value-want) > 0.3 || l.Verdict != stats.Supported || l.Units != 12 || len(l.Warnings) > 0 ||
			!(l.Low < l.Value && l.Value < l.High) {
			t.Errorf("%s: %+.2f, %s, %d units, warnings %v; want %+.0f, supported, 12, none", claim, 100*l.Value,
				l.Verdict, l.Units, l.Warnings, want)
		}
		if !(l.Permuted <= 2.0/4096+1e-12) { // all twelve units agree
			t.Errorf("%s: permutation p %v", claim, l.Permuted)
		}
	}
	if l := line("new layers at equal compute", "n = 5"); l.Verdict != stats.Undistinguishable {
		t.Errorf("no effect: %s, %+.3f", l.Verdict, 100*l.Value)
	}
	_, line = ask(t, made(2, 3, -0.02, t))
	if l := line("surplus", "n = 5"); l.Verdict != stats.Opposite {
		t.Errorf("a surplus of -2 points: %s", l.Verdict)
	}
	// The decomposition adds up.
	sum := line("fragility", "n = 5").Value + line("specificity", "n = 5").Value + line("transfer loss", "n = 5").Value
	if math.Abs(sum) > 1e-12 {
		t.Errorf("fragility + specificity - loss = %v", sum)
	}
}

// TestManySplitsAreClusters: of eight splits on, units of one split are one cluster, in the interval and in p.
func TestManySplitsAreClusters(t *testing.T) {
	_, line := ask(t, made(8, 1, 0, t))
	l := line("fragility", "n = 5")
	if !strings.Contains(l.Test, "16 units clustered by 8 splits") || l.DF != 7 || !(l.Low > 0.027 && l.High < 0.033) {
		t.Errorf("%s, df %v [%v, %v]", l.Test, l.DF, l.Low, l.High)
	}
}

// TestUnbalancedIsCaught leaves of a balanced experiment what 2014 had: AnB+ on B, BnB+ on A. Raw means then show the 3
// points between the targets, the gains do not, and both are warned of.
func TestUnbalancedIsCaught(t *testing.T) {
	var some []transfer.Result
	for _, r := range made(2, 3, 0, t) {
		if r.Net.Treatment == transfer.TransferPlus && r.Net.Target == transfer.A ||
			r.Net.Treatment == transfer.SelfferPlus && r.Net.Target == transfer.B {
			continue
		}
		some = append(some, r)
	}
	_, line := ask(t, some)
	raw, paired := line("surplus, unpaired", "n = 5"), line("surplus", "n = 5")
	if math.Abs(100*raw.Value-3) > 0.3 || math.Abs(100*paired.Value) > 0.3 {
		t.Errorf("raw %+.2f, paired %+.2f, want 3 and 0", 100*raw.Value, 100*paired.Value)
	}
	for _, l := range []stats.Line{raw, paired} {
		if !strings.Contains(strings.Join(l.Warnings, ""), "confounded") {
			t.Errorf("%s is not warned of: %v", l.Claim.Name, l.Warnings)
		}
	}
}

// TestFewUnitsPoolTheirSpread: by hand from the values of ../../../shared/reference/figures.md, AnB+ - base is +0.6259
// for n = 2 (two units, sd 0.2099), 1.3035 (0.0645) for n = 3, 1.0281 (0.0880) for n = 4; pooled sd √((0.2099² +
// 0.0645² + 0.0880²)/3) = 0.1366 of 3 degrees of freedom.
func TestFewUnitsPoolTheirSpread(t *testing.T) {
	_, line := of2014(t)
	var squares float64
	for _, sd := range []float64{0.2099, 0.0645, 0.0880} {
		squares += sd * sd
	}
	l, two := line("boost", "n = 7"), line("boost", "n = 2")
	if two.DF != 3 || math.Abs(two.SE*math.Sqrt2-l.SE) > 1e-12 {
		t.Errorf("two units: df %v, error %.4f points", two.DF, 100*two.SE)
	}
	if l.DF != 3 || math.Abs(100*l.SE-math.Sqrt(squares/3)) > 1e-3 || !strings.Contains(l.Test, "spread of n = 2,3,4") {
		t.Errorf("df %v, error %.4f points, %s", l.DF, 100*l.SE, l.Test)
	}
	// Where no cut has several units there is nothing to borrow.
	if l := line("random features", "n = 1"); !math.IsInf(l.DF, 1) || !strings.Contains(l.Test, "Newcombe") {
		t.Errorf("df %v, %s", l.DF, l.Test)
	}
}

func TestDivergedIsNotAveragedIn(t *testing.T) {
	results := made(1, 2, 0, t)
	_, before := ask(t, results)
	for i := range results {
		if results[i].Net.String() == "0/A5B" {
			results[i].Status, results[i].Accuracy = transfer.Diverged, 0
		}
	}
	r, line := ask(t, results)
	l := line("specificity", "n = 5")
	if l.Units != before("specificity", "n = 5").Units-1 || math.Abs(100*l.Value-2) > 0.3 || len(r.Missing) != 1 ||
		!strings.Contains(strings.Join(l.Warnings, ""), "0/A5B diverged") {
		t.Errorf("%d units, %+.2f, warnings %v", l.Units, 100*l.Value, l.Warnings)
	}
}

func TestAskRefuses(t *testing.T) {
	results := made(1, 1, 0, t)
	for want, change := range map[string]func(r []transfer.Result) []transfer.Result{
		"no results":     func(r []transfer.Result) []transfer.Result { return nil },
		"one experiment": func(r []transfer.Result) []transfer.Result { r[3].Experiment = "other"; return r },
		"by one rule":    func(r []transfer.Result) []transfer.Result { r[3].Selection = transfer.BestTen; return r },
		"two keys": func(r []transfer.Result) []transfer.Result {
			x := r[3]
			x.Key = "other"
			return append(r,
				x)
		},
	} {
		if _, err := stats.Ask(change(append([]transfer.Result{}, results...)), 0.95); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

// TestAnswersAreAlwaysTheSame: to the last digit, as sums have one order.
func TestAnswersAreAlwaysTheSame(t *testing.T) {
	results, err := reference.Results(transfer.BestTen)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	for range 5 {
		r, err := stats.Ask(results, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		var numbers []any
		for _, l := range r.Lines {
			numbers = append(numbers, l.Value, l.SE, l.Low, l.High, l.P, l.Permuted, l.Detectable, l.Simultaneous.Low,
				l.Simultaneous.High)
		}
		all[fmt.Sprint(numbers...)] = true
	}
	if len(all) != 1 {
		t.Errorf("%d different reports of the same results", len(all))
	}
}

// BenchmarkAsk is the whole of `coadapt stats -source 2014` but for printing.
func BenchmarkAsk(b *testing.B) {
	results, err := reference.Results(transfer.BestTen)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := stats.Ask(results, 0.95); err != nil {
			b.Fatal(err)
		}
	}
}

// TestOwnSplitsAreAsked: where nets are of a split of one's own alone, the claims are asked of it; beside random
// halves it is not counted as one of them.
func TestOwnSplitsAreAsked(t *testing.T) {
	own := made(1, 2, 0.01, t)
	halves := made(1, 2, 0.01, t)
	for i := range own {
		own[i].Net.Split = "animals"
	}
	for _, results := range [][]transfer.Result{own, append(halves, own...)} {
		_, line := ask(t, results)
		if l := line("transfer loss", "n = 5"); l.Units != 4 || l.Splits != 1 {
			t.Errorf("%d units of %d splits, want 4 of 1", l.Units, l.Splits)
		}
	}
}
