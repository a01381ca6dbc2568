package arch

import (
	"encoding/binary"
	"math/rand/v2"
)

// Shuffled returns weights in which the values of each variable of layers 1..n are in another order, a pure function of
// the seed: each keeps its mean and its variance, and knows nothing. It fails where the arch has no such layers.
func (a Arch) Shuffled(w Weights, n int, seed uint64) (Weights, error) {
	if err := (Cut{N: n}).Check(a); err != nil {
		return nil, err
	}
	if err := a.Check(w); err != nil {
		return nil, err
	}
	vars, err := a.Variables()
	if err != nil {
		return nil, err
	}
	out := w.Clone()
	var key [32]byte
	binary.BigEndian.PutUint64(key[:], seed)
	rng := rand.New(rand.NewChaCha8(key))
	for _, v := range vars {
		if data := out[v.Path].Data; v.Layer < n {
			rng.Shuffle(len(data), func(i, j int) { data[i], data[j] = data[j], data[i] })
		}
	}
	return out, nil
}
