package probing

import (
	"context"

	"coadapt/gomlxnet/dataset"
	"coadapt/transfer/probe"
)

// Linear fits a ridge classifier to each layer on training pictures (see [probe.FitRidge]) and asks it of test
// pictures, which it was not fitted to. Features are averaged over a grid of places. Its null has the labels of the
// training pictures permuted; the penalty is that of the labels as they are.
type Linear struct {
	Grid int // cells a side
}

// Names of the values of Linear and of Neighbours. Those of their nulls are made with Permuted.
const (
	LinearAccuracy     = "accuracy of a linear probe"
	NeighboursAccuracy = "accuracy of nearest neighbours"
)

// Nets is 1.
func (Linear) Nets() int { return 1 }

// Values are the share of test pictures that each layer's classifier gets right.
func (p Linear) Values(ctx context.Context, r *Runner, nets []*Subject) ([]Value, error) {
	values, _, err := r.askLabelled(ctx, p, nets[0], 0)
	return values, err
}

func (p Linear) labelled(ctx context.Context, r *Runner, s *Subject, layer int) (fromLabels, error) {
	train, err := r.Features(ctx, s, dataset.Train, layer)
	if err != nil {
		return fromLabels{}, err
	}
	test, err := r.Features(ctx, s, dataset.Test, layer)
	if err != nil {
		return fromLabels{}, err
	}
	solver, unsolved := probe.NewRidgeSolver(train.Pooled(p.Grid))
	pooled := test.Pooled(p.Grid)
	v := fromLabels{Value: Value{Layer: train.Layer, Name: LinearAccuracy, Unit: "share"}, labels: train.Labels}
	var first *probe.Ridge // of the labels as they are, which are asked first
	v.of = func(labels []int) (float64, error) {
		if unsolved != nil {
			return 0, unsolved
		}
		if first == nil {
			var err error
			if first, err = solver.Fit(labels); err != nil {
				return 0, err
			}
			return first.Accuracy(pooled, test.Labels)
		}
		permuted, err := solver.FitAs(first, labels)
		if err != nil {
			return 0, err
		}
		return permuted.Accuracy(pooled, test.Labels)
	}
	return v, nil
}

// Neighbours gives each test picture the class of most of its nearest others, at each layer (see [probe.KNN]). Its null
// has the labels of all test pictures permuted.
type Neighbours struct {
	Grid int // cells a side over which features are averaged
	K    int // neighbours that vote
}

// Nets is 1.
func (Neighbours) Nets() int { return 1 }

// Values are the share of test pictures that get their class.
func (p Neighbours) Values(ctx context.Context, r *Runner, nets []*Subject) ([]Value, error) {
	values, _, err := r.askLabelled(ctx, p, nets[0], 0)
	return values, err
}

func (p Neighbours) labelled(ctx context.Context, r *Runner, s *Subject, layer int) (fromLabels, error) {
	f, err := r.Features(ctx, s, dataset.Test, layer)
	if err != nil {
		return fromLabels{}, err
	}
	nearest, none := probe.NearestOthers(f.Pooled(p.Grid), p.K)
	v := fromLabels{Value: Value{Layer: f.Layer, Name: NeighboursAccuracy, Unit: "share"}, labels: f.Labels}
	v.of = func(labels []int) (float64, error) {
		if none != nil {
			return 0, none
		}
		return nearest.Accuracy(labels)
	}
	return v, nil
}
