package op

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// span is where the windows of a pooling lie along an axis.
type span struct {
	kernel, stride, pad int
	floor               bool
}

// size is how many windows there are over in pixels, as PyTorch counts them:
//
//	floor mode  ⌊(in + 2·pad - kernel) / stride⌋ + 1
//	ceil mode   ⌈(in + 2·pad - kernel) / stride⌉ + 1, without one that would begin in the padding of the far edge
func (s span) size(in int) int {
	room := in + 2*s.pad - s.kernel
	if s.floor {
		return room/s.stride + 1
	}
	out := (room+s.stride-1)/s.stride + 1
	if (out-1)*s.stride >= in+s.pad {
		out--
	}
	return out
}

// dims is what leaves a pooling of x, or what does not fit.
func (s span) dims(x Dims) (Dims, error) {
	if s.kernel < 1 || s.stride < 1 || s.kernel > min(x.Height, x.Width)+2*s.pad || x.Flat {
		return Dims{}, fmt.Errorf("pool of kernel %d, stride %d over %d pixels", s.kernel, s.stride, x.Height)
	}
	if s.pad < 0 || s.pad > s.kernel/2 {
		return Dims{}, fmt.Errorf("pool of kernel %d with padding %d, want 0 to half of the kernel", s.kernel, s.pad)
	}
	return Dims{Height: s.size(x.Height), Width: s.size(x.Width), Channels: x.Channels}, nil
}

// fit gives an axis of x the length whose unpadded windows in ceil mode (see poolSize) are those of s. Pixels are
// added at the near edge for the padding, and at the far one as far as a window needs them to be counted; those that
// no window sees are cut off. The added ones are beyond.
func (s span) fit(x *Node, axis int, beyond float64) *Node {
	in := x.Shape().Dim(axis)
	out := s.size(in)
	seen := (out-1)*s.stride + s.kernel // by all windows, from the near padding on
	if in+s.pad > seen {
		x = SliceAxis(x, axis, AxisRange(0, seen-s.pad))
		in = seen - s.pad
	}
	far := 0
	if in+s.pad < s.kernel || poolSize(in+s.pad, s.kernel, s.stride) < out {
		far = seen - s.pad - in
	}
	return padded(x, axis, s.pad, far, beyond)
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
