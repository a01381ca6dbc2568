package op

import (
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

// Check says what is wrong with the filler.
func (f Filler) Check() error {
	if f.Kind != Constant && f.Kind != Gaussian && f.Kind != MSRA {
		return fmt.Errorf("filler %q, want %q, %q or %q", f.Kind, Constant, Gaussian, MSRA)
	}
	return nil
}

// Fill draws values; fanIn is the number of inputs to one output unit.
func (f Filler) Fill(data []float32, fanIn int, rng *rand.Rand) {
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
