package stats

import (
	"fmt"

	"coadapt/transfer"
)

// Claim is a statement about nets that a comparison can support or oppose. It
// is tested at several places (cuts, ranges of cuts, or amounts of data), which
// form one family of tests.
type Claim struct {
	Name     string  // a word or two
	Says     string  // the statement
	Estimand string  // what is estimated, in mean accuracies, such as BnB - base
	Positive bool    // the claim is that the estimate lies above Null; otherwise below
	Null     float64 // as a fraction of 1; 0 except for claims that little is lost
	Paper    bool    // a claim of the 2014 paper
	Control  bool    // about a treatment that is not the paper's; reports on results without its nets leave it out

	comparison
	only   []int // cuts at which it is asked; nil is all
	ranges bool  // asked over ranges of cuts too, as in the paper's table 1
}

// comparison is how two treatments are compared.
type comparison struct {
	t, less transfer.Treatment
	how     comparing
	where   Where // nil: random halves, or natural and man-made where there is nothing else
}

// estimand is "BnB - base".
func (c comparison) estimand() string { return fmt.Sprintf("%s - %s", c.t, c.less) }

type comparing int

const (
	byPair comparing = iota // t - less on the same target and seed; without pairs, the gains over each net's own base
	// the mean over all t minus the mean over all less, whatever their targets, as in the paper
	unpaired
	byKind // the mean of t - less on natural / man-made tasks minus that on random halves
	bySize // base nets with PerClass images a class minus those with the next smaller number
)

// slight is how much of an accuracy counts as almost nothing: half a point,
// where one net's binomial error on 25,000 test images is 0.3 points.
const slight = 0.005

