package gomlxnet

import (
	"math"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// Max is Caffe's max pooling of x, shaped [batch, height, width, channels],
// over its windows, without padding and with ceil-mode sizes (see
// [PoolSize]): windows that hang over the edge take what is inside.
//
// It is the maximum over strided slices, first along the height and then along
// the width. The library's own pooling has a gradient (SelectAndScatter) that
// the Go backend lacks and that is slower on XLA's CPU than whole
// convolutions; slices differentiate into padding, which runs everywhere. Where
// values tie, the gradient goes to the first of them, column after column. A
// window with a NaN gives NaN, so that a filter that diverged reaches the loss.
func (p Pool) Max(x *Node) *Node {
	x.AssertRank(4)
	for _, axis := range []int{1, 2} {
		x = maxPoolAxis(x, axis, p.Kernel, p.Stride)
	}
	return x
}

func maxPoolAxis(x *Node, axis, kernel, stride int) *Node {
	in := x.Shape().Dimensions[axis]
	out := PoolSize(in, kernel, stride)
	if need := (out-1)*stride + kernel; need > in {
		shape := x.Shape().Clone()
		shape.Dimensions[axis] = need - in
		low := BroadcastToShape(Const(x.Graph(), float32(math.Inf(-1))), shape)
		x = Concatenate([]*Node{x, low}, axis)
	}
	var best *Node
	for k := range kernel {
		window := AxisRange(k, k+(out-1)*stride+1)
		if stride > 1 {
			window = window.Stride(stride)
		}
		s := SliceAxis(x, axis, window)
		if best == nil {
			best = s
		} else {
			best = larger(best, s)
		}
	}
	return best
}

// larger is the maximum of a and b, the first where they tie, and NaN where one
// is. Its gradient is two selections; that of Max subtracts, compares and
// multiplies, which takes a quarter of a training step of Mini.
func larger(a, b *Node) *Node {
	return Where(LogicalOr(GreaterOrEqual(a, b), NotEqual(a, a)), a, b)
}
