package sweep

import (
	"math"
	"slices"

	"coadapt/transfer"
	"coadapt/transfer/stats"

	"gonum.org/v1/gonum/stat/distuv"
)

// Quantity is one of the four parts of a transfer curve's decomposition: T minus
// Less at a cut, paired by target and seed. [stats.Claims] says what each means.
type Quantity struct {
	Name    string
	T, Less transfer.Treatment
}

// Quantities are the decomposition: base - AnB = fragility + specificity, AnB+ - base = second training + surplus.
func Quantities() []Quantity {
	return []Quantity{
		{"fragility", transfer.Base, transfer.Selffer},
		{"specificity", transfer.Selffer, transfer.Transfer},
		{"second training", transfer.SelfferPlus, transfer.Base},
		{"surplus", transfer.TransferPlus, transfer.SelfferPlus},
	}
}

// Known says how well a set of nets determines a quantity at a cut.
type Known struct {
	Quantity
	Cut   int
	Units int     // pairs of target and seed
	Of    int     // units in the grid
	Width float64 // expected width of the 95% interval, in standard deviations of a paired difference; +Inf without one
}

// width is the expected width of the 95% interval of a mean over units, in units
// of σ: 2·t/√u for u units. The degrees of freedom are u-1 or, for one or two units,
// those of the spread pooled over all cuts if there are more, as in [stats.Ask].
// Without degrees of freedom the width is +Inf.
func width(units int, pooled float64) float64 {
	df := float64(units - 1)
	if units <= 2 {
		df = max(df, pooled)
	}
	if units == 0 || df < 1 {
		return math.Inf(1)
	}
	return 2 * distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}.Quantile(0.975) / math.Sqrt(float64(units))
}

// ignorance is the width that a quantity without an interval counts as: twice the
// width of the widest interval there is, that of two units alone.
func ignorance() float64 { return 2 * width(2, 0) }

// Subset is the part of a grid that a budget pays for.
type Subset struct {
	Nets    []transfer.Net // to train, parents before their children
	Seconds float64        // that training them takes
	Known   []Known        // with these nets and the hits
	Left    int            // nets of the grid that are not trained
}

// Afford chooses the nets of a grid that say most for the given seconds of
// training. What counts is the expected width of the decomposition's intervals,
// summed over quantities and cuts. Afford repeatedly takes the bundle of nets that
// fits into the budget and narrows this sum most for its time. A bundle is all that
// further units need at one cut or at all cuts, for all quantities or only for the
// frozen or the fine-tuned ones. Nets that are hits cost nothing. The choice is
// greedy, and so not the best of all subsets.
func Afford(plans []*transfer.Plan, hit func(*transfer.Plan) bool, pace *Pace, seconds float64) Subset {
	g := newGrid(plans, hit, pace)
	var out Subset
	left := seconds
	for {
		best, gain := bundle{}, 0.0
		for _, b := range g.bundles() {
			if b.cost > left || b.cost <= 0 {
				continue
			}
			g.with(b.nets, func() {
				if now := (b.before - g.sum()) / b.cost; now > gain {
					best, gain = b, now
				}
			})
		}
		if gain <= 0 {
			break
		}
		for _, n := range best.nets {
			g.have[n] = true
		}
		out.Nets = append(out.Nets, best.nets...)
		out.Seconds += best.cost
		left -= best.cost
	}
	out.Known = g.known()
	out.Left = len(plans) - len(g.have)
	return out
}

// grid is a design and the nets of it that are trained or chosen.
type grid struct {
	cost  map[transfer.Net]float64
	have  map[transfer.Net]bool
	units []stats.Unit
	cuts  []int
}

func newGrid(plans []*transfer.Plan, hit func(*transfer.Plan) bool, pace *Pace) *grid {
	g := &grid{cost: map[transfer.Net]float64{}, have: map[transfer.Net]bool{}}
	for _, p := range plans {
		g.cost[p.Net] = pace.Seconds(p)
		if hit(p) {
			g.have[p.Net] = true
		}
		if u := stats.UnitOf(p.Net); p.Net.Split != transfer.WholeSplit && !slices.Contains(g.units, u) {
			g.units = append(g.units, u)
		}
		if n := p.Net.N; n > 0 && !slices.Contains(g.cuts, n) {
			g.cuts = append(g.cuts, n)
		}
	}
	slices.Sort(g.cuts)
	return g
}

