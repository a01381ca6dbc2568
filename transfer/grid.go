package transfer

import (
	"fmt"
	"slices"
)

// GridNet is a net of a grid.
type GridNet struct {
	Net    Net
	Block  string // in which it is trained; see the grid's function
	Role   string // what the paper's figures call it: "baseB", "AnB", ...; of other grids the treatment
	Recipe Recipe // with the number of steps left open in grids but Paper and Random
}

// Paper is the net's directory in the release of 2014, see [PaperName]; "" where there is none.
func (g GridNet) Paper() string {
	name, _ := PaperName(g.Net)
	return name
}

// Parent names the net that gives layers; "" where none does.
func (g GridNet) Parent() string {
	if parent, ok := g.Net.Parent(); ok {
		return parent.String()
	}
	return ""
}

// Data is what the net is trained and tested on, as the released lists are named: "half0A", "reduced-0250", "whole".
func (g GridNet) Data() string { return dataName(g.Net, g.Net.Target) }

// Mean is whose mean image is subtracted: that of the source's data, as in Data.
func (g GridNet) Mean() string { return dataName(g.Net, g.Net.Source()) }

// Blocks of the 2014 experiment, in the order in which they can be trained.
const (
	BlockOne      = "one"      // base nets of the halves
	BlockTwo      = "two"      // everything that takes layers from them
	BlockWhenever = "whenever" // the net on all classes, and those on fewer images of each
	BlockExtra    = "extra"    // random filters: released, but not among the 163
)

// Paper lists the 163 nets of the 2014 experiment in the blocks of its
// description: 10 base nets of the halves ("one"), 140 selffer and transfer nets
// ("two"), the net on all 1000 classes and 12 on reduced data ("whenever").
//
// It is not balanced: selffer nets are A to A only, fine-tuned ones are of two
// of the four splits without B to B. 22 of the fine-tuned nets were described and
// never run (package reference has the results). All have seed 0, as none was
// repeated.
func Paper() []GridNet {
	var all []GridNet
	add := func(n Net, block, role string) { all = append(all, GridNet{n, block, role, PaperRecipe()}) }
	halves := []string{"0", "1", "2", "3"}
	for _, s := range halves {
		add(Net{Split: s, Target: A}, BlockOne, "baseB")
		add(Net{Split: s, Target: B}, BlockOne, "baseB")
	}
	add(Net{Split: "natman", Target: A}, BlockOne, "base m/n")
	add(Net{Split: "natman", Target: B}, BlockOne, "base m/n")
	for _, s := range halves {
		for _, way := range []struct {
			t      Treatment
			target Half
		}{{Selffer, A}, {Transfer, B}, {Transfer, A}, {SelfferPlus, A}, {TransferPlus, B}, {TransferPlus, A}} {
			if !way.t.Frozen() && s != "0" && s != "1" {
				continue
			}
			for n := range 7 {
				add(Net{Split: s, Target: way.target, Treatment: way.t, N: n + 1}, BlockTwo, way.t.String())
			}
		}
	}
	for _, target := range []Half{B, A} {
		for n := range 7 {
			add(Net{Split: "natman", Target: target, Treatment: Transfer, N: n + 1}, BlockTwo, "AnB m/n")
		}
	}
	add(Net{Split: WholeSplit, Target: Whole}, BlockWhenever, "base full")
	for _, k := range reducedSizes() {
		n := Net{Split: WholeSplit, Target: Whole, PerClass: k}
		all = append(all, GridNet{n, BlockWhenever, "reduced data", ReducedRecipe()})
	}
	return all
}

// reducedSizes are the training images a class of the reduced nets. 1300 is
// the whole set, as no class has more.
func reducedSizes() []int { return []int{1, 2, 5, 10, 25, 50, 100, 250, 500, 750, 1000, 1300} }

// RandomFilters lists the seven nets on frozen random filters, on all 1000 classes.
// The paper's figure 3 compares them with the net on all classes.
func RandomFilters() []GridNet {
	var all []GridNet
	for n := range 7 {
		net := Net{Split: WholeSplit, Target: Whole, Treatment: Random, N: n + 1}
		all = append(all, GridNet{net, BlockExtra, "random filters", PaperRecipe()})
	}
	return all
}

