package probing

import (
	"context"
	"fmt"
	"math"
	"slices"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/inspect"
)

// Criticality puts one layer of a net at a time back to the values that it had before the net's first step, computed
// again from its seed or taken from its parent, and to fresh ones drawn from another seed, and tests the net on test
// pictures (Zhang, Bengio and Singer 2019, Are All Layers Created Equal?). All of a layer's variables are put back.
//
// In a net with batch norm the statistics of other layers are not those of what they are given then, so that much may
// be lost that the layer itself did not hold. There are values with the statistics found again on training pictures,
// too.
type Criticality struct{}

// Names of the values of Criticality.
const (
	WholeAccuracy   = "accuracy"
	InitialAccuracy = "accuracy, layer at its initial values"
	FreshAccuracy   = "accuracy, layer at fresh values"
	Again           = ", statistics found again" // behind the others, of nets with batch norm
)

// freshSeed draws the values that no net of the store began with.
const freshSeed = 0x5eedf4e5

// Nets is 1.
func (Criticality) Nets() int { return 1 }

// Values are the accuracy of the whole net, and for each layer those without what it learned.
func (Criticality) Values(ctx context.Context, r *Runner, nets []*Subject) ([]Value, error) {
	s := nets[0]
	initial, err := r.lab.Initial(ctx, s.Result.Net)
	if err != nil {
		return nil, err
	}
	fresh, err := s.Arch.Init(freshSeed)
	if err != nil {
		return nil, err
	}
	var again func(w arch.Weights) (float64, error)
	if s.Arch.HasStatistics() {
		var end func()
		if again, end, err = r.settled(ctx, s); err != nil {
			return nil, err
		}
		defer end()
	}
	// accuracies are that of weights, and that with the statistics found again where there are any.
	accuracies := func(v Value, w arch.Weights) ([]Value, error) {
		right, _, err := r.tested(ctx, s, w, dataset.Test)
		if err != nil {
			return nil, err
		}
		found := []Value{v.of(mean(right, nil))}
		if again == nil {
			return found, nil
		}
		a, err := again(w)
		v.Name += Again
		return append(found, v.of(a)), err
	}
	values, err := accuracies(Value{Name: WholeAccuracy, Unit: "share"}, s.Weights)
	if err != nil {
		return nil, err
	}
	if again != nil {
		values[1] = values[1].failsIf(math.Abs(values[1].Number()-values[0].Number()) > 0.05,
			"with its statistics found again the whole net is another: the pictures are too few for them")
	}
	for l, b := range s.Arch.Blocks {
		for _, m := range []struct {
			name string
			from arch.Weights
		}{{InitialAccuracy, initial}, {FreshAccuracy, fresh}} {
			w, err := withLayer(s.Arch, s.Weights, m.from, l)
			if err != nil {
				return nil, err
			}
			found, err := accuracies(Value{Layer: b.Name, Name: m.name, Unit: "share"}, w)
			if err != nil {
				return nil, err
			}
			values = append(values, found...)
		}
	}
	return values, nil
}

// settled gives the accuracy of weights in the place of a net's own, with the statistics of normalisations found
// again on training pictures, until end is called.
func (r *Runner) settled(ctx context.Context, s *Subject) (
	accuracy func(w arch.Weights) (float64, error), end func(), err error) {
	var batches [][]float32
	count := r.count(s, dataset.Train)
	for batch, err := range s.shown.Clean(ctx, dataset.Train, count, s.Recipe.Batch, s.View) {
		if err != nil {
			return nil, nil, err
		}
		if (batch.Index+1)*s.Recipe.Batch <= count { // a batch that is not full is filled with zeros
			batches = append(batches, slices.Clone(batch.Images))
		}
	}
	find, err := inspect.NewStatistics(r.lab.Backend(), s.Arch, s.Weights, s.Recipe.Batch)
	if err != nil {
		return nil, nil, err
	}
	return func(w arch.Weights) (float64, error) {
		w, err := find.Of(w, batches)
		if err != nil {
			return 0, err
		}
		right, _, err := r.tested(ctx, s, w, dataset.Test)
		return mean(right, nil), err
	}, find.Close, nil
}

// withLayer is w with one layer, from 0, of other weights.
func withLayer(a arch.Arch, w, other arch.Weights, layer int) (arch.Weights, error) {
	vars, err := a.Variables()
	if err != nil {
		return nil, err
	}
	out := w.Clone()
	for _, v := range vars {
		if v.Layer != layer {
			continue
		}
		t, ok := other[v.Path]
		if !ok {
			return nil, fmt.Errorf("layer %s: the other weights lack %s", a.Blocks[layer].Name, v.Path)
		}
		out[v.Path] = t
	}
	return out, nil
}

// tested is whether weights in the place of a net's own are right on each picture of a part, 0 or 1, and the loss of
// each in nats.
func (r *Runner) tested(ctx context.Context, s *Subject, w arch.Weights, part dataset.Part) (
	right, losses []float64, err error) {
	out, _, err := r.pass(ctx, s, w, part, []int{len(s.Arch.Blocks) - 1})
	if err != nil {
		return nil, nil, err
	}
	right, losses = score(out[0].Data, out[0].Labels)
	return right, losses, nil
}
