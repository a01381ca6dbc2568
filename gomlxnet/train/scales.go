package train

import (
	"errors"
	"fmt"

	"coadapt/gomlxnet/arch"

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
	if want := t.batch * t.arch.Input().Values(); len(images) != want {
		return nil, fmt.Errorf("batch of %d values, want %d", len(images), want)
	}
	layers := len(t.arch.Blocks)
	// The key is no pair of layers that PrefixFrom uses.
	p, err := programOf(t.graphs, t.prefixes, [2]int{-1, layers}, func() (*program, error) {
		return t.newProgram(1, 1, 0, func(scope *model.Scope, in []*Node) []*Node {
			var out []*Node
			for _, x := range t.arch.Graph(in[0], arch.Run{Scope: scope}) {
				out = append(out, ReduceAllMean(Square(x)))
			}
			return out
		})
	})
	if err != nil {
		return nil, err
	}
	out, err := execute([]*Trainer{t}, p, t.batches([]input{{images, t.arch.Input().Shape(t.batch)}}))
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
