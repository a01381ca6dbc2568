package stats

import (
	"cmp"
	"slices"

	"coadapt/transfer"
)

// Failure is how many nets of a condition failed where their own base net did not.
//
// A net fails where it diverged, where it did not train (see [transfer.Result.Judged]), or where less than half is left of what
// its base has above chance. Such a net is an outcome of the experiment: an effect that takes nets back to chance would vanish from
// the curve if it were only left out of means.
type Failure struct {
	Treatment transfer.Treatment
	N         int      // the cut; 0 of uncut nets
	Failed    int      // of Of
	Of        int      // nets whose base did not fail
	Share     Interval // of failed ones, Wilson's at the level asked for
	P         float64  // exact, two-sided, over pairs in which one of net and base failed; see [SignTest]
}

// keep is the share of what a base has above chance that a net may lose and still not count as failed.
const keep = 0.5

// Failures counts, for each condition and cut that has a base to compare with. Blocked nets, and those whose training ended in an
// error, say nothing and are in no count.
func Failures(results []transfer.Result, level float64) ([]Failure, error) {
	bases := map[Unit]transfer.Result{}
	for _, r := range results {
		if r.Net.Treatment == transfer.Base && r.Net.PerClass == 0 {
			bases[UnitOf(r.Net)] = r
		}
	}
	type place struct {
		t transfer.Treatment
		n int
	}
	counts := map[place]*Failure{}
	worse, better := map[place]int{}, map[place]int{} // pairs in which the net alone failed, and the base alone
	seen := map[transfer.Net]bool{}
	for _, r := range results {
		base, ok := bases[UnitOf(r.Net)]
		if !ok || seen[r.Net] || r.Net.Treatment == transfer.Base || r.Status == transfer.Blocked || r.Status == transfer.Failed {
			continue
		}
		seen[r.Net] = true
		at := place{r.Net.Treatment, r.Net.N}
		if counts[at] == nil {
			counts[at] = &Failure{Treatment: at.t, N: at.n}
		}
		if base.Status != transfer.OK {
			if r.Status == transfer.OK {
				better[at]++
			}
			continue
		}
		counts[at].Of++
		if fails(r, base) {
			counts[at].Failed++
			worse[at]++
		}
	}
	var out []Failure
	for at, f := range counts {
		if f.Of == 0 {
			continue
		}
		var err error
		if f.Share, err = Proportion(f.Failed, f.Of, level); err != nil {
			return nil, err
		}
		f.P = SignTest(worse[at], better[at])
		out = append(out, *f)
	}
	slices.SortFunc(out, func(a, b Failure) int {
		return cmp.Or(cmp.Compare(a.Treatment, b.Treatment), cmp.Compare(a.N, b.N))
	})
	return out, nil
}

// fails says whether a net failed, its base being a number.
func fails(r, base transfer.Result) bool {
	if r.Status != transfer.OK {
		return true
	}
	chance := 1 / float64(max(1, r.Classes))
	return base.Accuracy > chance && r.Accuracy-chance < keep*(base.Accuracy-chance)
}
