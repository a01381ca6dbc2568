package inspect

import (
	"fmt"
	"maps"
	"slices"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/op"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/pkg/errors"
)

// Statistics finds the statistics of a net's normalisations again, where its weights have changed: mean and variance
// of each are the mean of those of all batches, each layer below already with the batch's (Izmailov et al. 2018,
// Averaging Weights Leads to Wider Optima and Better Generalization, section 3.2). There is no dropout. A Statistics is
// for one goroutine at a time.
type Statistics struct {
	arch  arch.Arch
	batch int
	paths []string // of the statistics, in the order of the graph's first outputs
	store *model.Store
	exec  *model.Exec
}

// NewStatistics makes a finder for batches of the given size, 2 at least, on the backend's first device. It fails for
// an arch without statistics.
func NewStatistics(backend compute.Backend, a arch.Arch, w arch.Weights, batch int) (*Statistics, error) {
	if err := a.Check(w); err != nil {
		return nil, err
	}
	if !a.HasStatistics() || batch < 2 {
		return nil, fmt.Errorf("statistics of %s in batches of %d: want an arch with batch_norm, and 2 images at least",
			a.Name, batch)
	}
	s := &Statistics{arch: a, batch: batch, store: model.NewStore()}
	follows := a // a momentum of 1 leaves the batch's statistics alone
	follows.Blocks = nil
	for _, b := range a.Blocks {
		b.Ops = slices.Clone(b.Ops)
		for i, o := range b.Ops {
			if norm, ok := o.Spec.(op.BatchNorm); ok {
				norm.Momentum = 1
				b.Ops[i].Spec = norm
			}
		}
		follows.Blocks = append(follows.Blocks, b)
	}
	vars, err := follows.Variables()
	if err != nil {
		return nil, err
	}
	if err := createVariables(s.store, w); err != nil {
		return nil, err
	}
	s.exec, err = model.NewExec(backend, s.store, func(scope *model.Scope, images *Node) []*Node {
		found := map[int]*Node{}
		left := follows.Graph(images, arch.Run{Batch: true,
			Value: func(i int) *Node { return s.store.GetVariable(vars[i].Path).NodeValue(images.Graph()) },
			Set:   func(i int, value *Node) { found[i] = value }})
		var out []*Node
		s.paths = s.paths[:0]
		for _, i := range slices.Sorted(maps.Keys(found)) {
			s.paths, out = append(s.paths, vars[i].Path), append(out, found[i])
		}
		return append(out, left[len(left)-1]) // the Go backend fails where nothing reads the last operation
	})
	if err != nil {
		s.store.Finalize()
		return nil, err
	}
	return s, nil
}

// Of is w with the statistics of batches of images, each [batch, size, size, channels]. It fails for none.
func (s *Statistics) Of(w arch.Weights, batches [][]float32) (arch.Weights, error) {
	if err := s.arch.Check(w); err != nil {
		return nil, err
	}
	if len(batches) == 0 {
		return nil, fmt.Errorf("statistics of %s: no batch of images, want one at least", s.arch.Name)
	}
	if err := loadVariables(s.store, w); err != nil {
		return nil, err
	}
	sums := map[string][]float64{}
	for _, images := range batches {
		if err := s.add(sums, images); err != nil {
			return nil, err
		}
	}
	out := w.Clone()
	for path, sum := range sums {
		t := arch.Tensor{Shape: w[path].Shape, Data: make([]float32, len(sum))}
		for i, v := range sum {
			t.Data[i] = float32(v / float64(len(batches)))
		}
		out[path] = t
	}
	return out, nil
}

// add adds the statistics of one batch.
func (s *Statistics) add(sums map[string][]float64, images []float32) error {
	a := s.arch
	if want := s.batch * a.Size * a.Size * a.Channels; len(images) != want {
		return fmt.Errorf("statistics of %s: a batch of %d values, want %d", a.Name, len(images), want)
	}
	out, err := s.exec.Call(tensors.FromFlatDataAndDimensions(images, s.batch, a.Size, a.Size, a.Channels))
	if err != nil {
		return errors.WithMessagef(err, "statistics of %s", a.Name)
	}
	for i, t := range out {
		if i == len(s.paths) {
			t.MustFinalizeAll()
			break
		}
		data, failed := tensors.CopyFlatData[float32](t)
		t.MustFinalizeAll()
		if failed != nil {
			err = errors.WithMessagef(failed, "statistics of %s", a.Name)
			continue
		}
		sum := sums[s.paths[i]]
		if sum == nil {
			sum = make([]float64, len(data))
			sums[s.paths[i]] = sum
		}
		for k, v := range data {
			sum[k] += float64(v)
		}
	}
	return err
}

// Close frees the compiled graph and the net.
func (s *Statistics) Close() {
	s.exec.Finalize()
	s.store.Finalize()
}
