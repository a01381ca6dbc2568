package inspect

import (
	"fmt"
	"slices"

	"coadapt/gomlxnet/arch"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/pkg/errors"
)

// runner is a graph over one net, which another of the same arch may take the place of.
type runner struct {
	arch  arch.Arch
	what  string // for messages
	shape []int  // of its first input
	store *model.Store
	exec  *model.Exec
}

// variables gives the variables of a net in a graph.
type variables = func(v arch.Variable) *graph.Node

// graphFn is a graph of some inputs and of a net's variables.
type graphFn = func(value variables, in []*graph.Node) []*graph.Node

// start is the first input of a graph: a batch of what enters the layer behind the first from layers, pictures for 0.
type start struct {
	what        string // is computed, for messages
	batch, from int
}

// newRunner makes a runner on the backend's first device. Its graph is compiled at the first call.
func newRunner(backend compute.Backend, a arch.Arch, w arch.Weights, at start, f graphFn) (*runner, error) {
	if at.from < 0 || at.from >= len(a.Blocks) {
		return nil, fmt.Errorf("%s above %d layers, want 0 to %d", at.what, at.from, len(a.Blocks)-1)
	}
	if at.batch < 1 {
		return nil, fmt.Errorf("%s: batch of %d, want 1 at least", at.what, at.batch)
	}
	dims, err := a.Dims()
	if err != nil {
		return nil, err
	}
	if err := a.Check(w); err != nil {
		return nil, err
	}
	r := &runner{arch: a, what: at.what, shape: dims[at.from].In.Shape(at.batch), store: model.NewStore()}
	for path, t := range w {
		if _, err := r.store.CreateVariable(path, tensors.FromFlatDataAndDimensions(t.Data, t.Shape...)); err != nil {
			r.store.Finalize()
			return nil, errors.WithMessagef(err, "variable %s", path)
		}
	}
	r.exec, err = model.NewExec(backend, r.store, func(_ *model.Scope, in []*graph.Node) []*graph.Node {
		return f(func(v arch.Variable) *graph.Node { return r.store.GetVariable(v.Path).NodeValue(in[0]) }, in)
	})
	if err != nil {
		r.store.Finalize()
		return nil, err
	}
	return r, nil
}

// Load puts another net of the same arch into its place. Nothing is compiled again.
func (r *runner) Load(w arch.Weights) error {
	if err := r.arch.Check(w); err != nil {
		return err
	}
	for path, t := range w {
		value := tensors.FromFlatDataAndDimensions(t.Data, t.Shape...)
		if err := r.store.GetVariable(path).SetValue(value); err != nil {
			return errors.WithMessagef(err, "variable %s", path)
		}
	}
	return nil
}

// call runs the graph on values of the shape and the inputs behind them, and copies what it returns.
func (r *runner) call(values []float32, inputs ...any) ([]arch.Tensor, error) {
	if want := shapes.Make(dtypes.Float32, r.shape...).Size(); len(values) != want {
		return nil, fmt.Errorf("%s: %d values, want %d", r.what, len(values), want)
	}
	out, err := r.exec.Call(append([]any{tensors.FromFlatDataAndDimensions(values, r.shape...)}, inputs...)...)
	if err != nil {
		return nil, errors.WithMessage(err, r.what)
	}
	results := make([]arch.Tensor, len(out))
	for i, t := range out {
		data, failed := tensors.CopyFlatData[float32](t)
		if failed != nil {
			err = errors.WithMessage(failed, r.what)
		}
		results[i] = arch.Tensor{Shape: slices.Clone(t.Shape().Dimensions), Data: data}
		t.MustFinalizeAll()
	}
	return results, err
}

// Close frees the compiled graph and the net.
func (r *runner) Close() {
	r.exec.Finalize()
	r.store.Finalize()
}
