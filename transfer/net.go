package transfer

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Treatment is how a net begins and what of it learns, in the paper's words.
type Treatment int

// The treatments. n is the cut: layers 1..n come from elsewhere, the rest are new.
const (
	Base         Treatment = iota // trained from scratch on its own task
	Selffer                       // BnB: layers 1..n from the base net of the same task, frozen
	SelfferPlus                   // BnB+: the same, all layers learn
	Transfer                      // AnB: layers 1..n from the base net of the other task, frozen
	TransferPlus                  // AnB+: the same, all layers learn
	Random                        // RnB: layers 1..n at their random initial values, frozen
)

var treatmentNames = [...]string{"base", "BnB", "BnB+", "AnB", "AnB+", "RnB"}

// Treatments lists all of them, base first.
func Treatments() []Treatment {
	return []Treatment{Base, Selffer, SelfferPlus, Transfer, TransferPlus, Random}
}

// String is the paper's notation: base, BnB, BnB+, AnB, AnB+, RnB.
func (t Treatment) String() string {
	if t < 0 || int(t) >= len(treatmentNames) {
		return fmt.Sprintf("Treatment(%d)", int(t))
	}
	return treatmentNames[t]
}

// ParseTreatment reads what String prints.
func ParseTreatment(s string) (Treatment, error) {
	for i, name := range treatmentNames {
		if s == name {
			return Treatment(i), nil
		}
	}
	return 0, fmt.Errorf("condition %q, want one of %s", s, strings.Join(treatmentNames[:], ", "))
}

// Frozen says whether layers 1..n stay as they are.
func (t Treatment) Frozen() bool { return t == Selffer || t == Transfer || t == Random }

// Half is one of the two tasks of a split.
type Half byte

// The two tasks.
const (
	A Half = 'A'
	B Half = 'B'
)

// Other is the other task of the split.
func (h Half) Other() Half { return A + B - h }

// String is "A" or "B".
func (h Half) String() string { return string(h) }

// Net names one net of an experiment: which split of the classes, which task
// it is tested on, which seed, and what is done to it.
type Net struct {
	Split     string // "0", "1", ... random halves by seed, or "natman"
	Seed      int    // replicate; nets of one seed share data order and initial values
	Target    Half   // the task it is trained and tested on
	Treatment Treatment
	N         int // the cut, 1.. ; 0 for a base net
}

// Source is the task whose base net gives layers 1..n; of a base net and of a
// random one it is the target itself.
func (n Net) Source() Half {
	if n.Treatment == Transfer || n.Treatment == TransferPlus {
		return n.Target.Other()
	}
	return n.Target
}

// Parent is the base net that gives the layers; ok is false where none does.
func (n Net) Parent() (parent Net, ok bool) {
	if n.Treatment == Base || n.Treatment == Random {
		return Net{}, false
	}
	return Net{Split: n.Split, Seed: n.Seed, Target: n.Source()}, true
}

// Halves is the paper's name of source and target, "0A0B" for a net of split 0
// from A to B.
func (n Net) Halves() string {
	return fmt.Sprintf("%s%s%s%s", n.Split, n.Source(), n.Split, n.Target)
}

// String is the net in the paper's notation with its split before it and a
// seed other than 0 after it: 0/baseB, 0/A3B, natman/B5B+, 2/R1A#4.
func (n Net) String() string {
	s := n.Split + "/"
	switch n.Treatment {
	case Base:
		s += "base" + n.Target.String()
	case Random:
		s += fmt.Sprintf("R%d%s", n.N, n.Target)
	default:
		s += fmt.Sprintf("%s%d%s", n.Source(), n.N, n.Target)
	}
	if n.Treatment == SelfferPlus || n.Treatment == TransferPlus {
		s += "+"
	}
	if n.Seed != 0 {
		s += fmt.Sprintf("#%d", n.Seed)
	}
	return s
}

var netPattern = regexp.MustCompile(`^(?:([A-Za-z0-9]+)/)?(?:(base)([AB])|([ABR])([1-9]\d*)([AB])(\+?))(?:#(\d+))?$`)

// ParseNet reads what String prints; the split may be left out and is then 0.
func ParseNet(s string) (Net, error) {
	m := netPattern.FindStringSubmatch(s)
	bad := func() (Net, error) {
		return Net{}, fmt.Errorf("net %q: want the paper's notation, such as 0/baseB, 0/A3B, 1/B5B+, natman/A7B or 0/R1B#2", s)
	}
	if m == nil {
		return bad()
	}
	n := Net{Split: m[1]}
	if n.Split == "" {
		n.Split = "0"
	}
	var err error
	if m[8] != "" {
		if n.Seed, err = strconv.Atoi(m[8]); err != nil {
			return bad()
		}
	}
	if m[2] != "" {
		n.Target = Half(m[3][0])
		return n, nil
	}
	if n.N, err = strconv.Atoi(m[5]); err != nil {
		return bad()
	}
	n.Target = Half(m[6][0])
	plus := m[7] == "+"
	switch {
	case m[4] == "R" && plus:
		return bad()
	case m[4] == "R":
		n.Treatment = Random
	case m[4] == m[6] && plus:
		n.Treatment = SelfferPlus
	case m[4] == m[6]:
		n.Treatment = Selffer
	case plus:
		n.Treatment = TransferPlus
	default:
		n.Treatment = Transfer
	}
	return n, nil
}

// Curve lists the nets of one transfer curve: both base nets of every split
// and seed, and for each treatment but Base a net at each cut, tested on B.
// Base nets come first, so that a net's parent stands before it.
func Curve(splits []string, seeds []int, treatments []Treatment, cuts []int) []Net {
	var nets []Net
	for _, split := range splits {
		for _, seed := range seeds {
			for _, target := range []Half{A, B} {
				nets = append(nets, Net{Split: split, Seed: seed, Target: target})
			}
		}
	}
	for _, split := range splits {
		for _, seed := range seeds {
			for _, cut := range cuts {
				for _, t := range treatments {
					if t != Base {
						nets = append(nets, Net{Split: split, Seed: seed, Target: B, Treatment: t, N: cut})
					}
				}
			}
		}
	}
	return nets
}
