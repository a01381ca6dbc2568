package sweep

import (
	"math"
	"slices"
	"testing"

	"coadapt/transfer"

	"gonum.org/v1/gonum/floats/scalar"
)

// design plans a balanced grid: every net at one second but base nets at four.
func design(t *testing.T) ([]*transfer.Plan, *Pace) {
	t.Helper()
	all, err := transfer.Balanced([]string{"0"}, []int{0, 1, 2}, []int{2, 5})
	if err != nil {
		t.Fatal(err)
	}
	var plans []*transfer.Plan
	for _, p := range all {
		x := &transfer.Plan{Net: p.Net, Recipe: transfer.Recipe{Steps: 1, Batch: 1}, Cost: transfer.Cost{TrainImage: 1}}
		if p.Net.Treatment == transfer.Base {
			x.Recipe.Steps = 4
		}
		plans = append(plans, x)
	}
	return plans, FixedPace(1, 1)
}

// TestWidth against R: 2*qt(0.975, df)/sqrt(u).
func TestWidth(t *testing.T) {
	for _, c := range []struct {
		units  int
		pooled float64
		want   float64
	}{
		{3, 0, 4.968275},  // 2*qt(0.975,2)/sqrt(3)
		{6, 99, 2.098867}, // 2*qt(0.975,5)/sqrt(6): the spread of others is not borrowed from six units on
		{1, 4, 5.552890},  // 2*qt(0.975,4)
		{2, 0, 17.969287}, // 2*qt(0.975,1)/sqrt(2)
		{2, 10, 3.151064}, // 2*qt(0.975,10)/sqrt(2)
	} {
		if got := width(c.units, c.pooled); !scalar.EqualWithinAbs(got, c.want, 1e-5) {
			t.Errorf("%d units, %v pooled: %v, want %v", c.units, c.pooled, got, c.want)
		}
	}
	if !math.IsInf(width(0, 9), 1) || !math.IsInf(width(1, 0), 1) {
		t.Error("an interval of nothing")
	}
}

// TestAfford: within the budget, with all parents, never wider for more time, everything for enough of it, and hits for
// nothing.
func TestAfford(t *testing.T) {
	plans, pace := design(t)
	sum := func(known []Known) (s float64) {
		for _, k := range known {
			s += min(k.Width, ignorance())
		}
		return s
	}
	last := math.Inf(1)
	for _, budget := range []float64{1, 10, 20, 30, 40, 60, 1000} {
		s := Afford(plans, never, pace, budget)
		var cost float64
		for i, n := range s.Nets {
			at := slices.IndexFunc(plans, func(p *transfer.Plan) bool { return p.Net == n })
			cost += pace.Seconds(plans[at])
			if p, ok := n.Parent(); ok && !slices.Contains(s.Nets[:i], p) {
				t.Errorf("budget %v: %s without its parent before it", budget, n)
			}
		}
		if cost > budget || !scalar.EqualWithinAbs(cost, s.Seconds, 1e-9) || s.Left != len(plans)-len(s.Nets) {
			t.Errorf("budget %v: nets of %v s, said %v, %d left", budget, cost, s.Seconds, s.Left)
		}
		if now := sum(s.Known); now > last {
			t.Errorf("budget %v: sum of widths %v, with less time %v", budget, now, last)
		} else {
			last = now
		}
	}
	whole := Afford(plans, never, pace, 1000)
	for _, k := range whole.Known {
		if k.Units != 6 || k.Of != 6 { // 3 seeds, 2 targets
			t.Errorf("with time for all: %+v", k)
		}
	}
	if whole.Left != 6 { // base+ is in no quantity of the decomposition
		t.Errorf("%d left, want the six base+", whole.Left)
	}
	hit := func(p *transfer.Plan) bool { return slices.Contains(whole.Nets, p.Net) }
	if s := Afford(plans, hit, pace, 1000); len(s.Nets) != 0 || sum(s.Known) != sum(whole.Known) {
		t.Errorf("all hits: %+v", s)
	}
	if s := Afford(plans, never, pace, 1); len(s.Nets) != 0 || !math.IsInf(s.Known[0].Width, 1) {
		t.Errorf("no time: %+v", s)
	}
}

// TestSpread by hand: differences 0.1 and 0.3 at one cut, 0 and 0.2 at another: variance 0.02 each, pooled √0.02 on two
// degrees of freedom.
func TestSpread(t *testing.T) {
	acc := map[string]float64{"0/baseA": 0.5, "0/baseB": 0.6, "0/A1A": 0.4, "0/B1B": 0.3, "0/A2A": 0.5, "0/B2B": 0.4}
	var results []transfer.Result
	for name, a := range acc {
		results = append(results, transfer.Result{
			Net:       net(t, name),
			Status:    transfer.OK,
			Accuracy:  a,
			Correct:   int(100 * a),
			Tested:    100,
			TrainLoss: 0.1,
			Classes:   10,
		})
	}
	sd, df, err := Spread(results)
	if err != nil || df != 2 || !scalar.EqualWithinAbs(sd, math.Sqrt(0.02), 1e-9) {
		t.Errorf("%v on %d, %v; want %v on 2", sd, df, err, math.Sqrt(0.02))
	}
	if _, df, err := Spread(results[:1]); df != 0 || err != nil {
		t.Errorf("one net: %d, %v", df, err)
	}
}
