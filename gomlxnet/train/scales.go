package train

import (
	"errors"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// MeanSquares gives, for each layer of the loaded net, the mean square of what leaves it for images [batch, size, size,
// channels]: after ReLU, pooling and normalisation, without dropout. Its root is the scale at which the next layer sees
// the features.
func (t *Trainer) MeanSquares(images []float32) ([]float64, error) {
	graph := func(vars *variables, in []*Node) []*Node {
		var out []*Node
		for _, x := range t.arch.Graph(in[0], vars.run()) {
			out = append(out, ReduceAllMean(Square(x)))
		}
		return out
	}
	out, err := t.forward("scales of", graph, images, t.arch.Input())
	if err != nil {
		return nil, err
	}
	squares := make([]float64, len(out))
	for i := range squares {
		x, serr := scalar[float32](out[i])
		squares[i], err = float64(x), errors.Join(err, serr)
	}
	return squares, errors.Join(err, finalize(out))
}
