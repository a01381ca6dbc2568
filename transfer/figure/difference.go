package figure

import (
	"fmt"
	"math"

	"coadapt/transfer"
	"coadapt/transfer/stats"
)

// Difference is one accuracy minus another, with its interval.
type Difference struct {
	Value float64
	Interval
}

// Below says that the difference is negative by more than its interval.
func (d Difference) Below() bool { return d.High < 0 }

// Above says that the difference is positive by more than its interval.
func (d Difference) Above() bool { return d.Low > 0 }

// String is the difference in percentage points.
func (d Difference) String() string {
	return fmt.Sprintf("%+.1f points %s", 100*d.Value, d.bounds())
}

func (d Difference) bounds() string { return fmt.Sprintf("[%+.1f, %+.1f]", 100*d.Low, 100*d.High) }

// Subtract is the accuracy of a minus that of b with Newcombe's hybrid score interval, see [stats.Newcombe]. It treats
// the two test sets as independent samples. Nets tested on the same images agree on most of them, so their difference
// varies less, and the interval is conservative. Subtract fails if a result is not a number, or lacks the number of
// tested images.
func Subtract(a, b transfer.Result) (Difference, error) {
	for _, r := range []transfer.Result{a, b} {
		if r.Status != transfer.OK {
			return Difference{}, fmt.Errorf("difference with %s: it is %s, not a number", r.Net, r.Status)
		}
		if _, err := WilsonInterval(r.Correct, r.Tested); err != nil {
			return Difference{}, fmt.Errorf("difference with %s: %w", r.Net, err)
		}
	}
	pa, pb := proportion(a), proportion(b)
	iv := stats.Newcombe(pa, a.Tested, pb, b.Tested, Level)
	return Difference{pa - pb, Interval{iv.Low, iv.High, Newcombe}}, nil
}

func proportion(r transfer.Result) float64 { return float64(r.Correct) / float64(r.Tested) }

// Comparison is one treatment minus another at one cut. Its interval is the simultaneous one, which holds together with
// those at all other cuts, because a reader picks the cut after seeing the curve.
type Comparison struct {
	A, B transfer.Treatment
	N    int
	Difference
	Line stats.Line // the same comparison in [stats.Ask]
}

// Compare estimates treatment a minus treatment b at cut n from nets of the same split, seed and target. If b has no
// cut (Base, BasePlus), its one net is the partner at every cut. See [stats.Compare]. Nets without a number or without
// a partner are left out. Compare fails if no pair is left, or if the difference has no interval.
func Compare(results []transfer.Result, a, b transfer.Treatment, n int) (Comparison, error) {
	l, err := stats.Compare(results, a, b, n, Level)
	if err != nil {
		return Comparison{}, err
	}
	if l.Family == 0 {
		return Comparison{}, fmt.Errorf("%s against %s at n = %d: one pair, and nobody says on how many images "+
			"it was tested", a, b, n)
	}
	c := Comparison{A: a, B: b, N: n, Line: l,
		Difference: Difference{Value: l.Value, Interval: Interval{l.Simultaneous.Low, l.Simultaneous.High, StudentT}}}
	if math.IsInf(l.DF, 1) {
		c.Method = Newcombe
	}
	return c, nil
}

// String states the comparison with its interval.
func (c Comparison) String() string {
	how := fmt.Sprintf("95%% interval by %s", c.Line.Test)
	if c.Line.Family > 1 {
		plain := Difference{c.Value, Interval{Low: c.Line.Low, High: c.Line.High}}
		how = fmt.Sprintf("95%% interval for %d cuts together; plain 95%%, of this cut alone, %s; by %s", c.Line.Family,
			plain.bounds(), c.Line.Test)
	}
	if c.Method == Newcombe {
		how += "; conservative, as both saw the same images"
	}
	verdict := "no difference beyond the interval"
	switch {
	case c.Below():
		verdict = fmt.Sprintf("%s is below %s by more than the interval", c.A, c.B)
	case c.Above():
		verdict = fmt.Sprintf("%s is above %s by more than the interval", c.A, c.B)
	}
	return fmt.Sprintf("n = %d: %s - %s = %s (%s): %s", c.N, c.A, c.B, c.Difference, how, verdict)
}
