package figure

import (
	"fmt"
	"math"

	"coadapt/transfer"
)

// Difference is the accuracy of one thing less that of another, with its interval.
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
	return fmt.Sprintf("%+.1f points [%+.1f, %+.1f]", 100*d.Value, 100*d.Low, 100*d.High)
}

// Subtract is the accuracy of a less that of b with Newcombe's hybrid score interval (Newcombe 1998, Statistics in Medicine 17:873,
// method 10): with Wilson's bounds l and u of each,
//
//	d - √((pa-la)² + (ub-pb)²)   to   d + √((ua-pa)² + (pb-lb)²)
//
// It treats the two test sets as independent samples. Nets tested on the same images agree on most of them, so that their difference
// varies less than this says: the interval is conservative. It fails where a result is not a number or does not say how many images
// were tested.
func Subtract(a, b transfer.Result) (Difference, error) {
	var iv [2]Interval
	for i, r := range []transfer.Result{a, b} {
		if r.Status != transfer.OK {
			return Difference{}, fmt.Errorf("difference with %s: it is %s, not a number", r.Net, r.Status)
		}
		var err error
		if iv[i], err = WilsonInterval(r.Correct, r.Tested); err != nil {
			return Difference{}, fmt.Errorf("difference with %s: %w", r.Net, err)
		}
	}
	pa, pb := proportion(a), proportion(b)
	d := pa - pb
	return Difference{d, Interval{
		Low:    d - math.Hypot(pa-iv[0].Low, iv[1].High-pb),
		High:   d + math.Hypot(iv[0].High-pa, pb-iv[1].Low),
		Method: Newcombe,
	}}, nil
}

func proportion(r transfer.Result) float64 { return float64(r.Correct) / float64(r.Tested) }

// Pair is two nets that differ in their treatment alone.
type Pair struct {
	A, B transfer.Result
}

// Comparison is one treatment against another at one cut.
type Comparison struct {
	A, B  transfer.Treatment
	N     int
	Pairs []Pair
	Difference
}

// Compare sets treatment a against treatment b at cut n, pairing nets of the same split, seed and target: a net of b stands for a base
// net where b is Base (a twice trained one where it is BasePlus). One pair is compared by Subtract, more by the t interval over the differences of the pairs. Nets that are not
// numbers, or that have no partner, are left out; with no pair left it fails.
func Compare(results []transfer.Result, a, b transfer.Treatment, n int) (Comparison, error) {
	c := Comparison{A: a, B: b, N: n}
	partner := make(map[transfer.Net]transfer.Result)
	for _, r := range results {
		if r.Status == transfer.OK {
			partner[r.Net] = r
		}
	}
	seen := make(map[transfer.Net]bool)
	for _, r := range results {
		if r.Status != transfer.OK || r.Net.Treatment != a || r.Net.N != n || seen[r.Net] {
			continue
		}
		seen[r.Net] = true
		other := r.Net
		other.Treatment = b
		if b.Uncut() {
			other.N = 0
		}
		if p, ok := partner[other]; ok {
			c.Pairs = append(c.Pairs, Pair{r, p})
		}
	}
	var err error
	switch len(c.Pairs) {
	case 0:
		return c, fmt.Errorf("%s against %s at n = %d: no two nets of the same split, seed and target that are numbers", a, b, n)
	case 1:
		c.Difference, err = Subtract(c.Pairs[0].A, c.Pairs[0].B)
	default:
		x := make([]float64, len(c.Pairs))
		for i, p := range c.Pairs {
			x[i] = p.A.Accuracy - p.B.Accuracy
		}
		c.Value, c.Interval, err = MeanInterval(x)
	}
	return c, err
}

// String states the comparison and how sure it is.
func (c Comparison) String() string {
	how := "95% Newcombe interval over test images, one pair of nets; conservative, as both saw the same images"
	if c.Method == StudentT {
		how = fmt.Sprintf("95%% paired t interval over %d pairs of nets", len(c.Pairs))
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
