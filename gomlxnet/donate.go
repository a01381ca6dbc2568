package gomlxnet

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
)

// Cut says which layers of a net come from elsewhere: the first N blocks. In
// the paper's net 1..5 are the convolutions with their pooling and normalisation,
// 6 and 7 the inner products; the last block is always new. Frozen layers
// take no gradient, no decay and no momentum, and their statistics stand still; others learn at full rate.
// The zero Cut is a net trained whole.
type Cut struct {
	N      int  `json:"n"`
	Frozen bool `json:"frozen"`
}

// Check says whether the cut exists in a.
func (c Cut) Check(a Arch) error {
	if c.N < 0 || c.N > a.Cuts() {
		return fmt.Errorf("cut n = %d: arch %q has cuts 0 to %d", c.N, a.Name, a.Cuts())
	}
	return nil
}

// frozen says whether layer i (from 0) stays as it is.
func (c Cut) frozen(layer int) bool { return c.Frozen && layer < c.N }

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
	if err := (Cut{N: n}).Check(a); err != nil {
		return "", err
	}
	vars, err := a.Variables()
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, v := range vars {
		if v.Layer >= n {
			continue
		}
		t, ok := w[v.Path]
		if !ok {
			return "", fmt.Errorf("prefix of layers 1..%d lacks %s: %w", n, v.Path, errNoWeights)
		}
		hashTensor(h, v.Path, t)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
