package op

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// Sum adds its inputs, which have one shape: where a residual block's ways meet.
type Sum struct{ plain }

// Kind is a verb, as the operation's name is.
func (Sum) Kind() string { return "add" }

// Joins says that it reads several inputs.
func (Sum) Joins() bool { return true }

// Dims says what does not fit.
func (Sum) Dims(in []Dims) (Dims, error) {
	for _, d := range in[1:] {
		if d != in[0] {
			return Dims{}, fmt.Errorf("%v and %v are not of one shape", in[0], d)
		}
	}
	return in[0], nil
}

// Build adds in the order of the inputs.
func (Sum) Build(_ *Context, in []*Node) *Node {
	sum := in[0]
	for _, x := range in[1:] {
		sum = Add(sum, x)
	}
	return sum
}

// Concat lays the channels of its inputs side by side.
type Concat struct{ plain }

// Kind is a verb, as the operation's name is.
func (Concat) Kind() string { return "concat" }

// Joins says that it reads several inputs.
func (Concat) Joins() bool { return true }

// Dims says what does not fit.
func (Concat) Dims(in []Dims) (Dims, error) {
	out := in[0]
	for _, d := range in[1:] {
		if d.Height != out.Height || d.Width != out.Width || d.Flat != out.Flat {
			return Dims{}, fmt.Errorf("%v and %v are not of one height and width", in[0], d)
		}
		out.Channels += d.Channels
	}
	return out, nil
}

// Build keeps the channels of a net together.
func (Concat) Build(c *Context, in []*Node) *Node {
	if c.Nets == 1 || in[0].Rank() != 4 {
		return Concatenate(in, -1)
	}
	each := make([]*Node, len(in))
	for i, x := range in {
		dims := x.Shape().Dimensions
		each[i] = Reshape(x, dims[0], dims[1], dims[2], c.Nets, dims[3]/c.Nets)
	}
	dims := in[0].Shape().Dimensions
	return Reshape(Concatenate(each, -1), dims[0], dims[1], dims[2], -1)
}
