package inspect

import (
	"fmt"
	"slices"

	"coadapt/gomlxnet/arch"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// Above runs the upper layers of a net, without dropout, on what left a layer below them: of that net, or of another
// one in its place. The graph is compiled at the first batch. An Above is for one goroutine at a time.
type Above struct{ *runner }

// NewAbove makes a runner of the layers above the first from layers, 0 to those of the arch less one, for batches of
// the given size, on the backend's first device. With from of 0 it takes pictures.
func NewAbove(backend compute.Backend, a arch.Arch, w arch.Weights, batch, from int) (*Above, error) {
	what := fmt.Sprintf("layers above %d of %s", from, a.Name)
	r, err := newRunner(backend, a, w, start{what, batch, from}, func(value variables, in []*Node) []*Node {
		return a.Graph(in[0], arch.Run{Value: value, From: from})[len(a.Blocks)-1-from:]
	})
	if err != nil {
		return nil, err
	}
	return &Above{r}, nil
}

// Shape is that of what Logits takes: [batch, height, width, channels], or [batch, units] above an inner product.
func (a *Above) Shape() []int { return slices.Clone(a.shape) }

// Logits gives the net's outputs, [batch, classes], for values of the shape that Shape says.
func (a *Above) Logits(values []float32) ([]float32, error) {
	out, err := a.call(values)
	if err != nil {
		return nil, err
	}
	return out[0].Data, nil
}
