package op

import (
	"fmt"
	"testing"

	"coadapt/gomlxnet/op/optest"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// built is the graph of an operation that has no variables.
func built(s Spec, in ...*Node) *Node {
	return s.Build(&Context{Nets: 1}, in)
}

// averageLoop is the definition: a window over the edge averages what is inside.
func averageLoop(x optest.Array, p AveragePool) optest.Array {
	y := optest.NewArray(x.Shape[0], Pool(p).size(x.Shape[1]), Pool(p).size(x.Shape[2]),
		x.Shape[3])
	for b := range y.Shape[0] {
		for i := range y.Shape[1] {
			for j := range y.Shape[2] {
				for c := range y.Shape[3] {
					sum, n := 0.0, 0.0
					for h := i * p.Stride; h < min(i*p.Stride+p.Kernel, x.Shape[1]); h++ {
						for w := j * p.Stride; w < min(j*p.Stride+p.Kernel, x.Shape[2]); w++ {
							sum, n = sum+x.Data[x.At(b, h, w, c)], n+1
						}
					}
					y.Data[y.At(b, i, j, c)] = sum / n
				}
			}
		}
	}
	return y
}

func TestJoinsAndAverages(t *testing.T) {
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		var cases []twinCase
		for _, c := range []struct {
			pool          AveragePool
			height, width int
		}{
			{AveragePool{Kernel: 3, Stride: 2}, 7, 8}, // the last window along the width hangs over
			{AveragePool{Kernel: 2, Stride: 2}, 5, 6},
			{AveragePool{Kernel: 2, Stride: 3}, 6, 8}, // gaps
		} {
			cases = append(cases, twinCase{Name: fmt.Sprintf("%+v", c),
				Graph: func(in []*Node) *Node { return built(c.pool, in...) },
				Loop:  func(in []optest.Array) optest.Array { return averageLoop(in[0], c.pool) },
				In:    []optest.Array{optest.Random(1, 2, c.height, c.width, 3)}})
		}
		cases = append(cases,
			twinCase{Name: "global", Graph: func(in []*Node) *Node { return built(GlobalAverage{}, in...) },
				Loop: func(in []optest.Array) optest.Array {
					return averageLoop(in[0],
						AveragePool{Kernel: 4, Stride: 4})
				},
				In: []optest.Array{optest.Random(1, 2, 4, 4, 3)}},
			twinCase{Name: "flatten", Graph: func(in []*Node) *Node { return built(Flatten{}, in...) },
				Loop: func(in []optest.Array) optest.Array {
					return optest.Array{Shape: []int{2, 12},
						Data: in[0].Data}
				},
				In: []optest.Array{optest.Random(1, 2, 2, 2, 3)}},
			twinCase{Name: "add", Graph: func(in []*Node) *Node { return built(Sum{}, in...) },
				Loop: func(in []optest.Array) optest.Array {
					y := optest.NewArray(in[0].Shape...)
					for i := range y.Data {
						y.Data[i] = in[0].Data[i] + in[1].Data[i] + in[2].Data[i]
					}
					return y
				}, In: []optest.Array{optest.Random(1, 2, 2, 2, 3), optest.Random(2, 2, 2, 2, 3),
					optest.Random(3, 2, 2, 2, 3)}},
			twinCase{Name: "concat", Graph: func(in []*Node) *Node { return built(Concat{}, in...) },
				Loop: func(in []optest.Array) optest.Array {
					y := optest.NewArray(2, 2, 2, 4)
					for at := range 8 {
						copy(y.Data[4*at:], in[0].Data[at:at+1])
						copy(y.Data[4*at+1:], in[1].Data[3*at:3*at+3])
					}
					return y
				}, In: []optest.Array{optest.Random(1, 2, 2, 2, 1), optest.Random(2, 2, 2, 2, 3)}})
		check(t, backend, 1e-5, cases)
	})
}
