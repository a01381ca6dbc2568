package gomlxnet

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// Conv is a convolution of x, [batch, height, width, in], with a kernel of
// shape [k, k, in/groups, out], zeros of width pad on every side. With groups
// the channels of input and output are split into that many blocks and block i
// of the output sees only block i of the input, as in Caffe. Blocks are
// convolved one by one: as one convolution with groups CaffeNet is no faster.
func Conv(x, kernel *Node, stride, pad, groups int) *Node {
	x.AssertRank(4)
	kernel.AssertRank(4)
	if groups <= 1 {
		return conv(x, kernel, stride, pad, 1)
	}
	parts := make([]*Node, groups)
	for i := range parts {
		parts[i] = conv(group(x, i, groups), group(kernel, i, groups), stride, pad, 1)
	}
	return Concatenate(parts, -1)
}

// conv is Conv with its groups in one operation. (On XLA's CPU, CaffeNet came to the same bits either way.)
//
// The gradients are our own. The library (GoMLX v0.28.2) has none with groups, and those without are wrong for kernels of an even side;
// and they have axes in orders for which XLA's CPU has no fast path where a convolution is in a loop.
func conv(x, kernel *Node, stride, pad, groups int) *Node {
	return withGradients(func(in []*Node) *Node {
		return Convolve(in[0], in[1]).StridePerAxis(stride, stride).PaddingPerDim([][2]int{{pad, pad}, {pad, pad}}).ChannelGroupCount(groups).Done()
	}, []*Node{x, kernel},
		func(_, dy *Node) *Node { return convByImage(dy, x, kernel, stride, pad, groups) },
		func(_, dy *Node) *Node {
			// Group by group: XLA's CPU hands convolutions with groups of channels to oneDNN, with groups of images it does not.
			parts := make([]*Node, groups)
			for i := range parts {
				parts[i] = convByKernel(group(dy, i, groups), group(x, i, groups), group(kernel, i, groups), stride, pad)
			}
			return Concatenate(parts, -1)
		})
}

// group is one of the groups into which the last axis is divided.
func group(x *Node, i, groups int) *Node {
	if groups == 1 {
		return x
	}
	n := x.Shape().Dim(-1) / groups
	return SliceAxis(x, -1, AxisRange(i*n, (i+1)*n))
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
func convByImage(dy, x, kernel *Node, stride, pad, groups int) *Node {
	var padding [][2]int
	dims := kernel.Shape().Dimensions
	for axis, size := range dims[:2] {
		spread := (dy.Shape().Dim(1+axis)-1)*stride + 1
		low := size - 1 - pad
		padding = append(padding, [2]int{low, size - 1 + x.Shape().Dim(1+axis) - spread - low})
	}
	in, out := dims[2], dims[3]/groups
	turned := TransposeAllAxes(Reshape(Reverse(kernel, 0, 1), dims[0], dims[1], in, groups, out), 0, 1, 4, 3, 2)
	c := Convolve(dy, Reshape(turned, dims[0], dims[1], out, groups*in)).PaddingPerDim(padding).ChannelGroupCount(groups)
	if stride > 1 {
		c = c.InputDilationPerAxis(stride, stride)
	}
	return c.Done()
}

// ReLU is max(x, 0) with gradient 0 at 0, as in Caffe and PyTorch. A NaN goes
// through: if it became 0, a net whose weights diverged would show a finite loss.
func ReLU(x *Node) *Node { return Where(LessOrEqual(x, ZerosLike(x)), ZerosLike(x), x) }