// Claims are those of the paper, with the decomposition of a transfer curve
// among them:
//
//	fragility        base - BnB     lost because co-adapted layers were cut apart
//	specificity      BnB  - AnB     lost because the layers come from another task
//	rescue           AnB+ - AnB     won back by fine-tuning
//	second training  BnB+ - base    gained by training again from trained layers
//	surplus          AnB+ - BnB+    gained because those layers come from another task
//
// Each is paired by target and seed. Where all nets are present, base - AnB =
// fragility + specificity and AnB+ - base = second training + surplus.
func Claims() []Claim {
	const (
		base, plus = transfer.Base, transfer.BasePlus
		bnb, bnbp  = transfer.Selffer, transfer.SelfferPlus
		anb, anbp  = transfer.Transfer, transfer.TransferPlus
	)
	pair := func(t, less transfer.Treatment) comparison { return comparison{t: t, less: less} }
	control := func(name, says string, t, less transfer.Treatment) Claim { // that t lies above less
		return Claim{Name: name, Says: says, Positive: true, Control: true, comparison: pair(t, less)}
	}
	claims := []Claim{
		{Name: "first layers", Says: "the first two layers transfer almost without loss",
			Positive: true, Null: -slight, Paper: true, comparison: pair(anb, base), only: []int{1, 2}},
		{Name: "transfer loss", Says: "frozen layers of another task cost accuracy",
			Paper: true, comparison: pair(anb, base)},
		{Name: "fragility", Says: "cutting co-adapted layers apart costs accuracy though the task is the same",
			Positive: true, Paper: true, comparison: pair(base, bnb)},
		{Name: "specificity", Says: "layers of another task cost accuracy beyond the cut",
			Positive: true, Paper: true, comparison: pair(bnb, anb)},
		{Name: "rescue", Says: "fine-tuning wins back what frozen transfer loses",
			Positive: true, Paper: true, comparison: pair(anbp, anb)},
		{Name: "recovery", Says: "fine-tuned selffer nets recover: at most half a point below the base",
			Positive: true, Null: -slight, Paper: true, comparison: pair(bnbp, base), ranges: true},
		{Name: "second training", Says: "training a second time from trained layers helps",
			Positive: true, comparison: pair(bnbp, base), ranges: true},
		{Name: "boost", Says: "transferred layers, fine-tuned, end above the base",
			Positive: true, Paper: true, comparison: pair(anbp, base), ranges: true},
		{Name: "boost, unpaired", Says: "the same, as table 1 of the paper has it: against all base nets",
			Estimand: "AnB+ - all base nets",
			Positive: true, Paper: true, comparison: comparison{t: anbp, less: base, how: unpaired}, ranges: true},
		{Name: "surplus",
			Says:     "fine-tuned transfer beats fine-tuned selffer: another task's layers are the better start",
			Positive: true, Paper: true, comparison: pair(anbp, bnbp), ranges: true},
		{Name: "surplus, unpaired", Says: "the same, as table 1 of the paper has it: whatever the targets",
			Estimand: "AnB+ - all BnB+ nets",
			Positive: true, Paper: true, comparison: comparison{t: anbp, less: bnbp, how: unpaired}, ranges: true},
		{Name: "twice trained", Says: "training all of a base a second time helps, with no layer new",
			Positive: true, comparison: pair(plus, base)},
		{Name: "boost at equal compute", Says: "fine-tuned transfer beats its base trained twice",
			Positive: true, comparison: pair(anbp, plus), ranges: true},
		{Name: "new layers at equal compute", Says: "new upper layers beat keeping them when training twice",
			Positive: true, comparison: pair(bnbp, plus), ranges: true},
		control("twice the steps", "a base of twice the steps from scratch ends above the base",
			transfer.BaseTwice, base),
		control("scale", "bringing frozen features to an RMS of 1 wins back what the cut costs",
			transfer.Rescaled, bnb),
		control("fragility at RMS 1", "the cut costs accuracy though frozen features have an RMS of 1",
			base, transfer.Rescaled),
		control("fragility at the initial scale",
			"the cut costs accuracy though frozen features have the RMS that new layers begin with",
			base, transfer.AsInitial),
		control("over-fitting", "new layers trained on pictures that the base never saw do better",
			transfer.Fresh, bnb),
		control("fragility on fresh pictures",
			"the cut costs accuracy though new layers see pictures that the base never saw",
			base, transfer.Fresh),
		control("fragility at equal training loss",
			"the cut costs accuracy though new layers stop at the base's training loss",
			base, transfer.Stopped),
		control("frozen first", "fine-tuning goes further where new layers were trained first",
			transfer.ProbeFirst, anbp),
		control("thawed one by one", "fine-tuning goes further where layers are thawed one by one",
			transfer.Gradual, anbp),
		control("slower below the cut", "fine-tuning goes further with a tenth of the rate below the cut",
			transfer.Discriminative, anbp),
		control("first layers alone", "tuning layers 1..n, with those above kept, does better than tuning all",
			transfer.FirstTuned, anbp),
		control("features beyond their moments",
			"it is the features that help, not the mean and variance of weights",
			anbp, transfer.MomentsOnly),
		control("scale of transferred features", "frozen features of another task do better at an RMS of 1",
			transfer.TransferRescaled, anb),
		control("scale before fine-tuning", "fine-tuning goes further from features at an RMS of 1",
			transfer.TransferPlusRescaled, anbp),
		{Name: "distance", Says: "transfer loses more between natural and man-made than between random halves",
			Estimand: "(AnB - base) natural/man-made - random halves",
			Paper:    true, comparison: comparison{t: anb, less: base, how: byKind}},
		{Name: "natural/man-made", Says: "frozen layers of the other kind cost accuracy",
			Estimand: "AnB - base, natural/man-made",
			Paper:    true, comparison: comparison{t: anb, less: base, where: NaturalManMade}},
		{Name: "random features", Says: "frozen random layers cost accuracy",
			Paper: true, comparison: comparison{t: transfer.Random, less: base, where: anywhere}},
		{Name: "transferred against random", Says: "features of another task beat random ones",
			Positive: true, Paper: true, comparison: pair(anb, transfer.Random)},
		{Name: "more images", Says: "more images a class raise the accuracy", Estimand: "base - base on fewer",
			Positive: true, Paper: true, comparison: comparison{t: base, less: base, how: bySize}},
	}
	for i := range claims {
		if c := &claims[i]; c.Estimand == "" {
			c.Estimand = c.estimand()
		}
	}
	return claims
}

// Range says where the claim puts its estimate: "> 0", "< 0" or "> -0.5".
func (c Claim) Range() string {
	sign := "<"
	if c.Positive {
		sign = ">"
	}
	return fmt.Sprintf("%s %v", sign, 100*c.Null)
}
