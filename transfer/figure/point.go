package figure

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"coadapt/transfer"
)

// Point is what the nets of one condition at one cut say together. Mean, Low and High are of the measure that was
// asked for, of accuracies in [0, 1], and mean nothing where Count is 0.
type Point struct {
	Treatment transfer.Treatment
	N         int               // the cut; 0 for base nets
	Count     int               // nets that are numbers
	Mean      float64           // of what is measured
	Interval                    // of the mean, at Level
	Nets      []transfer.Result // the numbers
	Missing   []transfer.Result // not numbers: diverged, blocked or not trained; in no mean
	Donors    []transfer.Result // base nets of a task on which no cut net was tested: shown, in no mean

	measure    measure
	unmeasured []transfer.Result // trained before there was the measure; in no mean
}

// of is what is measured of a net that trained.
func (p Point) of(r transfer.Result) float64 {
	x, _ := p.measure.of(r)
	return x
}

// Check says whether results can be in one figure. It fails if a net appears with two keys: then two experiments are
// mixed, whose data, architecture or recipe differ.
func Check(results []transfer.Result) error {
	keys := make(map[transfer.Net]string)
	for _, r := range results {
		if old, ok := keys[r.Net]; ok && old != r.Key {
			return fmt.Errorf("net %s appears with two keys, %.12s and %.12s: results of two experiments are mixed; "+
				"keep those of one", r.Net, old, r.Key)
		}
		keys[r.Net] = r.Key
	}
	return nil
}

// Summarise gathers results by condition and cut: base first, then by cut and condition. A net that appears twice
// counts once.
//
// A base net belongs to the mean of the base only if some cut net was trained on its task (its split and half): the
// accuracies of two tasks differ by how hard they are. While there are no cut nets, those of half B count, as curves
// are of B.
func Summarise(results []transfer.Result) []Point { return summarise(results, measure{}) }

func summarise(results []transfer.Result, m measure) []Point {
	type at struct {
		n int
		t transfer.Treatment
	}
	isTarget := targets(results)
	// Nets finish in any order; neither drawing nor rounding may depend on it.
	results = slices.SortedStableFunc(slices.Values(results), func(a, b transfer.Result) int {
		return cmp.Or(
			cmp.Compare(a.Net.N, b.Net.N),
			cmp.Compare(a.Net.Treatment, b.Net.Treatment),
			cmp.Compare(a.Net.Split, b.Net.Split),
			cmp.Compare(a.Net.Target, b.Net.Target),
			cmp.Compare(a.Net.Seed, b.Net.Seed),
		)
	})
	points := make(map[at]*Point)
	seen := make(map[transfer.Net]bool)
	for _, r := range results {
		if seen[r.Net] {
			continue
		}
		seen[r.Net] = true
		k := at{r.Net.N, r.Net.Treatment}
		p := points[k]
		if p == nil {
			p = &Point{Treatment: k.t, N: k.n, measure: m}
			points[k] = p
		}
		switch {
		case r.Status != transfer.OK:
			p.Missing = append(p.Missing, r)
		case !m.has(r):
			p.unmeasured = append(p.unmeasured, r)
		case k.t == transfer.Base && !isTarget(r.Net):
			p.Donors = append(p.Donors, r)
		default:
			p.Nets = append(p.Nets, r)
		}
	}
	var out []Point
	for _, p := range points {
		p.estimate()
		out = append(out, *p)
	}
	slices.SortFunc(out, func(a, b Point) int {
		return cmp.Or(cmp.Compare(a.N, b.N), cmp.Compare(a.Treatment, b.Treatment))
	})
	return out
}

// targets returns a function that says whether cut nets are tested on the task of a base net.
func targets(results []transfer.Result) func(transfer.Net) bool {
	type task struct {
		split string
		half  transfer.Half
	}
	found := make(map[task]bool)
	anyB := false
	for _, r := range results {
		if r.Net.Treatment != transfer.Base {
			found[task{r.Net.Split, r.Net.Target}] = true
		}
		anyB = anyB || r.Net.Target == transfer.B
	}
	return func(n transfer.Net) bool {
		if len(found) == 0 {
			return n.Target == transfer.B || !anyB
		}
		return found[task{n.Split, n.Target}]
	}
}

// ends are the lowest and the highest value of its nets; Count is above 0.
func (p Point) ends() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, r := range p.Nets {
		low, high = min(low, p.of(r)), max(high, p.of(r))
	}
	return low, high
}

func (p *Point) estimate() {
	p.Count = len(p.Nets)
	p.Method = NoInterval
	if p.Count == 0 {
		return
	}
	x := make([]float64, p.Count)
	for i, r := range p.Nets {
		x[i] = p.of(r)
	}
	// Neither fails here but for a net without counts, which then has no interval.
	if p.Count > 1 {
		p.Mean, p.Interval, _ = MeanInterval(x)
		return
	}
	p.Mean = x[0]
	iv, err := WilsonInterval(p.measure.counts(p.Nets[0]))
	if err != nil {
		iv = Interval{p.Mean, p.Mean, NoInterval}
	}
	p.Interval = iv
}
