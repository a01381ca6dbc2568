package arch

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
)

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
			return nil, fmt.Errorf("donor of layers 1..%d lacks %s", n, v.Path)
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
		if !cut.Freezes(v.Layer) {
			continue
		}
		t, ok := w[v.Path]
		if !ok {
			return "", fmt.Errorf("prefix of layers 1..%d lacks %s", cut.N, v.Path)
		}
		hashTensor(h, v.Path, t)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
