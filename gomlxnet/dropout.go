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
	newRNG, u := RandomUniform(rng, shapes.Make(dtypes.Float32, x.Shape().Dimensions...))
	keep := GreaterOrEqual(u, Scalar(x.Graph(), u.DType(), p))
	return Where(keep, DivScalar(x, 1-p), ZerosLike(x)), newRNG
}
