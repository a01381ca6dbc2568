package op

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// Dense is an inner product: all that enters, flattened, with each column of the weights.
type Dense struct {
	Out    int    `json:"out"`             // outputs; in the last block 0 is the arch's classes
	Weight Param  `json:"weight,omitzero"` // zero: He's filler
	Bias   *Param `json:"bias,omitempty"`  // nil: no biases

	plain
}

// Kind is Caffe's word.
func (Dense) Kind() string { return "inner_product" }

// WithOutputs is s, with n outputs where it has none of its own.
func (s Dense) WithOutputs(n int) Spec {
	if s.Out == 0 {
		s.Out = n
	}
	return s
}

// Dims are flat.
func (s Dense) Dims([]Dims) (Dims, error) { return Dims{1, 1, s.Out, true}, checkOutputs(s.Out) }

// Vars are weights, [in, out], and biases.
func (s Dense) Vars(in []Dims) []Var {
	n := in[0].Values()
	return weighted([]int{n, s.Out}, n, s.Weight, s.Bias, false)
}

// Cost counts a multiply-add a weight.
func (s Dense) Cost(in []Dims, out Dims) Cost {
	return Cost{MultiplyAdds: int64(in[0].Values()) * int64(s.Out), Activations: int64(out.Values())}
}

// Field is a window over all that there is.
func (s Dense) Field(in Field, dims Dims) Field { return in.window(dims.Height, 1, 0) }

// Build of several nets multiplies [nets, batch, in] by [nets, in, out].
func (s Dense) Build(c *Context, in []*Node) *Node {
	w := c.variable(0, in[0])
	var b *Node
	if s.Bias != nil {
		b = c.variable(1, in[0])
	}
	x := flatten(in[0], c.Nets)
	y := innerProduct(x, w, c.Nets)
	if b == nil {
		return y
	}
	return addBias(y, b)
}

func innerProduct(x, w *Node, nets int) *Node {
	if nets == 1 {
		return MatMul(x, w)
	}
	return DotGeneral(x, []int{2}, []int{0}, w, []int{1}, []int{0})
}
