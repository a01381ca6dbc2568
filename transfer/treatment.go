package transfer

import (
	"fmt"
	"strings"

	"coadapt/gomlxnet/arch"
)

// Treatment is how a net begins and what of it learns, in the paper's words.
type Treatment int

// The treatments. n is the cut: layers 1..n come from elsewhere, the rest are new. The first six are the paper's.
// Those before ProbeFirst are controls that tell what a loss of BnB is made of. The last ones are what practice does
// with layers of another task.
const (
	Base         Treatment = iota // trained from scratch on its own task
	Selffer                       // BnB: layers 1..n from the base net of the same task, frozen
	SelfferPlus                   // BnB+: the same, all layers learn
	Transfer                      // AnB: layers 1..n from the base net of the other task, frozen
	TransferPlus                  // AnB+: the same, all layers learn
	Random                        // RnB: layers 1..n at their random initial values, frozen
	// base+: trained as long again from the final weights of its own base, no layer new
	BasePlus
	// base2x: a base net trained from scratch for twice the steps, from the base's own initial values and order
	BaseTwice
	// BnBr: BnB with its frozen features multiplied by one number, so that their RMS at the cut is 1
	Rescaled
	AsInitial  // BnBi: the same, so that their RMS is what the base's initial values gave there
	Fresh      // BnBf: BnB whose new layers are trained on pictures that the base never saw
	Stopped    // BnBs: BnB that stops as soon as its training loss is down to its base's
	ProbeFirst // AnB+p: all layers of a trained AnB learn on, LP-FT (Kumar et al. 2022)
	// AnB+g: AnB whose frozen layers are thawed one by one, from layer n down (Howard and Ruder 2018)
	Gradual
	Discriminative // AnB+d: AnB+ with layers 1..n at a tenth of the rate
	// AnBt: all but the last layer from the other task; layers 1..n and the last one learn (Lee et al. 2022)
	FirstTuned
	// AnB+m: AnB+ with each donated tensor shuffled: mean and variance without features (Raghu et al. 2019)
	MomentsOnly
	TransferRescaled     // AnBr: AnB with its frozen features brought to an RMS of 1 at the cut
	TransferPlusRescaled // AnB+r: the same, all layers learn
)

// treatment is a row of the table of treatments: all that the package knows of one. A function that is nil does what is
// usual.
type treatment struct {
	name string // the condition, as flags and figures have it; the notation of nets follows from it
	says string // in a few words, for legends

	parent func(n Net, source Half) Net // the net that gives layers, source being the task that they know; nil: none
	// how many of the parent's layers, from the first, in an arch with that many cuts; nil: n
	takes  func(n, cuts int) int
	learns func(n, cuts int) arch.Cut // what learns; nil: all layers
	thaws  bool                       // layers that are frozen at first are thawed one by one

	// what the RMS of features at the cut is brought to, given that of initial values; nil: it is left
	rms func(initial float64) float64
	// what becomes of the weights of donated layers 1..n before the first step, a pure function of the seed; nil: they
	// are left
	alters func(a arch.Arch, w arch.Weights, n int, seed uint64) (arch.Weights, error)
	fresh  bool // it learns from pictures that its parent never saw
	stops  bool // where its training loss is down to its parent's
	times  int  // of the recipe's steps; 0: 1
}

var rows = [...]treatment{
	Base:         {name: "base", says: "trained from scratch"},
	Selffer:      {name: "BnB", says: "frozen selffer", parent: baseOfSource, learns: above},
	SelfferPlus:  {name: "BnB+", says: "fine-tuned selffer", parent: baseOfSource},
	Transfer:     {name: "AnB", says: "frozen transfer", parent: baseOfSource, learns: above},
	TransferPlus: {name: "AnB+", says: "fine-tuned transfer", parent: baseOfSource},
	Random:       {name: "RnB", says: "frozen random layers", learns: above},
	BasePlus:     {name: "base+", says: "trained twice", parent: baseOfSource, takes: wholeNet},
	BaseTwice:    {name: "base2x", says: "twice the steps", times: 2},
	Rescaled:     {name: "BnBr", says: "frozen selffer, RMS 1", parent: baseOfSource, learns: above, rms: one},
	AsInitial: {name: "BnBi", says: "frozen selffer, initial RMS", parent: baseOfSource, learns: above,
		rms: func(initial float64) float64 { return initial }},
	Fresh: {name: "BnBf", says: "frozen selffer, fresh pictures", parent: baseOfSource, learns: above,
		fresh: true},
	Stopped:        {name: "BnBs", says: "frozen selffer, stopped", parent: baseOfSource, learns: above, stops: true},
	ProbeFirst:     {name: "AnB+p", says: "frozen, then fine-tuned", parent: alike(Transfer), takes: wholeNet},
	Gradual:        {name: "AnB+g", says: "thawed from the cut down", parent: baseOfSource, learns: above, thaws: true},
	Discriminative: {name: "AnB+d", says: "layers 1..n at a tenth", parent: baseOfSource, learns: slower},
	FirstTuned: {name: "AnBt", says: "layers 1..n fine-tuned", parent: baseOfSource, takes: allButLast,
		learns: first},
	MomentsOnly: {name: "AnB+m", says: "fine-tuned from shuffled values", parent: baseOfSource,
		alters: arch.Arch.Shuffled},
	TransferRescaled:     {name: "AnBr", says: "frozen transfer, RMS 1", parent: baseOfSource, learns: above, rms: one},
	TransferPlusRescaled: {name: "AnB+r", says: "fine-tuned from RMS 1", parent: baseOfSource, rms: one},
}