// Scale2014 lists the nets that would tell whether the dip of 2014 is one of
// scale: of the four pairs of random halves both base nets, and of each target
// BnB at conv3, conv4, conv5 and fc7, and at the first three BnBr, the same with
// its frozen features rescaled. 64 nets by the recipe of 2014. A dip that is lost
// partners stays in BnBr; one of scale goes.
func Scale2014() []GridNet {
	var bases, others []GridNet
	for _, split := range []string{"0", "1", "2", "3"} {
		for _, target := range []Half{A, B} {
			bases = append(bases, GridNet{Net{Split: split, Target: target}, BlockOne, Base.String(), PaperRecipe()})
			for _, t := range []Treatment{Selffer, Rescaled} {
				for _, cut := range []int{3, 4, 5, 7} {
					if t == Selffer || cut < 7 {
						net := Net{Split: split, Target: target, Treatment: t, N: cut}
						others = append(others, GridNet{net, BlockTwo, t.String(), PaperRecipe()})
					}
				}
			}
		}
	}
	return append(bases, others...)
}

// Balanced lists the design that the 2014 experiment lacks. Of every split and
// seed it has both base nets; for each of the two targets the base trained
// twice (BasePlus), the control whose compute equals that of a fine-tuned net
// and its base; and at every cut BnB, BnB+, AnB and AnB+, so that treatment and
// target are not confounded and every difference has its pair. 2+2+8·len(cuts)
// nets a split and seed, base nets of all first ("one"), the others by split
// and seed ("two"), so that whatever is finished is nearly balanced too.
//
// It fails where a list is empty, names something twice, or a number is out of
// range.
func Balanced(splits []string, seeds, cuts []int) ([]GridNet, error) {
	if err := distinct("splits", splits); err != nil {
		return nil, err
	}
	if err := distinct("seeds", seeds); err != nil {
		return nil, err
	}
	if err := distinct("cuts", cuts); err != nil {
		return nil, err
	}
	if slices.Contains(splits, WholeSplit) {
		return nil, fmt.Errorf("balanced design: split %q has no two halves", WholeSplit)
	}
	if slices.Min(seeds) < 0 || slices.Min(cuts) < 1 {
		return nil, fmt.Errorf("balanced design: seeds %v and cuts %v, want seeds from 0 and cuts from 1", seeds, cuts)
	}
	var bases, others []GridNet
	for _, seed := range seeds {
		for _, split := range splits {
			for _, target := range targets(split) {
				net := Net{Split: split, Seed: seed, Target: target}
				bases = append(bases, GridNet{net, BlockOne, Base.String(), MiniRecipe()})
				net.Treatment = BasePlus
				others = append(others, GridNet{net, BlockTwo, BasePlus.String(), MiniRecipe()})
			}
			for _, cut := range cuts {
				for _, t := range []Treatment{Selffer, Transfer, SelfferPlus, TransferPlus} {
					for _, target := range targets(split) {
						net := Net{Split: split, Seed: seed, Target: target, Treatment: t, N: cut}
						others = append(others, GridNet{net, BlockTwo, t.String(), MiniRecipe()})
					}
				}
			}
		}
	}
	return append(bases, others...), nil
}

func distinct[T comparable](what string, list []T) error {
	if len(list) == 0 {
		return fmt.Errorf("balanced design: no %s", what)
	}
	for i, x := range list {
		if slices.Contains(list[:i], x) {
			return fmt.Errorf("balanced design: %v stands twice among the %s", x, what)
		}
	}
	return nil
}

// Mini is the balanced design for a laptop: split 0, seeds 0 to 2, all seven
// cuts, 180 nets. On the shapes they take some ten minutes on two cores.
func Mini() []GridNet {
	all, err := Balanced([]string{"0"}, []int{0, 1, 2}, []int{1, 2, 3, 4, 5, 6, 7})
	if err != nil {
		panic(err) // the lists above are right
	}
	return all
}

// Nets are the names of planned nets, in their order.
func Nets(all []GridNet) []Net {
	out := make([]Net, len(all))
	for i, p := range all {
		out[i] = p.Net
	}
	return out
}
