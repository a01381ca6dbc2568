package op

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// AdaptiveAverage is PyTorch's adaptive average pooling to Out x Out places, whatever the size of what enters: place i
// of an axis of n pixels is the mean of pixels ⌊i·n/Out⌋ to ⌈(i+1)·n/Out⌉-1. Fewer pixels than Out are repeated.
type AdaptiveAverage struct {
	Out int `json:"out"` // places along each axis, from 1

	kept
}

// Kind says that it takes the mean.
func (AdaptiveAverage) Kind() string { return "adaptive_average" }

// Dims says what does not fit.
func (p AdaptiveAverage) Dims(in []Dims) (Dims, error) {
	if p.Out < 1 {
		return Dims{}, fmt.Errorf("%d places along each axis, want at least 1", p.Out)
	}
	if in[0].Flat {
		return Dims{}, fmt.Errorf("places of %v, which are flat", in[0])
	}
	return Dims{Height: p.Out, Width: p.Out, Channels: in[0].Channels}, nil
}

// Field is that of the largest window, at the distance of the windows rounded down.
func (p AdaptiveAverage) Field(in Field, dims Dims) Field {
	largest := 0
	for i := range p.Out {
		from, to := p.window(i, dims.Height)
		largest = max(largest, to-from)
	}
	return in.window(largest, max(dims.Height/p.Out, 1), 0)
}

// window is the first pixel of place i over n pixels, and the one behind its last.
func (p AdaptiveAverage) window(i, n int) (from, to int) {
	return i * n / p.Out, ((i+1)*n + p.Out - 1) / p.Out
}

// Build averages along the height and then along the width, in float32.
func (p AdaptiveAverage) Build(_ *Context, in []*Node) *Node {
	x := in[0]
	if x.Shape().Dim(1) == p.Out && x.Shape().Dim(2) == p.Out {
		return x
	}
	x = ConvertDType(x, dtypes.Float32)
	for _, axis := range []int{1, 2} {
		places := make([]*Node, p.Out)
		for i := range places {
			from, to := p.window(i, x.Shape().Dim(axis))
			places[i] = ReduceAndKeep(SliceAxis(x, axis, AxisRange(from, to)), ReduceMean, axis)
		}
		x = Concatenate(places, axis)
	}
	return ConvertDType(x, in[0].DType())
}
