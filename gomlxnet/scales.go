package gomlxnet

import (
	"encoding/binary"
	"errors"
	"fmt"
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
