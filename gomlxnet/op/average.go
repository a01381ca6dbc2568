package op

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// AveragePool is average pooling, with [Pool]'s windows: those that hang over the edge average what is inside, as in
// Caffe and in PyTorch's ceil mode. The zeros of Pad count as inside, as they do in both.
type AveragePool Pool

// Kind says that it takes the mean.
func (AveragePool) Kind() string { return "average_pool" }

// Dims says what does not fit.
func (p AveragePool) Dims(in []Dims) (Dims, error) { return Pool(p).Dims(in) }

// Field is that of the window.
func (p AveragePool) Field(in Field, dims Dims) Field { return Pool(p).Field(in, dims) }

// Build adds strided slices, first along the height and then along the width, in float32.
func (p AveragePool) Build(_ *Context, in []*Node) *Node {
	x := ConvertDType(in[0], dtypes.Float32)
	for _, axis := range []int{1, 2} {
		size := x.Shape().Dim(axis)
		x = Pool(p).fit(x, axis, 0)
		parts := windows(x, axis, p.Kernel, p.Stride, 0)
		for _, part := range parts[1:] {
			parts[0] = Add(parts[0], part)
		}
		shares := make([]float32, Pool(p).size(size))
		for i := range shares {
			shares[i] = 1 / float32(min(p.Kernel, size+2*p.Pad-i*p.Stride))
		}
		dims := []int{1, 1, 1, 1}
		dims[axis] = len(shares)
		x = Mul(parts[0], Reshape(Const(x.Graph(), shares), dims...))
	}
	return ConvertDType(x, in[0].DType())
}

// GlobalAverage is the mean of each channel over all places.
type GlobalAverage struct{ plain }

// Kind says what it is.
func (GlobalAverage) Kind() string { return "global_average" }

// Dims are one place.
func (GlobalAverage) Dims(in []Dims) (Dims, error) {
	return Dims{Height: 1, Width: 1, Channels: in[0].Channels, Flat: in[0].Flat}, nil
}

// Field is a window over all that there is.
func (GlobalAverage) Field(in Field, dims Dims) Field { return in.window(dims.Height, 1, 0) }

// Build adds in float32.
func (GlobalAverage) Build(_ *Context, in []*Node) *Node {
	x := in[0]
	if x.Rank() != 4 {
		return x
	}
	dims := x.Shape().Dimensions
	return ConvertDType(Reshape(ReduceMean(ConvertDType(x, dtypes.Float32), 1, 2), dims[0], 1, 1, dims[3]), x.DType())
}
