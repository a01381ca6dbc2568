package inspect

import (
	"slices"

	"coadapt/gomlxnet/arch"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/pkg/errors"
)

// runner is a graph over one net, which another of the same arch may take the place of.
type runner struct {
	arch  arch.Arch
	what  string // for messages
	store *model.Store
	exec  *model.Exec
}

// graphFn is a graph of some inputs over the variables of a scope.
type graphFn = func(scope *model.Scope, in []*graph.Node) []*graph.Node

// newRunner makes a runner on the backend's first device. Its graph is compiled at the first call.
func newRunner(backend compute.Backend, a arch.Arch, w arch.Weights, what string, f graphFn) (*runner, error) {
	if err := a.Check(w); err != nil {
		return nil, err
	}
	r := &runner{arch: a, what: what, store: model.NewStore()}
	for path, t := range w {
		if _, err := r.store.CreateVariable(path, tensors.FromFlatDataAndDimensions(t.Data, t.Shape...)); err != nil {
			r.store.Finalize()
			return nil, errors.WithMessagef(err, "variable %s", path)
		}
	}
	var err error
	if r.exec, err = model.NewExec(backend, r.store, f); err != nil {
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

// call runs the graph and copies what it returns.
func (r *runner) call(inputs ...any) ([]arch.Tensor, error) {
	out, err := r.exec.Call(inputs...)
	if err != nil {
		return nil, errors.WithMessage(err, r.what)
	}
	values := make([]arch.Tensor, len(out))
	for i, t := range out {
		data, failed := tensors.CopyFlatData[float32](t)
		if failed != nil {
			err = errors.WithMessage(failed, r.what)
		}
		values[i] = arch.Tensor{Shape: slices.Clone(t.Shape().Dimensions), Data: data}
		t.MustFinalizeAll()
	}
	return values, err
}

// Close frees the compiled graph and the net.
func (r *runner) Close() {
	r.exec.Finalize()
	r.store.Finalize()
}
