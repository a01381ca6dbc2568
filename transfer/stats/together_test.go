package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"coadapt/transfer"
)

// TestBonferroni: statsmodels multipletests([0.01, 0.04, 0.03, 0.005, 0.9], method='bonferroni')[1].
func TestBonferroni(t *testing.T) {
	p := []float64{0.01, math.NaN(), 0.04, 0.03, 0.005, 0.9}
	got := Bonferroni(p)
	for i, want := range []float64{0.05, math.NaN(), 0.2, 0.15, 0.025, 1} {
		if math.IsNaN(want) != math.IsNaN(got[i]) {
			t.Errorf("adjusted %v, want %v", got[i], want)
		} else if !math.IsNaN(want) {
			near(t, fmt.Sprint("adjusted ", p[i]), got[i], want, 1e-12)
		}
	}
}

func ExampleBonferroni() {
	fmt.Println(Bonferroni([]float64{0.01, 0.04, 0.5}))
	// Output: [0.03 0.12 1]
}

// TestNewcombe: method 10 of table II of Newcombe 1998, 56/70 - 48/80: 0.0524 to 0.3339. The p value is dual to the
// interval.
func TestNewcombe(t *testing.T) {
	iv := Newcombe(56.0/70, 70, 48.0/80, 80, 0.95)
	near(t, "low", iv.Low, 0.0524, 5e-5)
	near(t, "high", iv.High, 0.3339, 5e-5)
	s := score{56.0 / 70, 48.0 / 80, 70, 80}
	for _, null := range []float64{-0.1, 0, 0.1, 0.4} {
		p := s.p(null)
		at := s.interval(1 - p)
		near(t, fmt.Sprint("the bound at level 1-p of ", null), min(math.Abs(at.Low-null), math.Abs(at.High-null)), 0,
			1e-9)
	}
	if p := s.p(0.8 - 0.6); math.Abs(p-1) > 1e-9 {
		t.Errorf("p of the estimate itself is %v, want 1", p)
	}
	if p := (score{1, 0, 5000, 5000}).p(0); p > 1e-300 {
		t.Errorf("all against none: p %v", p)
	}
	if iv := Newcombe(0.5, 0, 0.5, 10, 0.95); !math.IsNaN(iv.Low) || !math.IsNaN((score{0.5, 0.5, 0, 10}).p(0)) {
		t.Errorf("on no image: %v", iv)
	}
}

// family draws the lines of one comparison at m cuts: differences of units from the same bases, which so depend on
// each other, around true values. Of one unit the line is that of a pair.
func family(rng *rand.Rand, truth []float64, units int) []Line {
	names, base := make([]string, units), make([]float64, units)
	for u := range units {
		names[u], base[u] = fmt.Sprint(u), rng.NormFloat64()
	}
	lines := make([]Line, len(truth))
	for i, mean := range truth {
		l := unknown(Claim{Positive: true}, place{})
		l.Asked, l.Tally = true, Tally{Units: units}
		if units == 1 {
			a, b := rng.IntN(201), rng.IntN(201)
			l.pair = &score{float64(a) / 200, float64(b) / 200, 200, 200}
			l.Estimate = normal(l.pair.a-l.pair.b, 0.03, 1, 1, 0.95)
			l.Interval = l.AtLevel(0.95)
		} else {
			x := make([]float64, units)
			for u := range x {
				x[u] = mean + rng.NormFloat64() + base[u]
			}
			l.Estimate, _ = ClusterMean(x, names, 0.95)
		}
		l.P = l.Contrast.P(0)
		lines[i] = l
	}
	return lines
}

// TestVerdictIsItsInterval: over many draws, a line is told from its null if and only if its simultaneous interval
// excludes that, which is where the adjusted p is below 0.05; the plain interval lies within it.
func TestVerdictIsItsInterval(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 0))
	told := 0
	for range 5000 {
		m, units, level := 1+rng.IntN(8), 1+rng.IntN(6), 0.95
		if rng.IntN(4) == 0 {
			level = 0.8
		}
		truth := make([]float64, m)
		for i := range truth {
			truth[i] = 3 * rng.NormFloat64() * float64(rng.IntN(2))
		}
		lines := family(rng, truth, units)
		judge(lines, level)
		for _, l := range lines {
			is := l.Verdict == Supported || l.Verdict == Opposite
			excludes := l.Simultaneous.Low > 0 || l.Simultaneous.High < 0
			if is != excludes || is != (l.Adjusted < 1-level) || is && (l.Verdict == Supported) != (l.Value > 0) {
				t.Fatalf("level %v, %d units: %s, adjusted p %v, %+v", level, units, l.Verdict, l.Adjusted,
					l.Simultaneous)
			}
			if l.Family != m || level == 0.95 &&
				(l.Simultaneous.Low > l.Low+1e-12 || l.Simultaneous.High < l.High-1e-12) {
				t.Fatalf("family of %d: plain %+v is not within %+v", l.Family, l.Interval, l.Simultaneous)
			}
			if is {
				told++
			}
		}
	}
	if told < 1000 {
		t.Errorf("%d lines were told from zero: the draws test one side only", told)
	}
}

