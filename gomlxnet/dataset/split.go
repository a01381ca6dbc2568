package dataset

import (
	"fmt"
	"slices"
	"strconv"
)

// Split divides the classes of a source in two: the tasks A and B. Class indices ascend and occur once.
type Split struct {
	Name string // "0", "1", ... for random halves, "natman"
	A, B []int
}

// PairSplit is the name of the split of a [Joined] source: all classes of its first source against all of its second.
const PairSplit = "pair"

// SplitFor makes the named split of a source: a number s gives the random halves of seed s ("0" to "3" are the 2014
// ones on the 1000 ILSVRC classes); "natman" gives A the natural and B the man-made classes, in the letters of the
// released files (the paper's text swaps them). It fails for a source of fewer than two classes, an unknown name, and
// for "natman" where a class has no group or one side is empty. A [Joined] source has the one split "pair", which
// nothing else has.
func SplitFor(src Source, name string) (Split, error) {
	pair, isPair := src.(Joined)
	switch {
	case isPair && name == PairSplit:
		return pair.Split(), nil
	case isPair:
		return Split{}, fmt.Errorf("split %q of %s: two data sets are the two tasks; the split is %q", name, src.Name(),
			PairSplit)
	case name == PairSplit:
		return Split{}, fmt.Errorf("split %q of %s: it is that of two data sets, and there is one", name, src.Name())
	}
	classes := src.Classes()
	if len(classes) < 2 {
		return Split{}, fmt.Errorf("split %q of %s: it has %d classes, a split needs at least 2", name, src.Name(),
			len(classes))
	}
	return splitOf(src.Name(), name, classes)
}

// splitOf is a split by seed or kind of the classes of a source.
func splitOf(source, name string, classes []Class) (Split, error) {
	if name == "natman" {
		return naturalManMade(source, classes)
	}
	seed, err := strconv.ParseUint(name, 10, 31)
	if err != nil {
		return Split{}, fmt.Errorf("split %q: want a seed (0, 1, 2, ...) for random halves, or natman", name)
	}
	s := Split{Name: strconv.FormatUint(seed, 10)}
	s.A, s.B = randomHalves(len(classes), int(seed))
	return s, nil
}

// randomHalves returns the halves of classes 0..classes-1 that the 2014 experiment's script makes for a seed:
//
//	numpy.random.seed([seed]); a = sorted(numpy.random.choice(arange(classes), classes/2, replace=False))
//
// numpy's choice without replacement is the head of a legacy permutation. B is the rest; where classes is odd it is the
// larger one. seed must lie in 0..2^32-1.
func randomHalves(classes, seed int) (a, b []int) {
	p := numpyPermutation(classes, uint32(seed))
	a, b = p[:classes/2:classes/2], p[classes/2:]
	slices.Sort(a)
	slices.Sort(b)
	return a, b
}

// ILSVRC12Split makes the named split of the 1000 classes of ILSVRC2012, without its images.
func ILSVRC12Split(name string) (Split, error) {
	classes := make([]Class, 0, 1000)
	for _, wnid := range Synsets() {
		classes = append(classes, Class{Name: wnid, Group: SynsetGroup(wnid)})
	}
	return splitOf("ILSVRC2012", name, classes)
}

func naturalManMade(name string, classes []Class) (Split, error) {
	s := Split{Name: "natman"}
	for i, c := range classes {
		switch c.Group {
		case Natural:
			s.A = append(s.A, i)
		case ManMade:
			s.B = append(s.B, i)
		default:
			return Split{}, fmt.Errorf("split natman of %s: class %q is neither known as natural nor as man-made; "+
				"known are shapes, CIFAR-10, CIFAR-100 and ILSVRC synsets", name, c.Name)
		}
	}
	if len(s.A) == 0 || len(s.B) == 0 {
		return Split{}, fmt.Errorf("split natman of %s: %d natural and %d man-made classes; both sides need one", name,
			len(s.A), len(s.B))
	}
	return s, nil
}
