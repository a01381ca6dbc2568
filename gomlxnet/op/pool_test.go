package op

import (
	"fmt"
	"math"
	"testing"

	"coadapt/gomlxnet/op/optest"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

func TestPoolMax(t *testing.T) {
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		var cases []twinCase
		for _, c := range []struct {
			pool          Pool
			height, width int
		}{
			{Pool{Kernel: 3, Stride: 2}, 7, 7},  // divides, as all of CaffeNet's do at 227 px
			{Pool{Kernel: 3, Stride: 2}, 8, 8},  // the last window hangs over, as Mini's do at 32 px
			{Pool{Kernel: 3, Stride: 2}, 6, 9},  // over one edge only
			{Pool{Kernel: 2, Stride: 2}, 6, 6},  // windows do not overlap
			{Pool{Kernel: 2, Stride: 2}, 5, 7},  // half of the last window hangs over
			{Pool{Kernel: 3, Stride: 1}, 5, 5},  // every pixel starts a window
			{Pool{Kernel: 3, Stride: 3}, 7, 8},  // two thirds and one third of the last window hang over
			{Pool{Kernel: 2, Stride: 3}, 6, 8},  // gaps between windows
			{Pool{Kernel: 3, Stride: 2}, 3, 3},  // one window
			{Pool{Kernel: 1, Stride: 1}, 3, 4},  // nothing to do
			{Pool{Kernel: 5, Stride: 4}, 10, 9}, // three of five hang over
		} {
			cases = append(cases, twinCase{
				Name:  fmt.Sprintf("%d/%d over %dx%d", c.pool.Kernel, c.pool.Stride, c.height, c.width),
				Graph: func(in []*Node) *Node { return built(c.pool, in[0]) },
				Loop: func(in []optest.Array) optest.Array {
					return optest.PoolLoop(in[0], c.pool.Kernel,
						c.pool.Stride)
				},
				In: []optest.Array{spread(1, 2, c.height, c.width, 3)}})
		}
		check(t, backend, 1e-5, cases)
	})
}

// Sizes against hand-counted windows; 55, 27 and 13 are CaffeNet's.
func TestPoolSize(t *testing.T) {
	for _, c := range []struct{ in, kernel, stride, want int }{
		{55, 3, 2, 27}, {27, 3, 2, 13}, {13, 3, 2, 6}, // divide
		{54, 3, 2, 27}, {32, 3, 2, 16}, {16, 3, 2, 8}, {8, 3, 2, 4}, // hang over by one
		{5, 2, 2, 3}, {3, 3, 2, 1}, {4, 1, 1, 4}, {5, 3, 1, 3},
		{6, 2, 3, 2}, // a third window would start beyond the edge and hold nothing
	} {
		if got := (Pool{Kernel: c.kernel, Stride: c.stride}).size(c.in); got != c.want {
			t.Errorf("%d windows of %d, %d apart, over %d pixels, want %d", got, c.kernel, c.stride, c.in, c.want)
		}
	}
}

// With ties the gradient of a window goes to one place, whole: the first one,
// so that with overlapping windows it still sums to what came in.
func TestPoolTies(t *testing.T) {
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		for _, value := range []float64{0, -2} { // a constant plane, also below 0
			for _, pool := range []Pool{{Kernel: 2, Stride: 2}, {Kernel: 3, Stride: 2}} {
				x, r := optest.NewArray(1, 7, 7, 2), optest.Random(7, 1, 4, 4, 2)
				if pool.Kernel == 3 {
					r = optest.Random(7, 1, 3, 3, 2)
				}
				for i := range x.Data {
					x.Data[i] = value
				}
				got := optest.Run(t, backend, func(in []*Node) []*Node {
					return Gradient(ReduceAllSum(Mul(built(pool, in[0]), in[1])), in[0])
				}, x, r)[0]
				want := optest.NewArray(x.Shape...)
				for i := range r.Shape[1] {
					for j := range r.Shape[2] {
						for c := range 2 {
							want.Data[want.At(0, 2*i, 2*j, c)] += r.Data[r.At(0, i, j, c)]
						}
					}
				}
				optest.Compare(t, fmt.Sprintf("gradient of %+v over equal values %v", pool, value), got, want, 1e-6)
			}
		}
	})
}

// Where values tie or are no numbers, in planes of few values with some NaN: the
// maximum and its gradient against a loop that takes the first NaN of a window,
// else the first of the largest, column after column.
func TestPoolTiesAndNaN(t *testing.T) {
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		pools := []Pool{{Kernel: 3, Stride: 2}, {Kernel: 2, Stride: 2}, {Kernel: 3, Stride: 1}}
		var in []optest.Array
		for _, p := range pools {
			for _, nans := range []int{0, 9} {
				x := optest.Random(3, 2, 8, 7, 3)
				for i, v := range x.Data {
					x.Data[i] = math.Round(v)
				}
				for i := range nans {
					x.Data[(i*37)%len(x.Data)] = math.NaN()
				}
				in = append(in, x,
					optest.Random(4, 2, p.size(8), p.size(7), 3))
			}
		}
		got := optest.Run(t, backend, func(in []*Node) (out []*Node) { // one graph, since each takes XLA long
			for i := range len(in) / 2 {
				y := built(pools[i/2], in[2*i])
				out = append(append(out, y), Gradient(ReduceAllSum(Mul(y, in[2*i+1])), in[2*i])...)
			}
			return out
		}, in...)
		for i := range len(in) / 2 {
			p := pools[i/2]
			y, gradient := firstMax(in[2*i], in[2*i+1], p)
			for k, v := range y.Data {
				if got := got[2*i].Data[k]; got != v && !(math.IsNaN(got) && math.IsNaN(v)) {
					t.Errorf("case %d, %+v: maximum of window %d: %v, want %v", i, p, k, got, v)
				}
			}
			optest.Compare(t, fmt.Sprintf("case %d, gradient of %+v", i, p), got[2*i+1], gradient, 1e-6)
		}
	})
}

// firstMax is max pooling of x and, for gradients r of its windows, the gradient of x.
func firstMax(x, r optest.Array, p Pool) (y, gradient optest.Array) {
	y, gradient = optest.NewArray(r.Shape...), optest.NewArray(x.Shape...)
	for b := range r.Shape[0] {
		for i := range r.Shape[1] {
			for j := range r.Shape[2] {
				for c := range r.Shape[3] {
					best := x.At(b, i*p.Stride, j*p.Stride, c)
					for w := j * p.Stride; w < min(j*p.Stride+p.Kernel, x.Shape[2]); w++ {
						for h := i * p.Stride; h < min(i*p.Stride+p.Kernel, x.Shape[1]); h++ {
							v, top := x.Data[x.At(b, h, w, c)], x.Data[best]
							if v > top || math.IsNaN(v) && !math.IsNaN(top) {
								best = x.At(b, h, w, c)
							}
						}
					}
					y.Data[y.At(b, i, j, c)] = x.Data[best]
					gradient.Data[best] += r.Data[r.At(b, i, j, c)]
				}
			}
		}
	}
	return y, gradient
}
