package op

import (
	"fmt"
	"math"
	"testing"

	"coadapt/gomlxnet/op/optest"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

func TestConv(t *testing.T) {
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		var cases []twinCase
		for _, c := range []struct{ batch, size, in, out, kernel, stride, pad, groups int }{
			{2, 6, 3, 4, 3, 1, 1, 1},
			{2, 6, 4, 6, 3, 1, 1, 2},
			{2, 5, 8, 4, 3, 1, 1, 4},
			{2, 7, 4, 4, 5, 1, 2, 2},
			{1, 9, 2, 4, 3, 2, 0, 1},
			{2, 8, 4, 4, 3, 2, 1, 2}, // the stride leaves a column over
			{1, 9, 3, 2, 5, 4, 0, 1},
			{1, 10, 2, 2, 5, 4, 2, 2},
			{1, 15, 1, 2, 11, 4, 0, 1}, // conv1's window and stride
			{2, 4, 4, 8, 1, 1, 0, 4},
			{1, 6, 2, 3, 2, 1, 0, 1}, // windows of an even side
			{1, 7, 2, 3, 4, 1, 2, 1},
			{1, 9, 2, 4, 4, 2, 1, 2},
		} {
			name := fmt.Sprintf("%dpx %d-%d k%d s%d p%d g%d", c.size, c.in, c.out, c.kernel, c.stride, c.pad, c.groups)
			cases = append(cases, twinCase{
				Name: name,
				Graph: func(in []*Node) *Node {
					return byGroups(in[0], in[1],
						sliding{c.stride, c.pad, c.groups, false})
				},
				Loop: func(in []optest.Array) optest.Array {
					return optest.ConvLoop(in[0], in[1], c.stride, c.pad,
						c.groups)
				},
				In: []optest.Array{optest.Random(1, c.batch, c.size, c.size, c.in),
					optest.Random(2, c.kernel, c.kernel, c.in/c.groups, c.out)}})
			if c.groups > 1 {
				whole := cases[len(cases)-1]
				whole.Name += " in one"
				whole.Graph = func(in []*Node) *Node {
					return conv(in[0], in[1],
						sliding{c.stride, c.pad, c.groups, false})
				}
				cases = append(cases, whole)
			}
			if c.stride == 1 {
				rows := cases[len(cases)-1]
				rows.Name += " by rows"
				rows.Graph = func(in []*Node) *Node {
					return byGroups(in[0], in[1],
						sliding{c.stride, c.pad, c.groups, true})
				}
				cases = append(cases, rows)
			}
		}
		check(t, backend, 1e-5, cases)
	})
}

// ReLU is max(x, 0); its gradient is 0 at 0 of either sign, and it passes a NaN
// on, so that a net that diverged shows it in its loss.
func TestReLU(t *testing.T) {
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		x := optest.Array{Shape: []int{6}, Data: []float64{-2, -1e-30, math.Copysign(0, -1), 0, 1e-30, 3}}
		got := optest.Run(t, backend, func(in []*Node) []*Node {
			y := built(ReLU{}, in[0])
			return []*Node{y, Gradient(ReduceAllSum(y), in[0])[0]}
		}, x)
		optest.Compare(t, "values", got[0], optest.Array{Shape: x.Shape,
			Data: []float64{0, 0, 0, 0, float64(float32(1e-30)), 3}}, 0)
		optest.Compare(t, "gradient", got[1], optest.Array{Shape: x.Shape, Data: []float64{0, 0, 0, 0, 1, 1}}, 0)

		bad := optest.Array{Shape: []int{2}, Data: []float64{math.NaN(), math.Inf(1)}}
		y := optest.Run(t, backend, func(in []*Node) []*Node { return []*Node{built(ReLU{}, in[0])} }, bad)[0]
		if !math.IsNaN(y.Data[0]) || !math.IsInf(y.Data[1], 1) {
			t.Errorf("ReLU(NaN, +Inf) = %v, want both passed on", y.Data)
		}
	})
}
