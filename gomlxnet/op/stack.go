package op

import (
	"slices"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// Several nets of one arch in one graph are stacked, so that an operation of it is that of all nets. One net has none
// of it.
//
//	images, and what leaves a convolution   [batch, height, width, nets·channels]
//	what leaves an inner product            [nets, batch, out]
//	labels                                  [nets, batch]
//	variables that lie beside each other    [k, k, in/groups, nets·out], [nets·out]: a convolution's
//	other variables                         [nets, in, out], [nets, out]: an inner product's
//
// A convolution of stacked nets is one with groups, a product one with a batch axis, and pools, relus and the solver
// know no difference.

// StackNets lays values or labels of nets together.
func StackNets(nets []*Node) *Node { return Var{Beside: nets[0].Rank() == 4}.Stack(nets) }

// eachShape is the shape of one net's part of stacked values.
func eachShape(x *Node, nets int) []int {
	dims := slices.Clone(x.Shape().Dimensions)
	switch {
	case nets == 1:
	case x.Rank() == 4:
		dims[3] /= nets
	default:
		dims = dims[1:]
	}
	return dims
}

// Stack lays a variable of nets together.
func (v Var) Stack(nets []*Node) *Node {
	switch {
	case len(nets) == 1:
		return nets[0]
	case v.Beside:
		return Concatenate(nets, -1)
	}
	return Stack(nets, 0)
}

// Unstack takes apart what Stack laid together.
func (v Var) Unstack(x *Node, nets int) []*Node {
	if nets == 1 {
		return []*Node{x}
	}
	parts := make([]*Node, nets)
	for i := range parts {
		if v.Beside {
			parts[i] = group(x, i, nets)
		} else {
			parts[i] = Squeeze(SliceAxis(x, 0, AxisElem(i)), 0)
		}
	}
	return parts
}

// StackRates gives the nets' rates, scalars, a shape that a product with the stacked variable spreads.
func (v Var) StackRates(rates []*Node, variable *Node) *Node {
	if len(rates) == 1 {
		return rates[0]
	}
	dims := slices.Repeat([]int{1}, variable.Rank())
	if !v.Beside {
		dims[0] = len(rates)
		return Reshape(Stack(rates, 0), dims...)
	}
	dims[len(dims)-1] = variable.Shape().Dim(-1)
	each := BroadcastToDims(Reshape(Stack(rates, 0), len(rates), 1), len(rates), dims[len(dims)-1]/len(rates))
	return Reshape(each, dims...)
}
