package gomlxnet

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// Dropout is Caffe's: in training each value is dropped with probability p and
// the others are divided by 1-p, so that nothing changes at test time. rng is
// a random state of shape [RNGStateShape]; the new state is returned.
func Dropout(x, rng *Node, p float64) (dropped, newRNG *Node) {
	dropped, rngs := dropout(x, []*Node{rng}, p)
	return dropped, rngs[0]
}

// dropout is Dropout of several nets, each by a state of its own: all come to the values that they come to alone.
func dropout(x *Node, rngs []*Node, p float64) (dropped *Node, newRNGs []*Node) {
	dims := eachShape(x, len(rngs))
	draws := make([]*Node, len(rngs))
	newRNGs = make([]*Node, len(rngs))
	for i, rng := range rngs {
		newRNGs[i], draws[i] = RandomUniform(rng, shapes.Make(dtypes.Float32, dims...))
	}
	u := stack(draws)
	keep := GreaterOrEqual(u, Scalar(x.Graph(), u.DType(), p))
	return Where(keep, DivScalar(x, 1-p), ZerosLike(x)), newRNGs
}
