package gomlxnet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/ml/model"
)

// MeanSquares gives, for each layer of the loaded net, the mean square of what leaves it for images [batch, size, size,
// channels]: after ReLU, pooling and normalisation, without dropout. Its root is the scale at which the next layer sees
// the features.
func (t *Trainer) MeanSquares(images []float32) ([]float64, error) {
	if !t.loaded {
		return nil, t.errNoNet()
	}
	if want := product(t.imagesShape()); len(images) != want {
		return nil, fmt.Errorf("batch of %d values, want %d", len(images), want)
	}
	layers := len(t.arch.Blocks)
	// The key is no pair of layers that PrefixFrom uses.
	p, err := programOf(t.graphs, t.prefixes, [2]int{-1, layers}, func() (*program, error) {
		return t.newProgram(1, 1, 0, func(scope *model.Scope, in []*Node) []*Node {
			var out []*Node
			for _, x := range t.arch.blocksGraph(scope, in[0], nil, Cut{}, 0, layers) {
				out = append(out, ReduceAllMean(Square(x)))
			}
			return out
		})
	})
	if err != nil {
		return nil, err
	}
	out, err := execute([]*Trainer{t}, p, t.batches(images, t.imagesShape(), nil))
	if err != nil {
		return nil, fmt.Errorf("scales of %s: %w", t.arch.Name, err)
	}
	squares := make([]float64, layers)
	for i := range squares {
		x, serr := scalar[float32](out[i])
		squares[i], err = float64(x), errors.Join(err, serr)
	}
	return squares, errors.Join(err, finalize(out))
}

// Rescaled returns weights in which what leaves layer n (from 1) is multiplied by factor for every image. Of the
// operations of the layer it multiplies what those learned that are the last with variables on their way: as
// convolution, inner product, batch norm's scale and shift, ReLU, pooling, sums and concatenation are homogeneous, what
// leaves the layer is multiplied too; behind local response normalisation only nearly so, as that is not homogeneous.
// It fails where factor is not a finite number above 0, and where something else reaches the layer's end, such as what
// enters a residual block that adds it as it is.
func (a Arch) Rescaled(w Weights, n int, factor float64) (Weights, error) {
	if n < 1 || n > a.Cuts() {
		return nil, fmt.Errorf("rescaling layer %d of arch %q, want 1 to %d", n, a.Name, a.Cuts())
	}
	if !(factor > 0) || math.IsInf(factor, 1) {
		return nil, fmt.Errorf("rescaling layer %d of arch %q by %v, want a finite number above 0", n, a.Name, factor)
	}
	net, err := a.wire()
	if err != nil {
		return nil, err
	}
	if err := a.Check(w); err != nil {
		return nil, err
	}
	vars, err := net.blocks[n-1].scaling()
	if err != nil {
		return nil, fmt.Errorf("rescaling layer %d of arch %q, block %s: %w", n, a.Name, a.Blocks[n-1].Name, err)
	}
	out := w.Clone()
	for _, v := range vars {
		if net.vars[v].Role != Learned {
			continue
		}
		data := out[net.vars[v].Path].Data
		for i, x := range data {
			data[i] = float32(float64(x) * factor)
		}
	}
	return out, nil
}

// scaling are the variables, as indices of the net's, that multiply what leaves the block. The ways from its end lead
// back over operations that keep a factor to the first with variables on each.
func (b wiredBlock) scaling() (vars []int, err error) {
	reached := make([]bool, len(b.ops)+1) // by operation, from 1; 0 is what enters
	reached[len(b.ops)] = true
	for k := len(b.ops); k >= 1; k-- {
		o := b.ops[k-1]
		if reached[k] && len(o.vars) > 0 {
			vars = append(vars, o.vars...)
		} else if reached[k] {
			for _, f := range o.from {
				reached[f] = true
			}
		}
	}
	if reached[0] {
		return nil, errors.New(
			"what enters it reaches its end as it is, so that its weights alone cannot change the scale",
		)
	}
	for k, o := range b.ops {
		for _, f := range o.from {
			if reached[f] && (!reached[k+1] || len(o.vars) > 0) {
				return nil, fmt.Errorf(
					"operation %d, %s, would see the factor, too, and has weights of its own",
					k+1,
					o.Kind(),
				)
			}
		}
	}
	return vars, nil
}

// Shuffled returns weights in which the values of each variable of layers 1..n are in another order, a pure function of
// the seed: each keeps its mean and its variance, and knows nothing. It fails where the arch has no such layers.
func (a Arch) Shuffled(w Weights, n int, seed uint64) (Weights, error) {
	if err := (Cut{N: n}).Check(a); err != nil {
		return nil, err
	}
	if err := a.Check(w); err != nil {
		return nil, err
	}
	vars, err := a.Variables()
	if err != nil {
		return nil, err
	}
	out := w.Clone()
	var key [32]byte
	binary.BigEndian.PutUint64(key[:], seed)
	rng := rand.New(rand.NewChaCha8(key))
	for _, v := range vars {
		if data := out[v.Path].Data; v.Layer < n {
			rng.Shuffle(len(data), func(i, j int) { data[i], data[j] = data[j], data[i] })
		}
	}
	return out, nil
}
