package inspect

import (
	"fmt"
	"slices"

	"coadapt/gomlxnet/arch"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/pkg/errors"
)

// Load puts another net of the same arch into the reader. Nothing is compiled again.
func (r *Reader) Load(w arch.Weights) error {
	if err := r.arch.Check(w); err != nil {
		return err
	}
	return loadVariables(r.store, w)
}

// createVariables puts a net's variables into an empty store. Where that fails, the store is freed.
func createVariables(store *model.Store, w arch.Weights) error {
	for path, t := range w {
		if _, err := store.CreateVariable(path, tensors.FromFlatDataAndDimensions(t.Data, t.Shape...)); err != nil {
			store.Finalize()
			return errors.WithMessagef(err, "variable %s", path)
		}
	}
	return nil
}

// loadVariables gives the variables of a store new values.
func loadVariables(store *model.Store, w arch.Weights) error {
	for path, t := range w {
		value := tensors.FromFlatDataAndDimensions(t.Data, t.Shape...)
		if err := store.GetVariable(path).SetValue(value); err != nil {
			return errors.WithMessagef(err, "variable %s", path)
		}
	}
	return nil
}

// Above runs the upper layers of a net, without dropout, on what left a layer below them: of that net, or of another
// one in its place. The graph is compiled at the first batch. An Above is for one goroutine at a time.
type Above struct {
	arch  arch.Arch
	from  int
	shape []int // of what it takes
	store *model.Store
	exec  *model.Exec
}

// NewAbove makes a runner of the layers above the first from layers, 0 to those of the arch less one, for batches of
// the given size, on the backend's first device. With from of 0 it takes pictures.
func NewAbove(backend compute.Backend, net arch.Arch, w arch.Weights, batch, from int) (*Above, error) {
	if err := net.Check(w); err != nil {
		return nil, err
	}
	if batch < 1 || from < 0 || from >= len(net.Blocks) {
		return nil, fmt.Errorf(
			"layers above %d of %s on batches of %d: want 0 to %d layers below, and a batch of 1 at least",
			from,
			net.Name,
			batch,
			len(net.Blocks)-1,
		)
	}
	dims, err := net.Dims()
	if err != nil {
		return nil, err
	}
	a := &Above{arch: net, from: from, shape: dims[from].In.Shape(batch), store: model.NewStore()}
	if err := createVariables(a.store, w); err != nil {
		return nil, err
	}
	a.exec, err = model.NewExec(backend, a.store, func(scope *model.Scope, x *Node) *Node {
		left := net.Graph(x, arch.Run{Scope: scope, From: from})
		return left[len(left)-1]
	})
	if err != nil {
		a.store.Finalize()
		return nil, err
	}
	return a, nil
}

// Shape is that of what Logits takes: [batch, height, width, channels], or [batch, units] above an inner product.
func (a *Above) Shape() []int { return slices.Clone(a.shape) }

// Load puts another net of the same arch into its place. Nothing is compiled again.
func (a *Above) Load(w arch.Weights) error {
	if err := a.arch.Check(w); err != nil {
		return err
	}
	return loadVariables(a.store, w)
}

// Logits gives the net's outputs, [batch, classes], for values of the shape that Shape says.
func (a *Above) Logits(values []float32) ([]float32, error) {
	if want := shapes.Make(dtypes.Float32, a.shape...).Size(); len(values) != want {
		return nil, fmt.Errorf("layers above %d of %s: %d values, want %d", a.from, a.arch.Name, len(values), want)
	}
	out, err := a.exec.Call(tensors.FromFlatDataAndDimensions(values, a.shape...))
	if err != nil {
		return nil, errors.WithMessagef(err, "layers above %d of %s", a.from, a.arch.Name)
	}
	defer out[0].MustFinalizeAll()
	return tensors.CopyFlatData[float32](out[0])
}

// Close frees the compiled graph and the net.
func (a *Above) Close() {
	a.exec.Finalize()
	a.store.Finalize()
}
