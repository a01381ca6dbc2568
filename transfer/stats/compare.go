package stats

import (
	"fmt"
	"slices"

	"coadapt/transfer"
)

// Compare estimates treatment t minus another one at cut n, which is 0 where neither has a cut. Its intervals are those
// of the line of [Ask] on the same two treatments. It pairs nets of the same target and seed on random halves or, where
// there are none, on the next kind of tasks. The claim is that t lies above the other. Permuted and Detectable are not
// computed. Compare fails where [Gather] does, and where no pair has two numbers.
func Compare(results []transfer.Result, t, less transfer.Treatment, n int, level float64) (Line, error) {
	s, err := Gather(results)
	if err != nil {
		return Line{}, err
	}
	s.quick = true
	of := comparison{t: t, less: less}
	c := Claim{Name: "comparison", Estimand: of.estimand(), Positive: true, comparison: of}
	where := s.near()
	if ts := []transfer.Treatment{t, less}; slices.Contains(ts, transfer.Random) && slices.Contains(ts, transfer.Base) {
		c.where, where = anywhere, anywhere
	}
	if len(s.Pairs(t, less, []int{n}, where)) == 0 {
		return Line{}, fmt.Errorf(
			"%s against %s at n = %d: no two nets of the same split, seed and target that are numbers", t, less, n)
	}
	cuts, _, err := s.families(c, level)
	if err != nil {
		return Line{}, err
	}
	return cuts[slices.IndexFunc(cuts, func(l Line) bool { return len(l.cuts) == 0 || l.cuts[0] == n })], nil
}
