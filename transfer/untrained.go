package transfer

import (
	"context"

	"coadapt/gomlxnet"
	"coadapt/gomlxnet/dataset"
)

// Untrained is a net before its first step, with what it takes to train it by
// other means.
type Untrained struct {
	Arch    gomlxnet.Arch
	Cut     gomlxnet.Cut
	Recipe  Recipe
	Weights gomlxnet.Weights // its own initial values, where layers of a parent will be too
	Order   dataset.Order    // of the training pictures
	Task    *dataset.Task
	View    dataset.View
}

// Untrained is a net of this Lab before anything is done to it.
func (l *Lab) Untrained(ctx context.Context, net Net) (*Untrained, error) {
	p, err := l.plan(ctx, net)
	if err != nil {
		return nil, err
	}
	w, err := p.initial(nil)
	if err != nil {
		return nil, err
	}
	return &Untrained{Arch: p.arch, Cut: p.cut, Recipe: p.recipe, Weights: w, Order: p.order(), Task: p.task, View: p.view}, nil
}

// order is that of the net's training pictures.
func (p *plan) order() dataset.Order {
	return dataset.Order{Seed: p.net.stream("order"), Batch: p.recipe.Batch}
}
