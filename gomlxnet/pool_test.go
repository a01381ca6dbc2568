package gomlxnet

import (
	"fmt"
	"math"
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

func TestPoolMax(t *testing.T) {
	onBackends(t, func(t *testing.T, backend compute.Backend) {
		var cases []opCase
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
			cases = append(cases, opCase{
				fmt.Sprintf("%d/%d over %dx%d", c.pool.Kernel, c.pool.Stride, c.height, c.width),
				func(in []*Node) *Node { return c.pool.Max(in[0]) },
				func(in []array) array { return poolLoop(in[0], c.pool.Kernel, c.pool.Stride) },
				[]array{spread(1, 2, c.height, c.width, 3)}})
		}
		checkOps(t, backend, 1e-5, cases)
	})
}

// PoolSize against hand-counted windows; 55, 27 and 13 are CaffeNet's.
func TestPoolSize(t *testing.T) {
	for _, c := range []struct{ in, kernel, stride, want int }{
		{55, 3, 2, 27}, {27, 3, 2, 13}, {13, 3, 2, 6}, // divide
		{54, 3, 2, 27}, {32, 3, 2, 16}, {16, 3, 2, 8}, {8, 3, 2, 4}, // hang over by one
		{5, 2, 2, 3}, {3, 3, 2, 1}, {4, 1, 1, 4}, {5, 3, 1, 3},
		{6, 2, 3, 2}, // a third window would start beyond the edge and hold nothing
	} {
		if got := PoolSize(c.in, c.kernel, c.stride); got != c.want {
			t.Errorf("PoolSize(%d, %d, %d) = %d, want %d", c.in, c.kernel, c.stride, got, c.want)
		}
	}
}

// With ties the gradient of a window goes to one place, whole: the first one,
// so that with overlapping windows it still sums to what came in.
func TestPoolTies(t *testing.T) {
	onBackends(t, func(t *testing.T, backend compute.Backend) {
		for _, value := range []float64{0, -2} { // a constant plane, also below 0
			for _, pool := range []Pool{{Kernel: 2, Stride: 2}, {Kernel: 3, Stride: 2}} {
				x, r := newArray(1, 7, 7, 2), random(7, 1, 4, 4, 2)
				if pool.Kernel == 3 {
					r = random(7, 1, 3, 3, 2)
				}
				for i := range x.data {
					x.data[i] = value
				}
				got := run(t, backend, func(in []*Node) []*Node {
					return Gradient(ReduceAllSum(Mul(pool.Max(in[0]), in[1])), in[0])
				}, x, r)[0]
				want := newArray(x.shape...)
				for i := range r.shape[1] {
					for j := range r.shape[2] {
						for c := range 2 {
							want.data[want.at(0, 2*i, 2*j, c)] += r.data[r.at(0, i, j, c)]
						}
					}
				}
				compare(t, fmt.Sprintf("gradient of %+v over equal values %v", pool, value), got, want, 1e-6)
			}
		}
	})
}

// Where values tie or are no numbers, in planes of few values with some NaN: the
// maximum and its gradient against a loop that takes the first NaN of a window,
// else the first of the largest, column after column.
func TestPoolTiesAndNaN(t *testing.T) {
	onBackends(t, func(t *testing.T, backend compute.Backend) {
		pools := []Pool{{Kernel: 3, Stride: 2}, {Kernel: 2, Stride: 2}, {Kernel: 3, Stride: 1}}
		var in []array
		for _, p := range pools {
			for _, nans := range []int{0, 9} {
				x := random(3, 2, 8, 7, 3)
				for i, v := range x.data {
					x.data[i] = math.Round(v)
				}
				for i := range nans {
					x.data[(i*37)%len(x.data)] = math.NaN()
				}
				in = append(in, x, random(4, 2, PoolSize(8, p.Kernel, p.Stride), PoolSize(7, p.Kernel, p.Stride), 3))
			}
		}
		got := run(t, backend, func(in []*Node) (out []*Node) { // one graph, since each takes XLA long
			for i := range len(in) / 2 {
				y := pools[i/2].Max(in[2*i])
				out = append(append(out, y), Gradient(ReduceAllSum(Mul(y, in[2*i+1])), in[2*i])...)
			}
			return out
		}, in...)
		for i := range len(in) / 2 {
			p := pools[i/2]
			y, gradient := firstMax(in[2*i], in[2*i+1], p)
			for k, v := range y.data {
				if got := got[2*i].data[k]; got != v && !(math.IsNaN(got) && math.IsNaN(v)) {
					t.Errorf("case %d, %+v: maximum of window %d: %v, want %v", i, p, k, got, v)
				}
			}
			compare(t, fmt.Sprintf("case %d, gradient of %+v", i, p), got[2*i+1], gradient, 1e-6)
		}
	})
}

// firstMax is max pooling of x and, for gradients r of its windows, the gradient of x.
func firstMax(x, r array, p Pool) (y, gradient array) {
	y, gradient = newArray(r.shape...), newArray(x.shape...)
	for b := range r.shape[0] {
		for i := range r.shape[1] {
			for j := range r.shape[2] {
				for c := range r.shape[3] {
					best := x.at(b, i*p.Stride, j*p.Stride, c)
					for w := j * p.Stride; w < min(j*p.Stride+p.Kernel, x.shape[2]); w++ {
						for h := i * p.Stride; h < min(i*p.Stride+p.Kernel, x.shape[1]); h++ {
							v, top := x.data[x.at(b, h, w, c)], x.data[best]
							if v > top || math.IsNaN(v) && !math.IsNaN(top) {
								best = x.at(b, h, w, c)
							}
						}
					}
					y.data[y.at(b, i, j, c)] = x.data[best]
					gradient.data[best] += r.data[r.at(b, i, j, c)]
				}
			}
		}
	}
	return y, gradient
}
