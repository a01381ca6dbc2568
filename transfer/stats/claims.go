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
	Estimand string  // what is estimated, in mean accuracies
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
	return []Claim{
		{Name: "first layers", Says: "the first two layers transfer almost without loss", Estimand: "AnB - base",
			Positive: true, Null: -slight, Paper: true, comparison: pair(anb, base), only: []int{1, 2}},
		{Name: "transfer loss", Says: "frozen layers of another task cost accuracy", Estimand: "AnB - base",
			Paper: true, comparison: pair(anb, base)},
		{
			Name:       "fragility",
			Says:       "cutting co-adapted layers apart costs accuracy though the task is the same",
			Estimand:   "base - BnB",
			Positive:   true,
			Paper:      true,
			comparison: pair(base, bnb),
		},
		{Name: "specificity", Says: "layers of another task cost accuracy beyond the cut", Estimand: "BnB - AnB",
			Positive: true, Paper: true, comparison: pair(bnb, anb)},
		{Name: "rescue", Says: "fine-tuning wins back what frozen transfer loses", Estimand: "AnB+ - AnB",
			Positive: true, Paper: true, comparison: pair(anbp, anb)},
		{
			Name:       "recovery",
			Says:       "fine-tuned selffer nets recover: at most half a point below the base",
			Estimand:   "BnB+ - base",
			Positive:   true,
			Null:       -slight,
			Paper:      true,
			comparison: pair(bnbp, base),
			ranges:     true,
		},
		{Name: "second training", Says: "training a second time from trained layers helps", Estimand: "BnB+ - base",
			Positive: true, comparison: pair(bnbp, base), ranges: true},
		{Name: "boost", Says: "transferred layers, fine-tuned, end above the base", Estimand: "AnB+ - base",
			Positive: true, Paper: true, comparison: pair(anbp, base), ranges: true},
		{
			Name:       "boost, unpaired",
			Says:       "the same, as table 1 of the paper has it: against all base nets",
			Estimand:   "AnB+ - all base nets",
			Positive:   true,
			Paper:      true,
			comparison: comparison{t: anbp, less: base, how: unpaired},
			ranges:     true,
		},
		{
			Name:       "surplus",
			Says:       "fine-tuned transfer beats fine-tuned selffer: another task's layers are the better start",
			Estimand:   "AnB+ - BnB+",
			Positive:   true,
			Paper:      true,
			comparison: pair(anbp, bnbp),
			ranges:     true,
		},
		{
			Name:       "surplus, unpaired",
			Says:       "the same, as table 1 of the paper has it: whatever the targets",
			Estimand:   "AnB+ - all BnB+ nets",
			Positive:   true,
			Paper:      true,
			comparison: comparison{t: anbp, less: bnbp, how: unpaired},
			ranges:     true,
		},
		{
			Name:       "twice trained",
			Says:       "training all of a base a second time helps, with no layer new",
			Estimand:   "base+ - base",
			Positive:   true,
			comparison: pair(plus, base),
		},
		{
			Name:       "boost at equal compute",
			Says:       "fine-tuned transfer beats its base trained twice",
			Estimand:   "AnB+ - base+",
			Positive:   true,
			comparison: pair(anbp, plus),
			ranges:     true,
		},
		{
			Name:       "new layers at equal compute",
			Says:       "new upper layers beat keeping them when training twice",
			Estimand:   "BnB+ - base+",
			Positive:   true,
			comparison: pair(bnbp, plus),
			ranges:     true,
		},
		{
			Name:       "twice the steps",
			Says:       "a base of twice the steps from scratch ends above the base",
			Estimand:   "base2x - base",
			Positive:   true,
			Control:    true,
			comparison: pair(transfer.BaseTwice, base),
		},
		{
			Name:       "scale",
			Says:       "bringing frozen features to an RMS of 1 wins back what the cut costs",
			Estimand:   "BnBr - BnB",
			Positive:   true,
			Control:    true,
			comparison: pair(transfer.Rescaled, bnb),
		},
		{
			Name:       "fragility at RMS 1",
			Says:       "the cut costs accuracy though frozen features have an RMS of 1",
			Estimand:   "base - BnBr",
			Positive:   true,
			Control:    true,
			comparison: pair(base, transfer.Rescaled),
		},
		{
			Name:       "fragility at the initial scale",
			Says:       "the cut costs accuracy though frozen features have the RMS that new layers begin with",
			Estimand:   "base - BnBi",
			Positive:   true,
			Control:    true,
			comparison: pair(base, transfer.AsInitial),
		},
		{
			Name:       "over-fitting",
			Says:       "new layers trained on pictures that the base never saw do better",
			Estimand:   "BnBf - BnB",
			Positive:   true,
			Control:    true,
			comparison: pair(transfer.Fresh, bnb),
		},
		{
			Name:       "fragility on fresh pictures",
			Says:       "the cut costs accuracy though new layers see pictures that the base never saw",
			Estimand:   "base - BnBf",
			Positive:   true,
			Control:    true,
			comparison: pair(base, transfer.Fresh),
		},
		{
			Name:       "fragility at equal training loss",
			Says:       "the cut costs accuracy though new layers stop at the base's training loss",
			Estimand:   "base - BnBs",
			Positive:   true,
			Control:    true,
			comparison: pair(base, transfer.Stopped),
		},
		{
			Name:       "frozen first",
			Says:       "fine-tuning goes further where new layers were trained first",
			Estimand:   "AnB+p - AnB+",
			Positive:   true,
			Control:    true,
			comparison: pair(transfer.ProbeFirst, anbp),
		},
		{
			Name:       "thawed one by one",
			Says:       "fine-tuning goes further where layers are thawed one by one",
			Estimand:   "AnB+g - AnB+",
			Positive:   true,
			Control:    true,
			comparison: pair(transfer.Gradual, anbp),
		},
		{
			Name:       "slower below the cut",
			Says:       "fine-tuning goes further with a tenth of the rate below the cut",
			Estimand:   "AnB+d - AnB+",
			Positive:   true,
			Control:    true,
			comparison: pair(transfer.Discriminative, anbp),
		},
		{
			Name:       "first layers alone",
			Says:       "tuning layers 1..n, with those above kept, does better than tuning all",
			Estimand:   "AnBt - AnB+",
			Positive:   true,
			Control:    true,
			comparison: pair(transfer.FirstTuned, anbp),
		},
		{
			Name:       "features beyond their moments",
			Says:       "it is the features that help, not the mean and variance of weights",
			Estimand:   "AnB+ - AnB+m",
			Positive:   true,
			Control:    true,
			comparison: pair(anbp, transfer.MomentsOnly),
		},
		{
			Name:       "scale of transferred features",
			Says:       "frozen features of another task do better at an RMS of 1",
			Estimand:   "AnBr - AnB",
			Positive:   true,
			Control:    true,
			comparison: pair(transfer.TransferRescaled, anb),
		},
		{
			Name:       "scale before fine-tuning",
			Says:       "fine-tuning goes further from features at an RMS of 1",
			Estimand:   "AnB+r - AnB+",
			Positive:   true,
			Control:    true,
			comparison: pair(transfer.TransferPlusRescaled, anbp),
		},
		{
			Name:       "distance",
			Says:       "transfer loses more between natural and man-made than between random halves",
			Estimand:   "(AnB - base) natural/man-made - random halves",
			Paper:      true,
			comparison: comparison{t: anb, less: base, how: byKind},
		},
		{
			Name:       "natural/man-made",
			Says:       "frozen layers of the other kind cost accuracy",
			Estimand:   "AnB - base, natural/man-made",
			Paper:      true,
			comparison: comparison{t: anb, less: base, where: NaturalManMade},
		},
		{Name: "random features", Says: "frozen random layers cost accuracy", Estimand: "RnB - base",
			Paper: true, comparison: comparison{t: transfer.Random, less: base, where: anywhere}},
		{Name: "transferred against random", Says: "features of another task beat random ones", Estimand: "AnB - RnB",
			Positive: true, Paper: true, comparison: pair(anb, transfer.Random)},
		{Name: "more images", Says: "more images a class raise the accuracy", Estimand: "base - base on fewer",
			Positive: true, Paper: true, comparison: comparison{t: base, less: base, how: bySize}},
	}
}

// Range says where the claim puts its estimate: "> 0", "< 0" or "> -0.5".
func (c Claim) Range() string {
	sign := "<"
	if c.Positive {
		sign = ">"
	}
	return fmt.Sprintf("%s %v", sign, 100*c.Null)
}
