package inspect

import (
	"fmt"
	"slices"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/op"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
)

// Stitch is the upper layers of a net, which stay as they are, on features of another net's layer that an affine map
// brings to them: a convolution of 1 by 1. It says how the map would have to change for the net to be right. There is
// no dropout. A Stitch is for one goroutine at a time.
type Stitch struct {
	*runner
	to int // units that the upper layers take
}

// NewStitch makes one of the layers above the first from layers, 1 to those of the arch less one, for features with
// that many units at as many places as the net's own have, on the backend's first device. Its parameters are those of a
// net on a backend and the three sizes of its input.
func NewStitch(backend compute.Backend, a arch.Arch, w arch.Weights, batch, from, units int) (*Stitch, error) {
	if from < 1 || from >= len(a.Blocks) || units < 1 {
		return nil, fmt.Errorf("a stitch of %d units above %d layers of %s: want 1 to %d layers below, and 1 unit "+
			"at least", units, from, a.Name, len(a.Blocks)-1)
	}
	at := start{"a stitch of " + a.Name, batch, from}
	r, err := newRunner(backend, a, w, at, func(value variables, in []*Node) []*Node {
		x, labels, weights := in[0], in[1], in[2]
		to := weights.Shape().Dim(1)
		own := slices.Clone(x.Shape().Dimensions)
		own[len(own)-1] = to
		slope := Slice(weights, AxisRange(0, units), AxisRange())
		constant := Reshape(Slice(weights, AxisRange(units, units+1), AxisRange()), to)
		flat := Einsum("pi,ij->pj", Reshape(x, -1, units), slope)
		mapped := Reshape(Add(flat, BroadcastToShape(Reshape(constant, 1, to), flat.Shape())), own...)
		left := a.Graph(mapped, arch.Run{Value: value, From: from})
		loss := ReduceAllMean(op.CrossEntropy(left[len(left)-1], labels))
		return []*Node{loss, Gradient(loss, weights)[0]}
	})
	if err != nil {
		return nil, err
	}
	last := len(r.shape) - 1
	to := r.shape[last]
	r.shape[last] = units
	return &Stitch{r, to}, nil
}

// Gradient is the mean cross-entropy in nats of a batch of features of the shape that the Stitch takes, and its
// gradient by the map: weights are [units + 1, units of the upper layers], the constant last.
func (s *Stitch) Gradient(features []float32, labels []int, weights []float32) (float64, []float32, error) {
	units := s.shape[len(s.shape)-1]
	if len(labels) != s.shape[0] || len(weights) != (units+1)*s.to {
		return 0, nil, fmt.Errorf("%s: %d labels and %d weights, want %d and %d",
			s.what, len(labels), len(weights), s.shape[0], (units+1)*s.to)
	}
	of := make([]int32, len(labels))
	for i, label := range labels {
		if label < 0 || label >= s.arch.Classes {
			return 0, nil, fmt.Errorf("%s: label %d, want 0 to %d", s.what, label, s.arch.Classes-1)
		}
		of[i] = int32(label)
	}
	out, err := s.call(features, tensors.FromFlatDataAndDimensions(of, len(of)),
		tensors.FromFlatDataAndDimensions(weights, units+1, s.to))
	if err != nil {
		return 0, nil, err
	}
	return float64(out[0].Data[0]), out[1].Data, nil
}
