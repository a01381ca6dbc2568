package gomlxnet

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// withGradients is f of the inputs with gradients that are written out: by input i it is what gradients[i]
// makes of the result y and the gradient dy by it. That by y is known before those by the inputs are asked for.
//
// The library derives its own on the way, of which nothing is used and nothing is left when XLA has compiled the graph.
func withGradients(f func(inputs []*Node) *Node, inputs []*Node, gradients ...func(y, dy *Node) *Node) *Node {
	var y, dy *Node
	in := make([]*Node, len(inputs))
	for i, x := range inputs {
		in[i] = IdentityWithCustomGradient(x, func(_, _ *Node) *Node { return gradients[i](y, dy) })
	}
	y = f(in)
	return IdentityWithCustomGradient(y, func(_, v *Node) *Node { dy = v; return v })
}
