package transfer

import (
	"fmt"
	"strings"
)

// Treatment is how a net begins and what of it learns, in the paper's words.
type Treatment int

// The treatments. n is the cut: layers 1..n come from elsewhere, the rest are new. The first six are the paper's; the others
// are controls that tell what a loss of BnB is made of.
const (
	Base         Treatment = iota // trained from scratch on its own task
	Selffer                       // BnB: layers 1..n from the base net of the same task, frozen
	SelfferPlus                   // BnB+: the same, all layers learn
	Transfer                      // AnB: layers 1..n from the base net of the other task, frozen
	TransferPlus                  // AnB+: the same, all layers learn
	Random                        // RnB: layers 1..n at their random initial values, frozen
	BasePlus                      // base+: trained as long again from the final weights of its own base, no layer new
	BaseTwice                     // base2x: a base net trained from scratch for twice the steps, from the base's own initial values and order
	Rescaled                      // BnBr: BnB with its frozen features multiplied by one number, so that their RMS at the cut is 1
	AsInitial                     // BnBi: the same, so that their RMS is what the base's initial values gave there
	Fresh                         // BnBf: BnB whose new layers are trained on pictures that the base never saw
	Stopped                       // BnBs: BnB that stops as soon as its training loss is down to its base's
)

// treatment is a row of the table of treatments.
type treatment struct {
	name     string // the condition, as flags and figures have it
	letters  string // of the notation of a net: base, A, B or R
	suffix   string // of that notation
	frozen   bool   // layers 1..n stay as they are
	fromBase bool   // it begins from the layers of a base net
	uncut    bool   // it has no cut
}

var rows = [...]treatment{
	Base:         {name: "base", letters: "base", uncut: true},
	Selffer:      {name: "BnB", letters: "B", frozen: true, fromBase: true},
	SelfferPlus:  {name: "BnB+", letters: "B", suffix: "+", fromBase: true},
	Transfer:     {name: "AnB", letters: "A", frozen: true, fromBase: true},
	TransferPlus: {name: "AnB+", letters: "A", suffix: "+", fromBase: true},
	Random:       {name: "RnB", letters: "R", frozen: true},
	BasePlus:     {name: "base+", letters: "base", suffix: "+", fromBase: true, uncut: true},
	BaseTwice:    {name: "base2x", letters: "base", suffix: "2x", uncut: true},
	Rescaled:     {name: "BnBr", letters: "B", suffix: "r", frozen: true, fromBase: true},
	AsInitial:    {name: "BnBi", letters: "B", suffix: "i", frozen: true, fromBase: true},
	Fresh:        {name: "BnBf", letters: "B", suffix: "f", frozen: true, fromBase: true},
	Stopped:      {name: "BnBs", letters: "B", suffix: "s", frozen: true, fromBase: true},
}

// Treatments lists those of the paper, base first. [Controls] lists the others.
func Treatments() []Treatment {
	return []Treatment{Base, Selffer, SelfferPlus, Transfer, TransferPlus, Random}
}

// Controls lists the treatments that the paper does not have.
func Controls() []Treatment {
	return []Treatment{BasePlus, BaseTwice, Rescaled, AsInitial, Fresh, Stopped}
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
		if row.letters == letters && row.suffix == suffix {
			return Treatment(i), true
		}
	}
	return 0, false
}

// Frozen says whether layers 1..n stay as they are.
func (t Treatment) Frozen() bool { return t.row().frozen }

// FromBase says whether the net begins from trained layers, those of a base net.
func (t Treatment) FromBase() bool { return t.row().fromBase }

// Uncut says whether the treatment has no cut, N being 0.
func (t Treatment) Uncut() bool { return t.row().uncut }

// First says whether the net is trained from scratch, once: then the recipe's second training does not apply.
func (t Treatment) First() bool { return t == Base || t == BaseTwice }
