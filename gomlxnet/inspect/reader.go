package inspect

import (
	"fmt"
	"slices"

	"coadapt/gomlxnet/arch"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/pkg/errors"
)

// Reader runs one net forward, without dropout, and gives what leaves its layers:
// what the next layer sees, after ReLU, pooling and normalisation. The graph is
// compiled at the first batch. A Reader is for one goroutine at a time.
type Reader struct {
	arch   arch.Arch
	batch  int
	layers []int
	store  *model.Store
	exec   *model.Exec
}

// NewReader makes a reader of a net's layers, from 0 and each once, for
// batches of the given size, on the backend's first device.
func NewReader(backend compute.Backend, a arch.Arch, w arch.Weights, batch int, layers ...int) (*Reader, error) {
	if err := a.Check(w); err != nil {
		return nil, err
	}
	if batch < 1 || len(layers) == 0 {
		return nil, fmt.Errorf(
			"reader of %s: batch of %d images, %d layers; want at least one of each",
			a.Name,
			batch,
			len(layers),
		)
	}
	for i, l := range layers {
		if l < 0 || l >= len(a.Blocks) || slices.Contains(layers[:i], l) {
			return nil, fmt.Errorf(
				"reader of %s: layers %v, want each of them once, from 0 to %d",
				a.Name,
				layers,
				len(a.Blocks)-1,
			)
		}
	}
	r := &Reader{arch: a, batch: batch, layers: slices.Clone(layers), store: model.NewStore()}
	if err := createVariables(r.store, w); err != nil {
		return nil, err
	}
	var err error
	r.exec, err = model.NewExec(backend, r.store, func(scope *model.Scope, images *Node) []*Node {
		all := a.Graph(images, arch.Run{Scope: scope, To: slices.Max(r.layers) + 1})
		var out []*Node
		for _, l := range r.layers {
			out = append(out, all[l])
		}
		return out
	})
	if err != nil {
		r.store.Finalize()
		return nil, err
	}
	return r, nil
}

// Read gives the outputs of the reader's layers, in its order, for images
// [batch, size, size, channels]: [batch, height, width, channels] of a
// convolution, [batch, units] of an inner product.
func (r *Reader) Read(images []float32) ([]arch.Tensor, error) {
	a := r.arch
	if len(images) != r.batch*a.Size*a.Size*a.Channels {
		return nil, fmt.Errorf("batch of %d pixel values, want %d·%d·%d·%d", len(images), r.batch, a.Size, a.Size, a.Channels)
	}
	out, err := r.exec.Call(tensors.FromFlatDataAndDimensions(images, r.batch, a.Size, a.Size, a.Channels))
	if err != nil {
		return nil, errors.WithMessagef(err, "reading layers of %s", a.Name)
	}
	defer func() {
		for _, o := range out {
			o.MustFinalizeAll()
		}
	}()
	read := make([]arch.Tensor, len(out))
	for i, t := range out {
		data, err := tensors.CopyFlatData[float32](t)
		if err != nil {
			return nil, errors.WithMessagef(err, "reading layer %s", a.Blocks[r.layers[i]].Name)
		}
		read[i] = arch.Tensor{Shape: slices.Clone(t.Shape().Dimensions), Data: data}
	}
	return read, nil
}

// Close frees the compiled graph and the net.
func (r *Reader) Close() {
	r.exec.Finalize()
	r.store.Finalize()
}