// TestSimultaneousCoverage: in how many of 10,000 experiments all intervals hold their true values: at least 95%
// simultaneous, and far fewer plain. With 7 cuts of 6 units that share their bases, 10,000 draws are right within
// 0.7% (three standard errors).
func TestSimultaneousCoverage(t *testing.T) {
	const draws = 10000
	rng := rand.New(rand.NewPCG(12, 0))
	truth := []float64{0, 0, 0.3, -1, 2, 0, 5}
	simultaneous, plain := 0, 0
	for range draws {
		lines := family(rng, truth, 6)
		judge(lines, 0.95)
		all := func(of func(Line) Interval) int {
			for i, l := range lines {
				if iv := of(l); truth[i] < iv.Low || truth[i] > iv.High {
					return 0
				}
			}
			return 1
		}
		simultaneous += all(func(l Line) Interval { return l.Simultaneous })
		plain += all(func(l Line) Interval { return l.Interval })
	}
	if share := float64(simultaneous) / draws; share < 0.943 || share > 0.985 {
		t.Errorf("simultaneous 95%% intervals hold all true values in %.2f%% of the draws", 100*share)
	}
	if share := float64(plain) / draws; share > 0.85 {
		t.Errorf("plain intervals hold all of them in %.2f%%: the draws do not tell the two apart", 100*share)
	}
}

// draw is an experiment of random accuracies on some splits and seeds, some nets missing, at cuts 1, 3 and 5.
func draw(t *testing.T, rng *rand.Rand) []transfer.Result {
	t.Helper()
	var out []transfer.Result
	tested := []int{16, 1000}[rng.IntN(2)]
	for split := range 1 + rng.IntN(3) {
		for seed := range 1 + rng.IntN(2) {
			names := []string{fmt.Sprintf("%d/baseB#%d", split, seed)}
			for _, cut := range []int{1, 3, 5} {
				for _, condition := range []string{"A%dB", "B%dB", "A%dB+", "B%dB+"} {
					if rng.IntN(10) > 0 {
						names = append(names, fmt.Sprintf("%d/"+condition+"#%d", split, cut, seed))
					}
				}
			}
			for _, name := range names {
				n, err := transfer.ParseNet(name)
				if err != nil {
					t.Fatal(err)
				}
				correct := rng.IntN(tested + 1)
				if rng.IntN(2) == 0 {
					correct = tested/2 + n.N*tested/20
				}
				out = append(out, transfer.Result{
					Net:      n,
					Status:   transfer.OK,
					Accuracy: float64(correct) / float64(tested),
					Correct:  correct,
					Tested:   tested,
					Classes:  10,
					Key:      name,
				})
			}
		}
	}
	return out
}

// TestOnePairOneInterval: over random experiments, every line's verdict is that of its simultaneous interval, and all
// claims on the same two treatments, and Compare of them either way round, have the same intervals at a cut.
func TestOnePairOneInterval(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 0))
	same := func(a, b Interval) bool { return math.Abs(a.Low-b.Low) < 1e-12 && math.Abs(a.High-b.High) < 1e-12 }
	compared, told := 0, 0
	for range 12 {
		results := draw(t, rng)
		report, err := Ask(results, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range report.Lines {
			if !l.Asked || l.Verdict == Unstable || l.Verdict == CannotBeAsked {
				continue
			}
			null := l.Claim.Null
			excludes := l.Simultaneous.Low > null || l.Simultaneous.High < null
			if excludes != (l.Verdict != Undistinguishable) || excludes != (l.Adjusted < 0.05) {
				t.Errorf("%s at %s: %s, adjusted p %v, %+v", l.Claim.Name, l.At, l.Verdict, l.Adjusted, l.Simultaneous)
			}
			if excludes {
				told++
			}
			if l.Claim.how != byPair || len(l.cuts) != 1 ||
				slices.ContainsFunc(l.Warnings, func(w string) bool { return w == noPair }) {
				continue
			}
			for _, swap := range []bool{false, true} {
				a, b, sign := l.Claim.t, l.Claim.less, 1.0
				if swap {
					a, b, sign = b, a, -1
				}
				c, err := Compare(results, a, b, l.cuts[0], 0.95)
				if err != nil {
					t.Fatalf("%s at %s: %v", l.Claim.Name, l.At, err)
				}
				plain, together := c.Interval, c.Simultaneous
				if swap {
					plain, together = Interval{-plain.High, -plain.Low}, Interval{-together.High, -together.Low}
				}
				if math.Abs(sign*c.Value-l.Value) > 1e-12 || !same(plain, l.Interval) ||
					!same(together, l.Simultaneous) {
					t.Errorf("%s at %s: %+v %+v; Compare(%s, %s) has %+v %+v", l.Claim.Name, l.At, l.Interval,
						l.Simultaneous, a, b, c.Interval, c.Simultaneous)
				}
				compared++
			}
		}
	}
	if compared < 100 || told < 20 {
		t.Errorf("%d comparisons, %d lines told from their null: too few to say anything", compared, told)
	}
}
