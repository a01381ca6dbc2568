package stats

import (
	"cmp"
	"fmt"
	"slices"

	"coadapt/transfer"
)

// Unit is what differences are paired by: a target task and a seed. Nets of one
// unit are tested on the same images, and their new layers have the same initial values.
type Unit struct {
	Split  string
	Target transfer.Half
	Seed   int
}

// String is "0B", with a seed other than 0 "0B#2".
func (u Unit) String() string {
	s := u.Split + u.Target.String()
	if u.Seed != 0 {
		s += fmt.Sprintf("#%d", u.Seed)
	}
	return s
}

// UnitOf a net.
func UnitOf(n transfer.Net) Unit { return Unit{n.Split, n.Target, n.Seed} }

// Nets are the results of one experiment. Nets that have a number are kept apart
// from those that have none.
type Nets struct {
	numbers map[transfer.Net]transfer.Result
	order   []transfer.Net    // nets with a number, by treatment, cut and unit
	Missing []transfer.Result // diverged, blocked or not trained: in no estimate
	rule    transfer.Selection
	quick   bool // do not compute Contrast.Permuted and Detectable
}

// Gather indexes results. It fails if there are none, and if results of two
// experiments or of two selection rules are mixed.
func Gather(results []transfer.Result) (*Nets, error) {
	if len(results) == 0 {
		return nil, fmt.Errorf("statistics: no results, want at least one")
	}
	s := &Nets{numbers: make(map[transfer.Net]transfer.Result), rule: results[0].Selection}
	keys := make(map[transfer.Net]string)
	for _, r := range results {
		if r.Experiment != results[0].Experiment || r.Selection != s.rule {
			return nil, fmt.Errorf("statistics: %s is of experiment %q by rule %q, %s of %q by %q; want results of "+
				"one experiment by one rule",
				r.Net, r.Experiment, r.Selection, results[0].Net, results[0].Experiment, s.rule)
		}
		if old, ok := keys[r.Net]; ok {
			if old != r.Key {
				return nil, fmt.Errorf("statistics: net %s appears with two keys, %.12s and %.12s; want results of "+
					"one experiment", r.Net, old, r.Key)
			}
			continue
		}
		keys[r.Net] = r.Key
		if r.Status != transfer.OK {
			s.Missing = append(s.Missing, r)
			continue
		}
		s.numbers[r.Net] = r
		s.order = append(s.order, r.Net)
	}
	slices.SortFunc(s.order, func(a, b transfer.Net) int {
		return cmp.Or(cmp.Compare(a.Treatment, b.Treatment), cmp.Compare(a.N, b.N), cmp.Compare(a.Split, b.Split),
			cmp.Compare(a.Target, b.Target), cmp.Compare(a.Seed, b.Seed), cmp.Compare(a.PerClass, b.PerClass))
	})
	slices.SortFunc(s.Missing, func(a, b transfer.Result) int { return cmp.Compare(a.Net.String(), b.Net.String()) })
	return s, nil
}

// Cuts lists, in ascending order, the cuts at which some net has a number.
func (s *Nets) Cuts() []int {
	var out []int
	for _, n := range s.order {
		if n.N > 0 && !slices.Contains(out, n.N) {
			out = append(out, n.N)
		}
	}
	slices.Sort(out)
	return out
}

// has says whether there is a net of a treatment, with or without a number.
func (s *Nets) has(t transfer.Treatment) bool {
	return slices.ContainsFunc(s.order, func(n transfer.Net) bool { return n.Treatment == t }) ||
		slices.ContainsFunc(s.Missing, func(r transfer.Result) bool { return r.Net.Treatment == t })
}

// Where says which units a comparison is about.
type Where func(Unit) bool

// The places.
var (
	// RandomHalves are tasks of randomly chosen classes, which resemble each other.
	RandomHalves Where = func(u Unit) bool {
		return u.Split != "natman" && u.Split != transfer.WholeSplit && !OwnSplits(u)
	}
	// NaturalManMade are the two tasks that differ in kind.
	NaturalManMade Where = func(u Unit) bool { return u.Split == "natman" }
	// OwnSplits are tasks as a user divided the classes.
	OwnSplits Where = func(u Unit) bool { return transfer.Net{Split: u.Split}.OwnSplit() }
	// AllClasses is the one task that has all classes.
	AllClasses Where = func(u Unit) bool { return u.Split == transfer.WholeSplit }
)

// Obs is one observation: an accuracy, or the difference of two on the same
// unit, as a fraction of 1. Less is the zero Result where nothing is subtracted.
type Obs struct {
	Value      float64
	Unit       Unit
	Net, Less  transfer.Net
	Subtracted bool
}

