package op

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

// materialize is x, computed once for all that reads it, and so is the gradient by it. XLA's CPU compiler puts what it
// holds for cheap into each of its readers: a pool's maxima along the height were computed again for those along the
// width, and twice in the gradient.
func materialize(x *Node) *Node {
	return withGradients(func(in []*Node) *Node { return once(in[0]) }, []*Node{x},
		func(_, dy *Node) *Node { return once(dy) })
}

// materializeGradient is materialize for the gradient alone.
func materializeGradient(x *Node) *Node {
	return IdentityWithCustomGradient(x, func(_, dy *Node) *Node { return once(dy) })
}

// once is x behind a barrier of optimisation. The library passes over a barrier of one value, which XLA's CPU compiles
// wrongly (go-xla v0.4.1).
func once(x *Node) *Node { return OptimizationBarriers(x, ScalarZero(x.Graph(), x.DType()))[0] }
