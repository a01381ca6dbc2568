package nb

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"coadapt/gomlxnet/nets"
	"coadapt/transfer"
)

// Work is a list of nets to train, as a [Grid] or [These] gives it.
type Work interface {
	Nets() ([]transfer.Net, error) // parents that others need may be left out
}

// Grid is nets by condition, cut, seed and split, as the command line writes them. The base nets they need come
// along; the zero value is one whole transfer curve.
type Grid struct {
	// "AnB,BnB+"; "" is all six: base, BnB, BnB+, AnB, AnB+, RnB. base+ is the base trained twice; BnBr and the other
	// controls are those of [transfer.Controls]
	Conditions string
	Cuts       string // "1-7" or "1,4,7"; "" is 1-7, or all cuts of the net of [Arch]
	Seeds      string // "0-2"; "" is 0
	Splits     string // "0,1,natman"; "" is 0, or the splits of nb.SplitFile, nb.DataB or nb.BaseA
	Balanced   bool   // both directions of every cut net, and base+ for each target; it settles the conditions
}

// cuts of the miniature, which nets have unless [Arch] names another.
func cuts() int { return nets.Mini(2, nets.MiniOptions{}).Cuts() }

// Nets lists those of the miniature; it fails where a field cannot be read, and says which.
func (g Grid) Nets() ([]transfer.Net, error) { return g.nets(cuts()) }

// nets lists those of an architecture with that many cuts.
func (g Grid) nets(cuts int) ([]transfer.Net, error) {
	field := func(name string, err error) error { return fmt.Errorf("Grid.%s: %w", name, err) }
	cutList, err := transfer.ParseNumbers(cmp.Or(g.Cuts, fmt.Sprintf("1-%d", cuts)), 1, cuts)
	if err != nil {
		return nil, field("Cuts", err)
	}
	seeds, err := transfer.ParseNumbers(cmp.Or(g.Seeds, "0"), 0, 1<<30)
	if err != nil {
		return nil, field("Seeds", err)
	}
	splits := transfer.Words(cmp.Or(g.Splits, "0"))
	if len(splits) == 0 {
		return nil, field("Splits", fmt.Errorf("%q: want seeds of random halves such as 0 or 0,1, or natman", g.Splits))
	}
	for _, s := range splits {
		if n := (transfer.Net{Split: s, Target: transfer.B}); n.Check() != nil {
			return nil, field("Splits", fmt.Errorf("%q has no two halves: want seeds of random halves such as 0, or "+
				"natman; These(...) takes nets on all classes", s))
		}
	}
	if g.Balanced {
		if g.Conditions != "" {
			return nil, field("Conditions",
				fmt.Errorf("%q: Balanced settles them; leave one of the two out", g.Conditions))
		}
		all, err := transfer.Balanced(splits, seeds, cutList)
		return transfer.Nets(all), err
	}
	conditions := transfer.Treatments()
	if g.Conditions != "" {
		if conditions, err = transfer.ParseTreatments(g.Conditions); err != nil {
			return nil, field("Conditions", err)
		}
	}
	return transfer.Curve(splits, seeds, conditions, cutList), nil
}

// Reduced is base nets on all classes that see PerClass training images a class, as in the paper's figure 4.
type Reduced struct {
	PerClass string // "5,20,80,200"; the last may be all that there are
	Seeds    string // "0-2"; "" is 0
}

// Nets lists them, fewest images first; it fails where a field cannot be read, and says which.
func (r Reduced) Nets() ([]transfer.Net, error) {
	amounts, err := transfer.ParseNumbers(r.PerClass, 1, 1<<20)
	if err != nil {
		return nil, fmt.Errorf("Reduced.PerClass: %w", err)
	}
	seeds, err := transfer.ParseNumbers(cmp.Or(r.Seeds, "0"), 0, 1<<30)
	if err != nil {
		return nil, fmt.Errorf("Reduced.Seeds: %w", err)
	}
	slices.Sort(amounts)
	var nets []transfer.Net
	for _, seed := range seeds {
		for _, k := range amounts {
			nets = append(nets,
				transfer.Net{Split: transfer.WholeSplit, Target: transfer.Whole, Seed: seed, PerClass: k})
		}
	}
	return nets, nil
}

// these are nets one by one.
type these []transfer.Net

// Nets implements Work, for the miniature.
func (t these) Nets() ([]transfer.Net, error) { return t.nets(cuts()) }

// nets lists those of an architecture with that many cuts.
func (t these) nets(cuts int) ([]transfer.Net, error) {
	if len(t) == 0 {
		return nil, errors.New("These: no net, want one at least, such as nb.Net(\"AnB\", 3, 0)")
	}
	seen := map[transfer.Net]bool{}
	var out []transfer.Net
	for _, n := range t {
		if err := n.Check(); err != nil {
			return nil, fmt.Errorf("These: %w", err)
		}
		if n.N > cuts {
			return nil, fmt.Errorf("These: net %s is cut at %d, want 1 to %d", n, n.N, cuts)
		}
		if !seen[n] {
			seen[n] = true
			out = append(out, n)
		}
	}
	return out, nil
}

// These makes nets a Work, in their order; what they take layers from comes along.
func These(nets ...transfer.Net) Work { return these(nets) }

// Net is one net of split 0 tested on task B: a condition in the paper's words
// (base, BnB, BnB+, AnB, AnB+, RnB, base+), the cut n (0 for base and base+) and a seed.
func Net(condition string, n, seed int) transfer.Net {
	t, err := transfer.ParseTreatment(condition)
	if err != nil {
		fail(err)
	}
	net := transfer.Net{Split: "0", Seed: seed, Target: transfer.B, Treatment: t, N: n}
	if err := net.Check(); err != nil {
		fail(err)
	}
	return net
}

// OnA is the net with the two tasks swapped, tested on A: of base B it is base A, of A3B it is B3A.
func OnA(net transfer.Net) transfer.Net {
	net.Target = transfer.A
	return net
}