// Of lists the nets of a treatment at the given cuts, on units in where. An uncut
// treatment has cut 0. Base nets trained on fewer images a class are left out.
func (s *Nets) Of(t transfer.Treatment, cuts []int, where Where) []Obs {
	var out []Obs
	for _, n := range s.order {
		if n.Treatment != t || n.PerClass != 0 || !where(UnitOf(n)) || !t.Uncut() && !slices.Contains(cuts, n.N) {
			continue
		}
		out = append(out, Obs{Value: s.numbers[n].Accuracy, Unit: UnitOf(n), Net: n})
	}
	return out
}

// Pairs lists the differences t - less at the same cut on the same unit; an
// uncut treatment is the same net at every cut.
func (s *Nets) Pairs(t, less transfer.Treatment, cuts []int, where Where) []Obs {
	var out []Obs
	lead, other := t, less
	if t.Uncut() {
		lead, other = less, t
	}
	for _, o := range s.Of(lead, cuts, where) {
		pair := transfer.Net{Split: o.Net.Split, Seed: o.Net.Seed, Target: o.Net.Target, Treatment: other, N: o.Net.N}
		if other.Uncut() {
			pair.N = 0
		}
		r, ok := s.numbers[pair]
		if !ok {
			continue
		}
		o.Less, o.Subtracted = pair, true
		o.Value -= r.Accuracy
		if lead != t {
			o.Net, o.Less, o.Value = o.Less, o.Net, -o.Value
		}
		out = append(out, o)
	}
	return out
}

// values gives observations as the estimates take them: their values and the
// cluster of each. A cluster is a unit, as the differences of one unit share its base net.
func values(obs []Obs) (x []float64, clusters []string) {
	for _, o := range obs {
		x, clusters = append(x, o.Value), append(clusters, o.Unit.String())
	}
	return x, clusters
}

// Tally counts what observations are based on.
type Tally struct{ Nets, Units, Splits, Seeds int }

func count(groups ...[]Obs) Tally {
	nets, units, splits, seeds := map[transfer.Net]bool{}, map[Unit]bool{}, map[string]bool{}, map[int]bool{}
	for _, o := range slices.Concat(groups...) {
		nets[o.Net], units[o.Unit], splits[o.Unit.Split], seeds[o.Unit.Seed] = true, true, true, true
		if o.Subtracted {
			nets[o.Less] = true
		}
	}
	return Tally{len(nets), len(units), len(splits), len(seeds)}
}

// anywhere accepts every unit.
func anywhere(Unit) bool { return true }

// near is where treatments are compared: on random halves; without those, on the
// natural and man-made tasks; without those, on splits of the user's own; without
// those, on the task of all classes.
func (s *Nets) near() Where {
	for _, where := range []Where{RandomHalves, NaturalManMade, OwnSplits} {
		if slices.ContainsFunc(s.order, func(n transfer.Net) bool { return where(UnitOf(n)) }) {
			return where
		}
	}
	return AllClasses
}

// allCuts lists the cuts of all nets, with or without a number, in ascending order.
func (s *Nets) allCuts() []int {
	cuts := s.Cuts()
	for _, r := range s.Missing {
		if r.Net.N > 0 {
			cuts = append(cuts, r.Net.N)
		}
	}
	slices.Sort(cuts)
	return slices.Compact(cuts)
}

// sizes lists, in ascending order, the images a class of all base nets, with or without a number.
func (s *Nets) sizes() []int {
	var out []int
	for _, n := range s.order {
		out = append(out, n.PerClass)
	}
	for _, r := range s.Missing {
		out = append(out, r.Net.PerClass)
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(k int) bool { return k == 0 })
}

// bySize pairs base nets trained on at.perClass images a class with those trained
// on the next smaller number.
func (s *Nets) bySize(at place) []Obs {
	sizes := s.sizes()
	fewer := sizes[slices.Index(sizes, at.perClass)-1]
	var out []Obs
	for _, n := range s.order {
		if n.PerClass != at.perClass {
			continue
		}
		less := n
		less.PerClass = fewer
		if r, ok := s.numbers[less]; ok {
			out = append(out, Obs{Value: s.numbers[n].Accuracy - r.Accuracy, Unit: UnitOf(n), Net: n, Less: less,
				Subtracted: true})
		}
	}
	return out
}

// missing names the nets of a claim's treatments at a place that have no number, and says why.
func (s *Nets) missing(c Claim, at place) []string {
	var out []string
	for _, r := range s.Missing {
		n := r.Net
		var concerned bool
		if c.how == bySize {
			sizes := s.sizes()
			i := slices.Index(sizes, at.perClass)
			concerned = n.PerClass > 0 && slices.Contains(sizes[i-1:i+1], n.PerClass)
		} else {
			concerned = n.PerClass == 0 && (n.Treatment == c.t || n.Treatment == c.less) &&
				(n.N == 0 || slices.Contains(at.cuts, n.N))
		}
		if concerned {
			out = append(out, n.String()+" "+string(r.Status))
		}
	}
	return out
}
