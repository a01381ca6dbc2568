package figure

import (
	"fmt"
	"slices"
	"strings"

	"coadapt/gomlxnet/dataset"
	"coadapt/transfer"
)

// Kind is the kind of a net's tasks. Accuracies of different kinds are not averaged.
type Kind string

// The kinds, in the order in which they are shown. Each split of a user's own is a kind, too, "split animals".
const (
	RandomHalves   Kind = "random halves of the classes"
	NaturalManMade Kind = "natural and man-made classes"
	AllClasses     Kind = "all classes"
	FewerImages    Kind = "fewer images a class"
)

// Kinds lists those of some results: splits of the user's own, by their names, behind the natural and man-made classes.
func Kinds(results []transfer.Result) []Kind {
	known := []Kind{RandomHalves, NaturalManMade, AllClasses, FewerImages}
	var own, all []Kind
	has := map[Kind]bool{}
	for _, r := range results {
		k := KindOf(r.Net)
		if !has[k] && !slices.Contains(known, k) {
			own = append(own, k)
		}
		has[k] = true
	}
	slices.Sort(own)
	for _, k := range slices.Insert(known, 2, own...) {
		if has[k] {
			all = append(all, k)
		}
	}
	return all
}

// KindOf a net.
func KindOf(n transfer.Net) Kind {
	switch {
	case n.PerClass > 0:
		return FewerImages
	case n.Split == transfer.WholeSplit:
		return AllClasses
	case n.Split == "natman":
		return NaturalManMade
	case n.Split == dataset.PairSplit:
		return "two data sets"
	case n.Split == transfer.PretrainedSplit:
		return "a pretrained base A"
	case n.OwnSplit():
		return Kind("split " + n.Split)
	}
	return RandomHalves
}

// aboutTasks is a sentence about a net's tasks where they are neither random halves nor the paper's other kinds.
func aboutTasks(n transfer.Net) string {
	switch {
	case n.Split == dataset.PairSplit:
		return "A and B are two data sets."
	case n.Split == transfer.PretrainedSplit:
		return "Base A is a net that was trained elsewhere; B is all classes."
	case n.OwnSplit():
		return "The classes of A and B are those of the " + string(KindOf(n)) + "."
	}
	return ""
}

// Of selects the results of one kind.
func Of(results []transfer.Result, k Kind) []transfer.Result {
	var out []transfer.Result
	for _, r := range results {
		if KindOf(r.Net) == k {
			out = append(out, r)
		}
	}
	return out
}

// first selects the results of the first kind that has any. It also returns a sentence about the others.
func first(results []transfer.Result) (some []transfer.Result, rest string) {
	var others []string
	for _, k := range Kinds(results) {
		of := Of(results, k)
		if some == nil {
			some = of
			continue
		}
		others = append(others, fmt.Sprintf("%d on %s", len(of), k))
	}
	if len(others) == 0 {
		return some, ""
	}
	return some, "Not shown, as their tasks are of another kind: " + strings.Join(others, ", ") + "."
}

// rule is a sentence on the rule by which accuracies were selected.
func rule(results []transfer.Result) string {
	if slices.ContainsFunc(results, func(r transfer.Result) bool { return r.Selection == transfer.BestTen }) {
		return "the mean of the ten largest test accuracies during training, chosen by the test part and so a " +
			"little optimistic"
	}
	return "that after the last step"
}
