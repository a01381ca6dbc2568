package gomlxnet

import (
	"crypto/sha256"
	"encoding/hex"
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
		return fmt.Errorf(
			"cut n = %d, frozen %t: the first %d layers are free, want 0 to n of frozen ones",
			c.N,
			c.Frozen,
			c.Free,
		)
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

// frozen says whether layer i (from 0) stays as it is.
func (c Cut) frozen(layer int) bool { return c.Frozen && c.Free <= layer && layer < c.N }

// Donate returns the initial weights of a net whose first n layers are those
// of the donor and whose other layers are those of fresh; the donor may have
// another number of classes. Neither argument is changed.
func (a Arch) Donate(fresh, donor Weights, n int) (Weights, error) {
	if err := (Cut{N: n}).Check(a); err != nil {
		return nil, err
	}
	vars, err := a.Variables()
	if err != nil {
		return nil, err
	}
	if err := a.Check(fresh); err != nil {
		return nil, fmt.Errorf("initial weights: %w", err)
	}
	out := fresh.Clone()
	for _, v := range vars {
		if v.Layer >= n {
			continue
		}
		t, ok := donor[v.Path]
		if !ok {
			return nil, fmt.Errorf("donor of layers 1..%d lacks %s: %w", n, v.Path, errNoWeights)
		}
		if !slices.Equal(t.Shape, v.Shape) {
			return nil, fmt.Errorf("donor's %s has shape %v, the net wants %v", v.Path, t.Shape, v.Shape)
		}
		out[v.Path] = Tensor{slices.Clone(t.Shape), slices.Clone(t.Data)}
	}
	return out, nil
}

// PrefixDigest is the SHA-256, in hex, over paths, shapes and bit patterns of
// layers 1..n: equal digests mean bit-equal layers. It is the proof that
// frozen stayed frozen.
func (a Arch) PrefixDigest(w Weights, n int) (string, error) {
	return a.FrozenDigest(w, Cut{N: n, Frozen: true})
}

// FrozenDigest is PrefixDigest over the layers that a cut freezes.
func (a Arch) FrozenDigest(w Weights, cut Cut) (string, error) {
	if err := cut.Check(a); err != nil {
		return "", err
	}
	vars, err := a.Variables()
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, v := range vars {
		if !cut.frozen(v.Layer) {
			continue
		}
		t, ok := w[v.Path]
		if !ok {
			return "", fmt.Errorf("prefix of layers 1..%d lacks %s: %w", cut.N, v.Path, errNoWeights)
		}
		hashTensor(h, v.Path, t)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
