package transfer

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Half is one of the two tasks of a split, or all classes.
type Half byte

// The two tasks, and all classes as one.
const (
	A     Half = 'A'
	B     Half = 'B'
	Whole Half = 'W' // with the split "whole"; base and random nets only
)

// WholeSplit is the Split of nets on all classes.
const WholeSplit = "whole"

// Other is the other task of the split; all classes have no other.
func (h Half) Other() Half {
	if h == Whole {
		return Whole
	}
	return A + B - h
}

// String is "A", "B", or "" for all classes.
func (h Half) String() string {
	if h == Whole {
		return ""
	}
	return string(h)
}

// Net names one net of an experiment: which split of the classes, which task
// it is tested on, which seed, and what is done to it.
type Net struct {
	Split     string // "0", "1", ... random halves by seed, "natman", one of the user's own, or "whole"
	Seed      int    // replicate; nets of one seed share data order and initial values
	Target    Half   // the task it is trained and tested on
	Treatment Treatment
	N         int // the cut, 1.. ; 0 where Treatment is uncut
	PerClass  int // Base only: the first PerClass training images of each class; 0 is all
}

// Source is the task whose base net gives layers 1..n; of a base net and of a
// random one it is the target itself.
func (n Net) Source() Half {
	if n.Treatment.letters() == "A" {
		return n.Target.Other()
	}
	return n.Target
}

// Parent is the net that gives layers, a base net for most; ok is false where none does, or a [Pretrained] one.
func (n Net) Parent() (parent Net, ok bool) {
	if !n.Treatment.FromBase() {
		return Net{}, false
	}
	parent = n.Treatment.row().parent(n, n.Source())
	if parent.Split == PretrainedSplit && parent.Target == A {
		return Net{}, false // it comes from elsewhere
	}
	return parent, true
}

// root is the net that its parents, and theirs, go back to: itself where it has none.
func (n Net) root() Net {
	for parent, ok := n.Parent(); ok; parent, ok = n.Parent() {
		n = parent
	}
	return n
}

// Halves is the paper's name of source and target, "0A0B" for a net of split 0
// from A to B.
func (n Net) Halves() string {
	return fmt.Sprintf("%s%s%s%s", n.Split, n.Source(), n.Split, n.Target)
}

// String is the net in the paper's notation with its split before it and
// images per class and a seed other than 0 after it: 0/baseB, 0/A3B,
// natman/B5B+, 2/R1A#4, 1/baseA+, whole/base@250, whole/R3.
func (n Net) String() string {
	s := n.Split + "/"
	switch letters, suffix := n.Treatment.row().notation(); letters {
	case baseLetters:
		s += fmt.Sprintf("base%s%s", n.Target, suffix)
	case "R":
		s += fmt.Sprintf("R%d%s%s", n.N, n.Target, suffix)
	default:
		s += fmt.Sprintf("%s%d%s%s", n.Source(), n.N, n.Target, suffix)
	}
	if n.PerClass != 0 {
		s += fmt.Sprintf("@%d", n.PerClass)
	}
	if n.Seed != 0 {
		s += fmt.Sprintf("#%d", n.Seed)
	}
	return s
}

// MarshalText writes what String prints.
func (n Net) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// UnmarshalText is [ParseNet].
func (n *Net) UnmarshalText(text []byte) (err error) {
	*n, err = ParseNet(string(text))
	return err
}

// netPattern holds, in this order: split; base, its half, suffix; source, cut, target, suffix; images per class; seed.
var netPattern = regexp.MustCompile(
	`^(?:([A-Za-z0-9]+)/)?(?:(base)([AB]?)(` + suffixes(true) + `)?|([ABR])([1-9]\d*)([AB]?)(` +
		suffixes(false) + `)?)(?:@([1-9]\d*))?(?:#(\d+))?$`,
)

