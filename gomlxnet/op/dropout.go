package op

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// Dropout is Caffe's: in training each value is dropped with probability P and
// the others are divided by 1-P, so that nothing changes at test time. It stays live in frozen blocks, as in the paper.
type Dropout struct {
	P float64 `json:"p"` // in [0, 1)

	plain
}

// Kind is Caffe's word.
func (Dropout) Kind() string { return "dropout" }

// Dims says what is wrong with the probability.
func (d Dropout) Dims(in []Dims) (Dims, error) {
	if d.P < 0 || d.P >= 1 {
		return Dims{}, fmt.Errorf("dropout %v, want a probability in [0, 1)", d.P)
	}
	return in[0], nil
}

// Static says that nothing is dropped.
func (d Dropout) Static() bool { return d.P == 0 }

// Build draws from the pass's random states.
func (d Dropout) Build(c *Context, in []*Node) *Node {
	if d.P == 0 || c.RNGs == nil {
		return in[0]
	}
	var x *Node
	x, c.RNGs = dropout(in[0], c.RNGs, d.P)
	return x
}

// dropout drops values of several nets, each by a random state of its own, of shape [RNGStateShape]: all come to the
// values that they come to alone. The new states are returned.
func dropout(x *Node, rngs []*Node, p float64) (dropped *Node, newRNGs []*Node) {
	dims := eachShape(x, len(rngs))
	draws := make([]*Node, len(rngs))
	newRNGs = make([]*Node, len(rngs))
	for i, rng := range rngs {
		newRNGs[i], draws[i] = RandomUniform(rng, shapes.Make(dtypes.Float32, dims...))
	}
	u := StackNets(draws)
	keep := GreaterOrEqual(u, Scalar(x.Graph(), u.DType(), p))
	return Where(keep, DivScalar(x, 1-p), ZerosLike(x)), newRNGs
}

// DropoutState derives the state of the graph's generator from seed and
// iteration alone, so that a resumed net draws the masks it would have drawn.
func DropoutState(seed uint64, iteration int) [3]uint64 {
	var k [32]byte
	binary.BigEndian.PutUint64(k[:], seed)
	binary.BigEndian.PutUint64(k[8:], uint64(iteration))
	rng := rand.NewChaCha8(k)
	return [3]uint64{rng.Uint64(), rng.Uint64(), rng.Uint64()}
}
