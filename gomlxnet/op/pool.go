package op

import (
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// Pool is max pooling. Its zero Pad and Floor are Caffe's pooling, which is PyTorch's with ceil_mode=True.
type Pool struct {
	Kernel int  `json:"kernel"`
	Stride int  `json:"stride"`
	Pad    int  `json:"pad,omitempty"`   // on every side, at most half of Kernel; what is there is never the largest
	Floor  bool `json:"floor,omitempty"` // windows that hang over the far edge are left out, as PyTorch does by default

	kept
}

// Kind says that it takes the largest.
func (Pool) Kind() string { return "max_pool" }

// Dims says what does not fit.
func (p Pool) Dims(in []Dims) (Dims, error) {
	x := in[0]
	if p.Kernel < 1 || p.Stride < 1 || p.Kernel > min(x.Height, x.Width)+2*p.Pad || x.Flat {
		return Dims{}, fmt.Errorf("pool of kernel %d, stride %d over %d pixels", p.Kernel, p.Stride, x.Height)
	}
	if p.Pad < 0 || p.Pad > p.Kernel/2 {
		return Dims{}, fmt.Errorf("pool of kernel %d with padding %d, want 0 to half of the kernel", p.Kernel, p.Pad)
	}
	return Dims{Height: p.size(x.Height), Width: p.size(x.Width), Channels: x.Channels}, nil
}

// Field is that of the window.
func (p Pool) Field(in Field, _ Dims) Field { return in.window(p.Kernel, p.Stride, p.Pad) }

// Build pools x, shaped [batch, height, width, channels], of any channels. Windows that hang over the edge take what is
// inside; see [Pool] for which of them there are.
//
// It is the maximum over strided slices, first along the height and then along
// the width. The library's own pooling has a gradient (SelectAndScatter) that
// the Go backend lacks and that is slower on XLA's CPU than whole
// convolutions. Where values tie, the gradient goes to the first of them, column after column. A
// window with a NaN gives NaN, so that a filter that diverged reaches the loss.
func (p Pool) Build(_ *Context, in []*Node) *Node {
	x := in[0]
	x.AssertRank(4)
	for _, axis := range []int{1, 2} {
		x = p.fit(x, axis, math.Inf(-1))
		x = materialize(maxPoolAxis(x, axis, p.Kernel, p.Stride))
	}
	return x
}

// maxPoolAxis has a gradient of its own where windows of three are two apart, as in the paper's nets.
func maxPoolAxis(x *Node, axis, kernel, stride int) *Node {
	if kernel != 3 || stride != 2 || x.Shape().Dim(axis) < kernel {
		return largest(windows(x, axis, kernel, stride, math.Inf(-1)))
	}
	return withGradients(func(in []*Node) *Node { return largest(windows(in[0], axis, kernel, stride, math.Inf(-1))) },
		[]*Node{x},
		func(y, dy *Node) *Node { return pool3By2Gradient(x, y, dy, axis) })
}

// windows are the first values of all windows along an axis, their second ones, and so on. Those beyond the edge are
// beyond.
func windows(x *Node, axis, kernel, stride int, beyond float64) []*Node {
	in := x.Shape().Dimensions[axis]
	out := Pool{Kernel: kernel, Stride: stride}.size(in)
	parts := make([]*Node, kernel)
	for k := range parts {
		inside := min(out, (in-k+stride-1)/stride)
		r := AxisRange(k, k+(inside-1)*stride+1)
		if stride > 1 {
			r = r.Stride(stride)
		}
		parts[k] = padded(SliceAxis(x, axis, r), axis, 0, out-inside, beyond)
	}
	return parts
}

func largest(parts []*Node) *Node {
	best := parts[0]
	for _, p := range parts[1:] {
		best = larger(best, p)
	}
	return best
}

// larger is the maximum of a and b, the first where they tie, and NaN where one
// is. Its gradient is two selections; that of Max subtracts, compares and
// multiplies, which takes a quarter of a training step of Mini.
func larger(a, b *Node) *Node {
	return Where(LogicalOr(GreaterOrEqual(a, b), NotEqual(a, a)), a, b)
}

// pool3By2Gradient is the gradient by x of its pooling along an axis to y. An odd place is the middle of one window;
// an even one is the first of a window and the last of that before. Laid side by side they are dx, with no holes to
// fill as there are where each place of a window is spread out alone.
func pool3By2Gradient(x, y, dy *Node, axis int) *Node {
	in, out := x.Shape().Dim(axis), y.Shape().Dim(axis)
	at := windows(x, axis, 3, 2, math.Inf(-1))
	zero := ZerosLike(dy)
	isY := func(a *Node) *Node { return LogicalOr(Equal(a, y), NotEqual(a, a)) } // where a is not a number, y is none
	isFirst, isSecond := isY(at[0]), isY(at[1])
	first := Where(isFirst, dy, zero)
	second := Where(LogicalAnd(LogicalNot(isFirst), isSecond), dy, zero)
	third := Where(LogicalOr(isFirst, isSecond), zero, dy)
	edge := SliceAxis(zero, axis, AxisRange(0, 1))
	before := Concatenate([]*Node{edge, SliceAxis(third, axis, AxisRange(0, out-1))}, axis)
	pairs := Stack([]*Node{Add(first, before), second}, axis+1)
	shape := x.Shape().Clone()
	shape.Dimensions[axis] = 2 * out
	dx := ReshapeWithShape(pairs, shape)
	if in > 2*out {
		dx = Concatenate([]*Node{dx, SliceAxis(third, axis, AxisRange(out-1, out))}, axis)
	}
	return dx
}
