package inspect

import (
	"fmt"
	"slices"

	"coadapt/gomlxnet/arch"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// Reader runs one net forward, without dropout, and gives what leaves its layers:
// what the next layer sees, after ReLU, pooling and normalisation. The graph is
// compiled at the first batch. A Reader is for one goroutine at a time.
type Reader struct{ *runner }

// NewReader makes a reader of a net's layers, from 0 and each once, for
// batches of the given size, on the backend's first device.
func NewReader(backend compute.Backend, a arch.Arch, w arch.Weights, batch int, layers ...int) (*Reader, error) {
	if len(layers) == 0 {
		return nil, fmt.Errorf("reader of %s: 0 layers, want at least one", a.Name)
	}
	for i, l := range layers {
		if l < 0 || l >= len(a.Blocks) || slices.Contains(layers[:i], l) {
			return nil, fmt.Errorf("reader of %s: layers %v, want each of them once, from 0 to %d",
				a.Name, layers, len(a.Blocks)-1)
		}
	}
	layers = slices.Clone(layers)
	graph := func(value variables, in []*Node) (out []*Node) {
		all := a.Graph(in[0], arch.Run{Value: value, To: slices.Max(layers) + 1})
		for _, l := range layers {
			out = append(out, all[l])
		}
		return out
	}
	r, err := newRunner(backend, a, w, start{"reading layers of " + a.Name, batch, 0}, graph)
	if err != nil {
		return nil, err
	}
	return &Reader{r}, nil
}

// Read gives the outputs of the reader's layers, in its order, for images
// [batch, size, size, channels]: [batch, height, width, channels] of a
// convolution, [batch, units] of an inner product.
func (r *Reader) Read(images []float32) ([]arch.Tensor, error) {
	if want := r.shape; len(images) != want[0]*r.arch.Input().Values() {
		return nil, fmt.Errorf("batch of %d pixel values, want %d·%d·%d·%d", len(images), want[0], want[1], want[2],
			want[3])
	}
	return r.call(images)
}
