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

// conv is the library's convolution with gradients of our own. Those of GoMLX v0.28.2 are wrong for kernels of an even side; and they
// have axes in orders for which XLA's CPU has no fast path where a convolution is in a loop.
func conv(x, kernel *Node, stride, pad int) *Node {
	return withGradients(func(in []*Node) *Node {
		return Convolve(in[0], in[1]).StridePerAxis(stride, stride).PaddingPerDim([][2]int{{pad, pad}, {pad, pad}}).Done()
	}, []*Node{x, kernel},
		func(_, dy *Node) *Node { return convByImage(dy, x, kernel, stride, pad) },
		func(_, dy *Node) *Node { return convByKernel(dy, x, kernel, stride, pad) })
}

// convByKernel is the gradient of a convolution by its kernel, from that by its output: the images convolved with what became of
// them, with images for channels.
func convByKernel(dy, x, kernel *Node, stride, pad int) *Node {
	var padding [][2]int
	for axis, size := range kernel.Shape().Dimensions[:2] {
		spread := (dy.Shape().Dim(1+axis)-1)*stride + 1 // of the output, with stride-1 zeros between its rows
		padding = append(padding, [2]int{pad, size - 1 + spread - x.Shape().Dim(1+axis) - pad})
	}
	// First whole pixels, then within a pixel's images: in one go each image's next value is a whole image away, which is
	// often a multiple of what the cache tells apart.
	images := TransposeAllAxes(once(TransposeAllAxes(x, 1, 2, 0, 3)), 3, 0, 1, 2)
	c := Convolve(images, TransposeAllAxes(dy, 1, 2, 0, 3)).PaddingPerDim(padding)
	if stride > 1 {
		c = c.DilationPerAxis(stride, stride)
	}
	return TransposeAllAxes(c.Done(), 1, 2, 0, 3)
}

// convByImage is the gradient of a convolution by its image, [batch, height, width, in], from that by its output: each of its values
// goes to all pixels that its window saw, which is a convolution with the kernel turned by half a circle.
func convByImage(dy, x, kernel *Node, stride, pad int) *Node {
	var padding [][2]int
	for axis, size := range kernel.Shape().Dimensions[:2] {
		spread := (dy.Shape().Dim(1+axis)-1)*stride + 1
		low := size - 1 - pad
		padding = append(padding, [2]int{low, size - 1 + x.Shape().Dim(1+axis) - spread - low})
	}
	c := Convolve(dy, TransposeAllAxes(Reverse(kernel, 0, 1), 0, 1, 3, 2)).PaddingPerDim(padding)
	if stride > 1 {
		c = c.InputDilationPerAxis(stride, stride)
	}
	return c.Done()
}

// ReLU is max(x, 0) with gradient 0 at 0, as in Caffe and PyTorch. A NaN goes
// through: if it became 0, a net whose weights diverged would show a finite loss.
func ReLU(x *Node) *Node { return Where(LessOrEqual(x, ZerosLike(x)), ZerosLike(x), x) }
