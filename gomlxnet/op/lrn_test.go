package op

import (
	"fmt"
	"math"
	"testing"

	"coadapt/gomlxnet/op/optest"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

func TestLRN(t *testing.T) {
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		var cases []twinCase
		for _, c := range []struct {
			lrn      LRN
			channels int
			scale    float64
		}{
			{LRN{Size: 5, Alpha: 1e-4, Beta: 0.75}, 8, 100}, // CaffeNet's, at the size of its activations
			{LRN{Size: 5, Alpha: 1, Beta: 0.75}, 8, 1},
			{LRN{Size: 5, Alpha: 1, Beta: 0.5}, 8, 1},
			{LRN{Size: 5, Alpha: 0.5, Beta: 1.25}, 6, 1},
			{LRN{Size: 3, Alpha: 2, Beta: 0.75}, 5, 1},
			{LRN{Size: 3, Alpha: 2, Beta: 0.6}, 5, 1},
			{LRN{Size: 5, Alpha: 1, Beta: 0.75}, 3, 1}, // fewer channels than the window
			{LRN{Size: 5, Alpha: 1, Beta: 0.6}, 1, 1},
			{LRN{Size: 1, Alpha: 1, Beta: 0.75}, 4, 1},
		} {
			x := optest.Random(3, 2, 3, 2, c.channels)
			for i := range x.Data {
				x.Data[i] = float64(float32(x.Data[i] * c.scale))
			}
			cases = append(cases, twinCase{Name: fmt.Sprintf("%+v over %d", c.lrn, c.channels),
				Graph: func(in []*Node) *Node { return c.lrn.normalize(in[0]) },
				Loop: func(in []optest.Array) optest.Array {
					return optest.LRNLoop(in[0], c.lrn.Size, c.lrn.Alpha, c.lrn.Beta)
				},
				In: []optest.Array{x}})
		}
		check(t, backend, 1e-5, cases)
	})
}

// One place by hand: x = (1, 2, 3), alpha 5, size 5: every window holds all
// three, Σ x² = 14, so y = x / 15^0.75.
func TestLRNByHand(t *testing.T) {
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		x := optest.Array{Shape: []int{1, 1, 1, 3}, Data: []float64{1, 2, 3}}
		lrn := LRN{Size: 5, Alpha: 5, Beta: 0.75}
		y := optest.Run(t, backend, func(in []*Node) []*Node { return []*Node{lrn.normalize(in[0])} }, x)[0]
		d := math.Pow(15, 0.75)
		optest.Compare(t, "values", y, optest.Array{Shape: x.Shape, Data: []float64{1 / d, 2 / d, 3 / d}}, 1e-6)
	})
}
