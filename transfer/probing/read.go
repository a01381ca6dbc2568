package probing

import (
	"context"

	"coadapt/gomlxnet/dataset"
	"coadapt/transfer/probe"
)

// Linear fits a ridge classifier to each layer on training pictures (see [probe.FitRidge]) and asks it of test
// pictures, which it was not fitted to. Features are averaged over a grid of places.
type Linear struct {
	Grid int // cells a side
}

// LinearAccuracy is the name of the values of Linear.
const LinearAccuracy = "accuracy of a linear probe"

// Nets is 1.
func (Linear) Nets() int { return 1 }

// Values are the share of test pictures that each layer's classifier gets right.
func (p Linear) Values(ctx context.Context, r *Runner, nets []*Subject) ([]Value, error) {
	var values []Value
	for l := range nets[0].Arch.Blocks {
		train, err := r.Features(ctx, nets[0], dataset.Train, l)
		if err != nil {
			return nil, err
		}
		test, err := r.Features(ctx, nets[0], dataset.Test, l)
		if err != nil {
			return nil, err
		}
		v := Value{Layer: train.Layer, Name: LinearAccuracy, Unit: "share"}
		values = append(values, v.measured(linear(train, test, p.Grid)))
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// linear is the accuracy on test of a classifier fitted to train.
func linear(train, test Features, grid int) (float64, error) {
	fit, err := probe.FitRidge(train.Pooled(grid), train.Labels)
	if err != nil {
		return 0, err
	}
	return fit.Accuracy(test.Pooled(grid), test.Labels)
}

// Neighbours gives each test picture the class of most of its nearest others, at each layer (see [probe.KNN]).
type Neighbours struct {
	Grid int // cells a side over which features are averaged
	K    int // neighbours that vote
}

// Nets is 1.
func (Neighbours) Nets() int { return 1 }

// Values are the share of test pictures that get their class.
func (p Neighbours) Values(ctx context.Context, r *Runner, nets []*Subject) ([]Value, error) {
	var values []Value
	for l := range nets[0].Arch.Blocks {
		f, err := r.Features(ctx, nets[0], dataset.Test, l)
		if err != nil {
			return nil, err
		}
		v := Value{Layer: f.Layer, Name: "accuracy of nearest neighbours", Unit: "share"}
		values = append(values, v.measured(probe.KNN(f.Pooled(p.Grid), f.Labels, p.K)))
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return values, nil
}
