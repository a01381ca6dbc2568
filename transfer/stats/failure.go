package stats

import (
	"cmp"
	"maps"
	"slices"

	"coadapt/transfer"
)

// Failure is how many nets of a condition failed where their own base net did not.
//
// A net fails if it diverged, if it did not train (see [transfer.Result.Judged]), or if it keeps less than half of what
// its base has above chance. Failing is an outcome of the experiment: means leave such nets out, and an effect that
// takes nets back to chance would otherwise vanish from the curve.
type Failure struct {
	Treatment transfer.Treatment
	N         int      // the cut; 0 of uncut nets
	Failed    int      // of Of
	Of        int      // nets whose base did not fail
	Share     Interval // of the fraction that failed: Wilson's, at the level asked for
	P         float64  // exact, two-sided, over pairs in which either net or base failed; see [SignTest]
}

// keep is the fraction of its base's accuracy above chance that a net must keep. With less it has failed.
const keep = 0.5

// Failures counts failed nets for each condition and cut that has a base to compare with. Nets that were blocked, and
// nets whose training ended in an error, are not counted.
func Failures(results []transfer.Result, level float64) ([]Failure, error) {
	bases := basesOf(results)
	counts := map[cell]*Failure{}
	worse, better := map[cell]int{}, map[cell]int{} // pairs in which only the net failed, or only the base
	seen := map[transfer.Net]bool{}
	for _, r := range results {
		base, ok := bases[UnitOf(r.Net)]
		if !ok || seen[r.Net] || r.Net.Treatment == transfer.Base || r.Status == transfer.Blocked ||
			r.Status == transfer.Failed {
			continue
		}
		seen[r.Net] = true
		at := cell{r.Net.Treatment, r.Net.N}
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
	for _, at := range slices.SortedFunc(maps.Keys(counts), cell.compare) {
		f := counts[at]
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
	return out, nil
}

// cell is what a table of conditions has a line for.
type cell struct {
	t transfer.Treatment
	n int // the cut
}

func (c cell) compare(d cell) int { return cmp.Or(cmp.Compare(c.t, d.t), cmp.Compare(c.n, d.n)) }

// Others are the results of nets that did not fail, as [Failures] has it; those that have no base stay.
func Others(results []transfer.Result) []transfer.Result {
	bases := basesOf(results)
	return slices.DeleteFunc(slices.Clone(results), func(r transfer.Result) bool {
		base, ok := bases[UnitOf(r.Net)]
		return ok && r.Net.Treatment != transfer.Base && base.Status == transfer.OK && fails(r, base)
	})
}

// basesOf are the base nets of all pictures, by their units.
func basesOf(results []transfer.Result) map[Unit]transfer.Result {
	bases := map[Unit]transfer.Result{}
	for _, r := range results {
		if r.Net.Treatment == transfer.Base && r.Net.PerClass == 0 {
			bases[UnitOf(r.Net)] = r
		}
	}
	return bases
}

// fails says whether a net failed. Its base did not.
func fails(r, base transfer.Result) bool {
	if r.Status != transfer.OK {
		return true
	}
	chance := 1 / float64(max(1, r.Classes))
	return base.Accuracy > chance && r.Accuracy-chance < keep*(base.Accuracy-chance)
}
