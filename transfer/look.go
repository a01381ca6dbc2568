package transfer

import (
	"context"
	"errors"
	"fmt"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/dataset"
	"coadapt/transfer/store"

	"github.com/gomlx/compute"
)

// Trained is a net that is in the store, with what it takes to run it forward.
type Trained struct {
	*Plan
	Weights arch.Weights
}

// Trained reads the net of a result of this Lab. It fails where the result is
// no number, as such a net has no weights, where it is of another experiment
// than the Lab's, and where its weights were dropped from the store.
func (l *Lab) Trained(ctx context.Context, r Result) (*Trained, error) {
	if !r.HasWeights() {
		why := r.Reason
		if why == "" {
			why = "no reason is known"
		}
		return nil, fmt.Errorf("net %s has no weights to look at, its status is %q: %s", r.Net, r.Status, why)
	}
	p, err := l.Plan(ctx, r.Net)
	if err != nil {
		return nil, err
	}
	if p.Key != r.Key {
		return nil, fmt.Errorf("net %s is not of this experiment (data, architecture, recipe and backend; here %s, "+
			"the net's %s)", r.Net, l.experiment.id, r.Experiment)
	}
	entry, err := l.cfg.Store.Get(p.Key)
	if errors.Is(err, store.ErrMissing) {
		return nil, fmt.Errorf("net %s is not in the store %s any more: train it again", r.Net, l.cfg.Store.Dir())
	}
	if err != nil {
		return nil, err
	}
	if entry[weightsFile] == nil {
		return nil, fmt.Errorf(
			"the weights of net %s were not kept: remove it from the store and train it again to look into it", r.Net)
	}
	w, err := usable(p.Arch, entry[weightsFile])
	if err != nil {
		return nil, fmt.Errorf("store entry %s: %w", p.Key, err)
	}
	return &Trained{Plan: p, Weights: w}, nil
}

// Task is one half of a split of the Lab's source, or with WholeSplit and Whole all of it, decoded once.
func (l *Lab) Task(ctx context.Context, split string, half Half) (*dataset.Task, error) {
	net := Net{Split: split, Target: half}
	if err := net.Check(); err != nil {
		return nil, err
	}
	return l.experiment.task(ctx, net, half)
}

// Backend is the Lab's; nil where it was made to look up only.
func (l *Lab) Backend() compute.Backend { return l.cfg.Backend }

// Store is where the Lab keeps results.
func (l *Lab) Store() *store.Store { return l.cfg.Store }

// Initial are the values that a net of this Lab had before its first step: drawn from its seed, and in the layers that
// came from a parent the parent's. The features of Rescaled and AsInitial nets are those before they were multiplied. A
// parent that is not in the store is trained.
func (l *Lab) Initial(ctx context.Context, net Net) (arch.Weights, error) {
	p, err := l.Plan(ctx, net)
	if err != nil {
		return nil, err
	}
	donor, blocked, err := l.donor(ctx, l.alone, net)
	if err != nil {
		return nil, err
	}
	if blocked != nil {
		return nil, fmt.Errorf("initial values of %s: its parent %s %s: %s", net, blocked.Net, blocked.Status,
			blocked.Reason)
	}
	return p.initial(donor)
}
