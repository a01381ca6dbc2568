package op

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// Flatten has one row of values, as an inner product reads them.
type Flatten struct{ plain }

// Kind is Caffe's word.
func (Flatten) Kind() string { return "flatten" }

// Dims are flat.
func (Flatten) Dims(in []Dims) (Dims, error) { return Dims{1, 1, in[0].Values(), true}, nil }

// Field is a window over all that there is, as in a row of values no place is told.
func (Flatten) Field(in Field, dims Dims) Field { return in.window(dims.Height, 1, 0) }

// Build is that of several nets, too.
func (Flatten) Build(c *Context, in []*Node) *Node { return flatten(in[0], c.Nets) }

// flatten is what enters as [batch, values], or of several nets as [nets, batch, values].
func flatten(x *Node, nets int) *Node {
	if nets == 1 {
		return Reshape(x, x.Shape().Dim(0), -1)
	}
	if x.Rank() == 4 {
		dims := x.Shape().Dimensions
		x = TransposeAllAxes(Reshape(x, dims[0], dims[1]*dims[2], nets, dims[3]/nets), 2, 0, 1, 3)
	}
	return Reshape(x, nets, x.Shape().Dim(1), -1)
}