// notation is what names of nets have of the treatment: the letters base, A, B or R, and what stands behind them.
func (t treatment) notation() (letters, suffix string) {
	if suffix, ok := strings.CutPrefix(t.name, baseLetters); ok {
		return baseLetters, suffix
	}
	letters, suffix, _ = strings.Cut(t.name, "nB")
	return letters, suffix
}

// baseLetters begin the names of treatments and nets that have no cut.
const baseLetters = "base"

// The parents.

// baseOfSource is the source's base net.
func baseOfSource(n Net, source Half) Net { return Net{Split: n.Split, Seed: n.Seed, Target: source} }

// alike is the same net under another treatment.
func alike(t Treatment) func(Net, Half) Net {
	return func(n Net, _ Half) Net { n.Treatment = t; return n }
}

// What is taken of them.

func wholeNet(_, cuts int) int   { return cuts + 1 }
func allButLast(_, cuts int) int { return cuts }

// What features are brought to.

func one(float64) float64 { return 1 }

// What learns.

func above(n, _ int) arch.Cut    { return arch.Cut{N: n, Frozen: true} }
func slower(n, _ int) arch.Cut   { return arch.Cut{N: n, Rate: 0.1} }
func first(n, cuts int) arch.Cut { return arch.Cut{N: cuts, Frozen: true, Free: n} }

// Treatments lists those of the paper, base first. [Controls] and [Practices] list the others.
func Treatments() []Treatment { return span(Base, Random) }

// Controls lists the treatments that tell what a loss is made of: all between the paper's and those of practice.
func Controls() []Treatment { return span(Random+1, ProbeFirst-1) }

// Practices lists what practice does with layers of another task, beside AnB and AnB+.
func Practices() []Treatment { return span(ProbeFirst, Treatment(len(rows)-1)) }

// Conditions lists all treatments, in the order of the table.
func Conditions() []Treatment { return span(0, Treatment(len(rows)-1)) }

func span(first, last Treatment) (all []Treatment) {
	for t := first; t <= last; t++ {
		all = append(all, t)
	}
	return all
}

// row is the treatment's in the table; that of an unknown one is empty.
func (t Treatment) row() treatment {
	if t < 0 || int(t) >= len(rows) {
		return treatment{name: fmt.Sprintf("Treatment(%d)", int(t))}
	}
	return rows[t]
}

// String is the notation of the condition, such as base, BnB+ or BnBr.
func (t Treatment) String() string { return t.row().name }

// Label is the condition and what it is in a few words: "BnB: frozen selffer".
func (t Treatment) Label() string { return t.row().name + ": " + t.row().says }

// ParseTreatment reads what String prints.
func ParseTreatment(s string) (Treatment, error) {
	var names []string
	for i, row := range rows {
		if s == row.name {
			return Treatment(i), nil
		}
		names = append(names, row.name)
	}
	return 0, fmt.Errorf("condition %q, want one of %s", s, strings.Join(names, ", "))
}

// byNotation finds the treatment that nets with these letters and suffix have.
func byNotation(letters, suffix string) (Treatment, bool) {
	for i, row := range rows {
		if l, s := row.notation(); l == letters && s == suffix {
			return Treatment(i), true
		}
	}
	return 0, false
}

// Frozen says whether layers stay as they are, at first at least.
func (t Treatment) Frozen() bool { return t.cut(1, 2).Frozen }

// FromBase says whether the net begins from trained layers: those of a base net, or of a net that began from one.
func (t Treatment) FromBase() bool { return t.row().parent != nil }

// Uncut says whether the treatment has no cut, N being 0.
func (t Treatment) Uncut() bool { return t.letters() == baseLetters }

// letters are those of the notation of a net: base, A, B or R.
func (t Treatment) letters() string {
	letters, _ := t.row().notation()
	return letters
}

// First says whether the net is trained from scratch, once: then the recipe's second training does not apply.
func (t Treatment) First() bool { return t == Base || t == BaseTwice }

// cut is what learns at first of a net that is cut at n.
func (t Treatment) cut(n, cuts int) arch.Cut {
	if learns := t.row().learns; learns != nil {
		return learns(n, cuts)
	}
	return arch.Cut{N: n}
}

// stage is a part of a training, in which the same layers learn.
type stage struct {
	to  int // the step behind its last one
	cut arch.Cut
}

// stages are those of the training of a net that is cut at n. A net that is thawed has n+1
// of about equal length, in each of which one layer more learns; others have one.
func (t Treatment) stages(n, cuts, steps int) []stage {
	cut := t.cut(n, cuts)
	if !t.row().thaws {
		return []stage{{steps, cut}}
	}
	var all []stage
	for k := range n + 1 {
		all = append(all, stage{(k + 1) * steps / (n + 1), arch.Cut{N: n - k, Frozen: k < n}})
	}
	return all
}
