package transfer

import (
	"fmt"
	"regexp"
	"strconv"
)

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

// paperPattern holds, in this order: half or natman, its letter; ft, split, source, split, target, or natman's two
// letters; cut; images a class; cut of random filters.
var paperPattern = regexp.MustCompile(`^(?:half(\d+|natman)([AB])|transfer(-ft)?(?:(\d+)([AB])(\d+)([AB])|natman([AB])([AB]))_1_([1-9]\d*)|netbase|reduced-(\d{4,})|nolearn_1_([1-9]\d*))$`)

// ParsePaperName reads what PaperName gives.
func ParsePaperName(s string) (Net, error) {
	m := paperPattern.FindStringSubmatch(s)
	if m == nil || m[4] != m[6] {
		return Net{}, fmt.Errorf("net %q: want a name of the 2014 release, such as half0A, transfer0A0B_1_5, "+
			"transfer-ft1A1A_1_3, transfernatmanBA_1_7, netbase, reduced-0250 or nolearn_1_2", s)
	}
	number := func(i int) int {
		n, _ := strconv.Atoi(m[i]) // digits; one too large fails the check below
		return n
	}
	n := Net{Split: WholeSplit, Target: Whole}
	switch {
	case m[1] != "":
		n.Split, n.Target = m[1], Half(m[2][0])
	case m[10] != "":
		from, to := m[5]+m[8], m[7]+m[9]
		n.Split, n.Target, n.N = m[4], Half(to[0]), number(10)
		if m[8] != "" {
			n.Split = "natman"
		}
		n.Treatment = Transfer
		if from == to {
			n.Treatment = Selffer
		}
		if m[3] != "" {
			n.Treatment++ // the same, all layers learn
		}
	case m[11] != "":
		n.PerClass = number(11)
	case m[12] != "":
		n.Treatment, n.N = Random, number(12)
	}
	if name, ok := PaperName(n); !ok || name != s {
		return Net{}, fmt.Errorf("net %q: no net of the 2014 release has this name", s)
	}
	return n, nil
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
