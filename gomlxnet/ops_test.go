package gomlxnet

import (
	"fmt"
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// built is the graph of an operation that has no variables.
func built(s Spec, in ...*Node) *Node {
	return s.Build(&Context{Pass: &Pass{Nets: 1}}, in)
}

// averageLoop is the definition: a window over the edge averages what is inside.
func averageLoop(x array, p AveragePool) array {
	y := newArray(x.shape[0], PoolSize(x.shape[1], p.Kernel, p.Stride), PoolSize(x.shape[2], p.Kernel, p.Stride),
		x.shape[3])
	for b := range y.shape[0] {
		for i := range y.shape[1] {
			for j := range y.shape[2] {
				for c := range y.shape[3] {
					sum, n := 0.0, 0.0
					for h := i * p.Stride; h < min(i*p.Stride+p.Kernel, x.shape[1]); h++ {
						for w := j * p.Stride; w < min(j*p.Stride+p.Kernel, x.shape[2]); w++ {
							sum, n = sum+x.data[x.at(b, h, w, c)], n+1
						}
					}
					y.data[y.at(b, i, j, c)] = sum / n
				}
			}
		}
	}
	return y
}

func TestJoinsAndAverages(t *testing.T) {
	onBackends(t, func(t *testing.T, backend compute.Backend) {
		var cases []opCase
		for _, c := range []struct {
			pool          AveragePool
			height, width int
		}{
			{AveragePool{Kernel: 3, Stride: 2}, 7, 8}, // the last window along the width hangs over
			{AveragePool{Kernel: 2, Stride: 2}, 5, 6},
			{AveragePool{Kernel: 2, Stride: 3}, 6, 8}, // gaps
		} {
			cases = append(cases, opCase{fmt.Sprintf("%+v", c),
				func(in []*Node) *Node { return built(c.pool, in...) },
				func(in []array) array { return averageLoop(in[0], c.pool) },
				[]array{random(1, 2, c.height, c.width, 3)}})
		}
		cases = append(cases,
			opCase{"global", func(in []*Node) *Node { return built(GlobalAverage{}, in...) },
				func(in []array) array { return averageLoop(in[0], AveragePool{Kernel: 4, Stride: 4}) },
				[]array{random(1, 2, 4, 4, 3)}},
			opCase{"flatten", func(in []*Node) *Node { return built(Flatten{}, in...) },
				func(in []array) array { return array{[]int{2, 12}, in[0].data} }, []array{random(1, 2, 2, 2, 3)}},
			opCase{"add", func(in []*Node) *Node { return built(Sum{}, in...) }, func(in []array) array {
				y := newArray(in[0].shape...)
				for i := range y.data {
					y.data[i] = in[0].data[i] + in[1].data[i] + in[2].data[i]
				}
				return y
			}, []array{random(1, 2, 2, 2, 3), random(2, 2, 2, 2, 3), random(3, 2, 2, 2, 3)}},
			opCase{"concat", func(in []*Node) *Node { return built(Concat{}, in...) }, func(in []array) array {
				y := newArray(2, 2, 2, 4)
				for at := range 8 {
					copy(y.data[4*at:], in[0].data[at:at+1])
					copy(y.data[4*at+1:], in[1].data[3*at:3*at+3])
				}
				return y
			}, []array{random(1, 2, 2, 2, 1), random(2, 2, 2, 2, 3)}})
		checkOps(t, backend, 1e-5, cases)
	})
}