// pair lists the nets that a quantity needs at a cut of a unit, with their
// parents. ok is false where the grid lacks one.
func (g *grid) pair(q Quantity, cut int, u stats.Unit) (nets []transfer.Net, ok bool) {
	for _, t := range []transfer.Treatment{q.T, q.Less} {
		n := transfer.Net{Split: u.Split, Seed: u.Seed, Target: u.Target, Treatment: t, N: cut}
		if t.Uncut() {
			n.N = 0
		}
		nets = append(nets, transfer.WithParents([]transfer.Net{n})...)
	}
	for _, n := range nets {
		if _, here := g.cost[n]; !here {
			return nil, false
		}
	}
	return nets, true
}

// had counts the units that a quantity has at a cut, and those in the grid.
func (g *grid) had(q Quantity, cut int) (units, of int) {
	for _, u := range g.units {
		nets, ok := g.pair(q, cut, u)
		if !ok {
			continue
		}
		of++
		if !slices.ContainsFunc(nets, func(n transfer.Net) bool { return !g.have[n] }) {
			units++
		}
	}
	return units, of
}

func (g *grid) known() []Known {
	var all []Known
	for _, q := range Quantities() {
		var row []Known
		pooled := 0.0
		for _, cut := range g.cuts {
			units, of := g.had(q, cut)
			if of == 0 {
				continue
			}
			row = append(row, Known{Quantity: q, Cut: cut, Units: units, Of: of})
			pooled += float64(max(0, units-1))
		}
		for i := range row {
			row[i].Width = width(row[i].Units, pooled)
		}
		all = append(all, row...)
	}
	return all
}

// sum is the sum of all widths, which is to be made small.
func (g *grid) sum() float64 {
	s, most := 0.0, ignorance()
	for _, k := range g.known() {
		s += min(k.Width, most)
	}
	return s
}

// bundle is a set of nets that are chosen together.
type bundle struct {
	nets   []transfer.Net // that are not there yet, parents before children
	cost   float64        // seconds
	before float64        // the sum of widths without the bundle
}

// bundles lists the possible next steps: one to three more units, or sixteenths of
// a large grid, at one cut or at all, for the frozen quantities, the fine-tuned
// ones, or all.
func (g *grid) bundles() []bundle {
	var all []bundle
	before := g.sum()
	places := [][]int{g.cuts}
	for _, c := range g.cuts {
		places = append(places, []int{c})
	}
	qs, stride := Quantities(), max(1, len(g.units)/16)
	for _, group := range [][]Quantity{qs[:1], qs[:2], qs[2:3], qs[2:], qs} {
		for _, cuts := range places {
			for more := 1; more <= 3; more++ {
				b := bundle{before: before}
				for _, q := range group {
					for _, cut := range cuts {
						g.further(&b, q, cut, more*stride)
					}
				}
				all = append(all, b)
			}
		}
	}
	return all
}

// further adds to a bundle the nets that more further units of a quantity need at a cut.
func (g *grid) further(b *bundle, q Quantity, cut, more int) {
	for _, u := range g.units {
		nets, ok := g.pair(q, cut, u)
		if !ok || more == 0 {
			continue
		}
		lacks := false
		for _, n := range nets {
			if g.have[n] {
				continue
			}
			lacks = true
			if !slices.Contains(b.nets, n) {
				b.nets, b.cost = append(b.nets, n), b.cost+g.cost[n]
			}
		}
		if lacks {
			more--
		}
	}
}

// with calls f as if the nets were had.
func (g *grid) with(nets []transfer.Net, f func()) {
	for _, n := range nets {
		g.have[n] = true
	}
	f()
	for _, n := range nets {
		delete(g.have, n)
	}
}

// Spread is the standard deviation, between units, of the decomposition's paired
// differences, pooled over quantities and cuts. It is a fraction of 1. df is its
// degrees of freedom: 0 where no cut has two units.
func Spread(results []transfer.Result) (sd float64, df int, err error) {
	nets, err := stats.Gather(results)
	if err != nil {
		return 0, 0, err
	}
	squares := 0.0
	for _, q := range Quantities() {
		for _, cut := range nets.Cuts() {
			obs := nets.Pairs(q.T, q.Less, []int{cut}, func(stats.Unit) bool { return true })
			if len(obs) < 2 {
				continue
			}
			mean := 0.0
			for _, o := range obs {
				mean += o.Value / float64(len(obs))
			}
			for _, o := range obs {
				squares += (o.Value - mean) * (o.Value - mean)
			}
			df += len(obs) - 1
		}
	}
	if df == 0 {
		return 0, 0, nil
	}
	return math.Sqrt(squares / float64(df)), df, nil
}
