package gomlxnet

import (
	"fmt"
	"slices"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// Several nets of one arch in one graph are stacked, so that an operation of it is that of all nets. One net has none of it.
//
//	images, and what leaves a convolution   [batch, height, width, nets·channels]
//	what leaves an inner product            [nets, batch, out]
//	labels                                  [nets, batch]
//	a convolution's weights and biases      [k, k, in/groups, nets·out], [nets·out]
//	an inner product's weights and biases   [nets, in, out], [nets, out]
//
// A convolution of stacked nets is one with groups, a product one with a batch axis, and pools, relus and the solver know no difference.

// stack lays values or labels of nets together.
func stack(nets []*Node) *Node {
	switch {
	case len(nets) == 1:
		return nets[0]
	case nets[0].Rank() == 4:
		return Concatenate(nets, -1)
	}
	return Stack(nets, 0)
}

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

// stackVariable lays a variable of nets together, of a layer of some kind.
func stackVariable(nets []*Node, kind Kind) *Node {
	switch {
	case len(nets) == 1:
		return nets[0]
	case kind == Convolution:
		return Concatenate(nets, -1)
	}
	return Stack(nets, 0)
}

// unstackVariable takes apart what stackVariable laid together.
func unstackVariable(x *Node, nets int, kind Kind) []*Node {
	if nets == 1 {
		return []*Node{x}
	}
	parts := make([]*Node, nets)
	for i := range parts {
		if kind == Convolution {
			parts[i] = group(x, i, nets)
		} else {
			parts[i] = Squeeze(SliceAxis(x, 0, AxisElem(i)), 0)
		}
	}
	return parts
}

// stackRates gives the nets' rates, scalars, a shape that a product with a stacked variable spreads.
func stackRates(rates []*Node, variable *Node, kind Kind) *Node {
	if len(rates) == 1 {
		return rates[0]
	}
	dims := slices.Repeat([]int{1}, variable.Rank())
	if kind != Convolution {
		dims[0] = len(rates)
		return Reshape(Stack(rates, 0), dims...)
	}
	dims[len(dims)-1] = variable.Shape().Dim(-1)
	each := BroadcastToDims(Reshape(Stack(rates, 0), len(rates), 1), len(rates), dims[len(dims)-1]/len(rates))
	return Reshape(each, dims...)
}

// pathOf is the path of a variable of a net, in the graph of so many.
func pathOf(path string, net, nets int) string {
	if nets == 1 {
		return path
	}
	return fmt.Sprintf("/%d%s", net, path)
}
