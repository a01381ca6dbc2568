package arch

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// Init draws the initial weights of a net. Every variable has a random key of
// its own, made of the seed and its path alone: nets with the same seed share
// the values of every layer they both draw, so A3B and A4B start layer 5
// alike, whatever else differs.
func (a Arch) Init(seed uint64) (Weights, error) {
	vars, err := a.Variables()
	if err != nil {
		return nil, err
	}
	w := make(Weights, len(vars))
	for _, v := range vars {
		data := make([]float32, v.Size())
		v.Param.Filler.Fill(data, v.FanIn, key(seed, v.Path))
		w[v.Path] = Tensor{Shape: v.Shape, Data: data}
	}
	return w, nil
}

// key makes the generator of one (seed, path): the first bytes of a hash seed
// it, so that paths that differ in one letter have nothing in common.
func key(seed uint64, path string) *rand.Rand {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(path+"\x00"), seed))
	return rand.New(rand.NewChaCha8(sum))
}
