package op

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// Shortcut is the way around a residual block without parameters, option A of He et al. 2016 (arXiv 1512.03385,
// section 3.3): every Stride-th pixel of both axes, from the first, and channels of zeros, up to Out. Half of the
// channels that are added, rounded down, come before those that there are, and the others behind them.
type Shortcut struct {
	Out    int `json:"out"`              // channels, at least as many as enter
	Stride int `json:"stride,omitempty"` // 0 means 1

	plain
}

// Kind is the paper's word.
func (Shortcut) Kind() string { return "shortcut" }

// Dims says what does not fit.
func (s Shortcut) Dims(in []Dims) (Dims, error) {
	x, stride := in[0], max(s.Stride, 1)
	if x.Flat || s.Stride < 0 || s.Out < x.Channels {
		return Dims{}, fmt.Errorf("shortcut to %d channels with a stride of %d from %v; want at least as many "+
			"channels as enter, a stride of 1 or more, and values that are not flat", s.Out, s.Stride, x)
	}
	return Dims{Height: (x.Height-1)/stride + 1, Width: (x.Width-1)/stride + 1, Channels: s.Out}, nil
}

// Field is that of every Stride-th pixel.
func (s Shortcut) Field(in Field, _ Dims) Field { return in.window(1, max(s.Stride, 1), 0) }

// Build adds channels to those of each net.
func (s Shortcut) Build(c *Context, in []*Node) *Node {
	x := in[0]
	if s.Stride > 1 {
		for _, axis := range []int{1, 2} {
			x = SliceAxis(x, axis, AxisRange(0).Stride(s.Stride))
		}
	}
	dims := x.Shape().Dimensions
	more := s.Out - dims[3]/c.Nets
	if more == 0 {
		return x
	}
	x = Reshape(x, dims[0], dims[1], dims[2], c.Nets, dims[3]/c.Nets)
	return Reshape(padded(x, 4, more/2, more-more/2, 0), dims[0], dims[1], dims[2], c.Nets*s.Out)
}
