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
// values tie, the gradient goes to the first of them.
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
			best = Max(best, s)
		}
	}
	return best
}
