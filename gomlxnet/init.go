package gomlxnet

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
)

// FillerKind names how a variable's initial values are drawn.
type FillerKind string

// The fillers, in Caffe's words.
const (
	Constant FillerKind = "constant" // Value everywhere
	Gaussian FillerKind = "gaussian" // mean 0, standard deviation Std
	MSRA     FillerKind = "msra"     // Gaussian with variance 2/fan-in (He et al. 2015, arXiv 1502.01852)
)

// Filler draws the initial values of one variable.
type Filler struct {
	Kind  FillerKind `json:"kind"`
	Std   float64    `json:"std,omitempty"`
	Value float64    `json:"value,omitempty"`
}

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
		v.Param.Filler.fill(data, v.FanIn, key(seed, v.Path))
		w[v.Path] = Tensor{Shape: v.Shape, Data: data}
	}
	return w, nil
}

// check says what is wrong with the filler.
func (f Filler) check() error {
	if f.Kind != Constant && f.Kind != Gaussian && f.Kind != MSRA {
		return fmt.Errorf("filler %q, want %q, %q or %q", f.Kind, Constant, Gaussian, MSRA)
	}
	return nil
}

func (f Filler) fill(data []float32, fanIn int, rng *rand.Rand) {
	std := f.Std
	switch f.Kind {
	case Constant:
		for i := range data {
			data[i] = float32(f.Value)
		}
		return
	case MSRA:
		std = math.Sqrt(2 / float64(fanIn))
	}
	for i := range data {
		data[i] = float32(std * rng.NormFloat64())
	}
}

// key makes the generator of one (seed, path): the first bytes of a hash seed
// it, so that paths that differ in one letter have nothing in common.
func key(seed uint64, path string) *rand.Rand {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(path+"\x00"), seed))
	return rand.New(rand.NewChaCha8(sum))
}
