package arch

import (
	"fmt"
	"math"
	"slices"
)

// Cut says which layers of a net come from elsewhere: the first N blocks. In
// the paper's net 1..5 are the convolutions with their pooling and normalisation,
// 6 and 7 the inner products; the last block is always new. Frozen layers
// take no gradient, no decay and no momentum, and their statistics stand still; others learn at full rate.
// The zero Cut is a net trained whole.
type Cut struct {
	N      int     `json:"n"`
	Frozen bool    `json:"frozen"`
	Free   int     `json:"free,omitempty"` // of frozen layers: the first Free learn all the same
	Rate   float64 `json:"rate,omitempty"` // multiplies the rate of those of layers 1..N that learn; 0 is 1
}

// String is, for instance, "n = 3, frozen".
func (c Cut) String() string {
	s := fmt.Sprintf("n = %d", c.N)
	switch {
	case c.Frozen && c.Free > 0:
		s += fmt.Sprintf(", frozen but for the first %d", c.Free)
	case c.Frozen:
		s += ", frozen"
	}
	if c.Rate != 0 {
		s += fmt.Sprintf(", at %v times the rate", c.Rate)
	}
	return s
}

// Check says whether the cut exists in a.
func (c Cut) Check(a Arch) error {
	switch {
	case c.N < 0 || c.N > a.Cuts():
		return fmt.Errorf("cut n = %d: arch %q has cuts 0 to %d", c.N, a.Name, a.Cuts())
	case c.Free < 0 || c.Free > c.N || c.Free > 0 && !c.Frozen:
		return fmt.Errorf("cut n = %d, frozen %t: the first %d layers are free, want 0 to n of frozen ones", c.N,
			c.Frozen, c.Free)
	case !(c.Rate >= 0) || math.IsInf(c.Rate, 1):
		return fmt.Errorf("cut n = %d: the rate of layers 1..n is multiplied by %v, want a number from 0", c.N, c.Rate)
	}
	return nil
}

// Learning is the cut as training knows it: nets of equal ones train by one graph. A net with donated layers that all
// learn as others do is the zero Cut.
func (c Cut) Learning() Cut {
	if c.N == 0 || !c.Frozen && (c.Rate == 0 || c.Rate == 1) {
		return Cut{}
	}
	return c
}

// Freezes says whether layer i (from 0) stays as it is.
func (c Cut) Freezes(layer int) bool { return c.Frozen && c.Free <= layer && layer < c.N }

// StaticBlocks is how many layers, from the first, give the same for a picture
// whenever it is shown: those that are frozen, up to the first whose operations are not all
// fixed functions, as dropout, which stays live in frozen layers.
func (a Arch) StaticBlocks(cut Cut) int {
	n := 0
	changes := func(o Op) bool { return !o.Static() }
	for n < len(a.Blocks) && cut.Freezes(n) && !slices.ContainsFunc(a.Blocks[n].Ops, changes) {
		n++
	}
	return n
}
