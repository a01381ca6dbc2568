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

func conv(x, kernel *Node, stride, pad int) *Node {
	return Convolve(x, kernel).StridePerAxis(stride, stride).PaddingPerDim([][2]int{{pad, pad}, {pad, pad}}).Done()
}

// ReLU is max(x, 0) with gradient 0 at 0, as in Caffe and PyTorch. A NaN goes
// through: if it became 0, a net whose weights diverged would show a finite loss.
func ReLU(x *Node) *Node { return Where(LessOrEqual(x, ZerosLike(x)), ZerosLike(x), x) }
