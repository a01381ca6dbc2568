package inspect

import (
	"fmt"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/op"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// Statistics finds the statistics of a net's normalisations again, where its weights have changed: mean and variance
// of each are the mean of those of all batches, each layer below already with the batch's (Izmailov et al. 2018,
// Averaging Weights Leads to Wider Optima and Better Generalization, section 3.2). There is no dropout. A Statistics is
// for one goroutine at a time.
type Statistics struct {
	net   *runner
	paths []string // of the statistics, in the order of the graph's first outputs
}

// NewStatistics makes a finder for batches of the given size, 2 at least, on the backend's first device. It fails for
// an arch without statistics.
func NewStatistics(backend compute.Backend, a arch.Arch, w arch.Weights, batch int) (*Statistics, error) {
	if !a.HasStatistics() || batch < 2 {
		return nil, fmt.Errorf("statistics of %s in batches of %d: want an arch with batch_norm, and 2 images at least",
			a.Name, batch)
	}
	vars, err := a.Variables()
	if err != nil {
		return nil, err
	}
	s := new(Statistics)
	for _, v := range vars {
		if v.Role == op.Statistic {
			s.paths = append(s.paths, v.Path)
		}
	}
	at := start{"statistics of " + a.Name, batch, 0}
	s.net, err = newRunner(backend, a, w, at, func(value variables, in []*Node) []*Node {
		found := map[string]*Node{}
		left := a.Graph(in[0], arch.Run{Batch: true, Value: value,
			Set: func(v arch.Variable, value *Node) { found[v.Path] = value }})
		var out []*Node
		for _, path := range s.paths {
			out = append(out, found[path])
		}
		return append(out, left[len(left)-1]) // the Go backend fails where nothing reads the last operation
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Of is w with the statistics of batches of images, each [batch, size, size, channels]. It fails for none.
func (s *Statistics) Of(w arch.Weights, batches [][]float32) (arch.Weights, error) {
	if len(batches) == 0 {
		return nil, fmt.Errorf("%s: no batch of images, want one at least", s.net.what)
	}
	if err := s.net.Load(w); err != nil {
		return nil, err
	}
	sums := map[string][]float64{}
	for _, images := range batches {
		found, err := s.net.call(images)
		if err != nil {
			return nil, err
		}
		for i, path := range s.paths {
			if sums[path] == nil {
				sums[path] = make([]float64, len(found[i].Data))
			}
			for k, v := range found[i].Data {
				sums[path][k] += float64(v)
			}
		}
	}
	out := w.Clone()
	for path, sum := range sums {
		for i, v := range sum {
			out[path].Data[i] = float32(v / float64(len(batches)))
		}
	}
	return out, nil
}

// Close frees the compiled graph and the net.
func (s *Statistics) Close() { s.net.Close() }