// suffixes are those of the table of treatments, of nets without a cut or with one, as a regular expression.
func suffixes(uncut bool) string {
	var all []string
	for _, row := range rows {
		if letters, suffix := row.notation(); (letters == baseLetters) == uncut && suffix != "" {
			all = append(all, regexp.QuoteMeta(suffix))
		}
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) }) // the first that fits is taken
	return strings.Join(slices.Compact(all), "|")
}

// ParseNet reads what String prints; the split may be left out and is then 0.
func ParseNet(s string) (Net, error) {
	bad := func() (Net, error) {
		return Net{}, fmt.Errorf("net %q: want the paper's notation, such as 0/baseB, 0/A3B, 1/B5B+, natman/A7B, "+
			"0/R1B#2, 0/baseB+ or whole/base@250", s)
	}
	m := netPattern.FindStringSubmatch(s)
	if m == nil {
		return bad()
	}
	n := Net{Split: m[1]}
	if n.Split == "" {
		n.Split = "0"
	}
	for i, to := range map[int]*int{6: &n.N, 9: &n.PerClass, 10: &n.Seed} {
		if m[i] == "" {
			continue
		}
		var err error
		if *to, err = strconv.Atoi(m[i]); err != nil {
			return bad()
		}
	}
	half := m[3] + m[7]
	n.Target = Whole
	if half != "" {
		n.Target = Half(half[0])
	}
	letters := "B" // of the condition that has this notation
	switch {
	case m[2] == "base":
		letters = "base"
	case m[5] == "R":
		letters = "R"
	case m[5] != half:
		letters = "A"
	}
	t, ok := byNotation(letters, m[4]+m[8])
	if n.Treatment = t; !ok || n.Check() != nil {
		return bad()
	}
	return n, nil
}

// Check says what is wrong with the net's name; whether data and architecture
// have its split and cut is seen when it is planned.
func (n Net) Check() error {
	switch {
	case n.Target != A && n.Target != B && n.Target != Whole:
		return fmt.Errorf("net with target %q: want A, B or Whole", byte(n.Target))
	case (n.Target == Whole) != (n.Split == WholeSplit):
		return fmt.Errorf("net %s: all classes are the split %q without a half, others have halves A and B", n,
			WholeSplit)
	case n.Split == PretrainedSplit && n.Target != B:
		return fmt.Errorf("net %s: base A is pretrained, and there are no pictures of its task; nets of split %q "+
			"are tested on B", n, n.Split)
	case n.Target == Whole && slices.Contains([]string{"A", "B"}, n.Treatment.letters()):
		return fmt.Errorf("net %s: on all classes there are base, base+, base2x and random nets only", n)
	case n.Treatment.Uncut() != (n.N == 0):
		return fmt.Errorf("net %s: cut n = %d with condition %s; base, base+ and base2x have n = 0, all others n "+
			"from 1", n, n.N, n.Treatment)
	case n.PerClass < 0 || n.PerClass > 0 && n.Treatment != Base:
		return fmt.Errorf("net %s: %d images a class; only base nets may have fewer than all", n, n.PerClass)
	}
	return nil
}

// Curve lists the nets of one transfer curve: both base nets of every split
// and seed, and for each treatment but Base a net at each cut, tested on B
// (one without cut for BasePlus and BaseTwice). Base nets come first, so that a net's parent
// stands before it. [Balanced] is the design to draw conclusions from.
func Curve(splits []string, seeds []int, treatments []Treatment, cuts []int) []Net {
	var nets []Net
	for _, split := range splits {
		for _, seed := range seeds {
			for _, target := range targets(split) {
				nets = append(nets, Net{Split: split, Seed: seed, Target: target})
			}
		}
	}
	for _, split := range splits {
		for _, seed := range seeds {
			for _, t := range treatments {
				if t.Uncut() && t != Base {
					nets = append(nets, Net{Split: split, Seed: seed, Target: B, Treatment: t})
				}
			}
			for _, cut := range cuts {
				for _, t := range treatments {
					if !t.Uncut() {
						nets = append(nets, Net{Split: split, Seed: seed, Target: B, Treatment: t, N: cut})
					}
				}
			}
		}
	}
	return nets
}
