package op

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// size is how many windows there are over in pixels, as PyTorch counts them:
//
//	floor mode  ⌊(in + 2·pad - kernel) / stride⌋ + 1
//	ceil mode   ⌈(in + 2·pad - kernel) / stride⌉ + 1, without one that would begin in the padding of the far edge
func (p Pool) size(in int) int {
	room := in + 2*p.Pad - p.Kernel
	if p.Floor {
		return room/p.Stride + 1
	}
	return min((room+p.Stride-1)/p.Stride, (in+p.Pad-1)/p.Stride) + 1
}

// fit gives an axis of x the length whose unpadded windows in ceil mode are those of p. Pixels are
// added at the near edge for the padding, and at the far one as far as a window needs them to be counted; those that
// no window sees are cut off. The added ones are beyond.
func (p Pool) fit(x *Node, axis int, beyond float64) *Node {
	in := x.Shape().Dim(axis)
	out := p.size(in)
	seen := (out-1)*p.Stride + p.Kernel // by all windows, from the near padding on
	if in+p.Pad > seen {
		x = SliceAxis(x, axis, AxisRange(0, seen-p.Pad))
		in = seen - p.Pad
	}
	far := 0
	if in+p.Pad < p.Kernel || (Pool{Kernel: p.Kernel, Stride: p.Stride}).size(in+p.Pad) < out {
		far = seen - p.Pad - in
	}
	return padded(x, axis, p.Pad, far, beyond)
}

// padded has pixels of a value before and behind an axis.
func padded(x *Node, axis, before, behind int, value float64) *Node {
	parts := []*Node{x}
	edge := func(n int) *Node {
		shape := x.Shape().Clone()
		shape.Dimensions[axis] = n
		return BroadcastToShape(Scalar(x.Graph(), x.DType(), value), shape)
	}
	if before > 0 {
		parts = append([]*Node{edge(before)}, parts...)
	}
	if behind > 0 {
		parts = append(parts, edge(behind))
	}
	if len(parts) == 1 {
		return x
	}
	return Concatenate(parts, axis)
}
