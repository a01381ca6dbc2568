package gomlxnet

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// Conv is a convolution of x, [batch, height, width, in], with a kernel of
// shape [k, k, in/groups, out], zeros of width pad on every side. With groups
// the channels of input and output are split into that many blocks and block i
// of the output sees only block i of the input, as in Caffe. Blocks are
// convolved one by one: XLA's grouped convolution has no fast path on the CPU,
// and its gradient would transpose the kernel on every step.
func Conv(x, kernel *Node, stride, pad, groups int) *Node {
	x.AssertRank(4)
	kernel.AssertRank(4)
	if groups <= 1 {
		return conv(x, kernel, stride, pad)
	}
	in, out := x.Shape().Dim(-1)/groups, kernel.Shape().Dim(-1)/groups
	parts := make([]*Node, groups)
	for i := range parts {
		xi := SliceAxis(x, -1, AxisRange(i*in, (i+1)*in))
		ki := SliceAxis(kernel, -1, AxisRange(i*out, (i+1)*out))
		parts[i] = conv(xi, ki, stride, pad)
	}
	return Concatenate(parts, -1)
}

// conv gives a kernel of an even side a further row and column of zeros, and the
// image as much room: the gradient of GoMLX v0.28.2 by the image is that of a
// kernel with an odd side, and wrong for others.
func conv(x, kernel *Node, stride, pad int) *Node {
	low, high := pad, pad
	if kernel.Shape().Dim(0)%2 == 0 {
		kernel, high = withZeros(withZeros(kernel, 0), 1), pad+1
	}
	return Convolve(x, kernel).StridePerAxis(stride, stride).PaddingPerDim([][2]int{{low, high}, {low, high}}).Done()
}

// withZeros makes an axis longer by one slice of zeros. (Pad has no gradient.)
func withZeros(x *Node, axis int) *Node {
	return Concatenate([]*Node{x, ZerosLike(SliceAxis(x, axis, AxisRange(0, 1)))}, axis)
}

// ReLU is max(x, 0) with gradient 0 at 0, as in Caffe and PyTorch. A NaN goes
// through: if it became 0, a net whose weights diverged would show a finite loss.
func ReLU(x *Node) *Node { return Where(LessOrEqual(x, ZerosLike(x)), ZerosLike(x), x) }
