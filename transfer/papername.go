package transfer

import "fmt"

// PaperName is the net's directory in the release of 2014: half0A,
// transfer0A0B_1_5, transfer-ft1A1A_1_3 (fine-tuned), transfernatmanBA_1_7,
// netbase, reduced-0250, nolearn_1_2 (random filters). ok is false for a net
// that has no such name: another seed than 0, a split of the user's own, BasePlus, and
// random filters on a half. In natman, A is natural and B man-made as in the files; the paper's text
// swaps them.
func PaperName(n Net) (name string, ok bool) {
	if n.Check() != nil || n.Seed != 0 || n.OwnSplit() {
		return "", false
	}
	whole := n.Target == Whole
	switch n.Treatment {
	case Base:
		switch {
		case whole && n.PerClass == 0:
			return "netbase", true
		case whole || n.PerClass == 0:
			return dataName(n, n.Target), true
		}
	case Random:
		if whole {
			return fmt.Sprintf("nolearn_1_%d", n.N), true
		}
	case Selffer, SelfferPlus, Transfer, TransferPlus:
		ft := ""
		if !n.Treatment.Frozen() {
			ft = "-ft"
		}
		halves := n.Halves()
		if n.Split == "natman" {
			halves = "natman" + n.Source().String() + n.Target.String()
		}
		return fmt.Sprintf("transfer%s%s_1_%d", ft, halves, n.N), true
	}
	return "", false
}

// dataName is what a net's images are called in the released lists, for one
// half of its split.
func dataName(n Net, half Half) string {
	switch {
	case n.OwnSplit(): // not in the lists
		return n.Split + half.String()
	case half != Whole && n.PerClass > 0:
		return fmt.Sprintf("half%s%s-%04d", n.Split, half, n.PerClass)
	case half != Whole:
		return "half" + n.Split + half.String()
	case n.PerClass > 0:
		return fmt.Sprintf("reduced-%04d", n.PerClass)
	}
	return WholeSplit
}
