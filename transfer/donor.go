package transfer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"coadapt/gomlxnet"
	"coadapt/transfer/store"
)

// donated is what a net takes from its parent.
type donated struct {
	weights gomlxnet.Weights
	loss    float64 // the parent's training loss
}

// errDropped is why a net is trained again whose weights another one takes (see [Prune]).
var errDropped = errors.New("its weights were dropped, and a net that begins from them is to be trained")

// donor returns what the parent gives, or the parent's result where it has no weights to give. A net without a parent
// has a nil donor.
func (l *Lab) donor(ctx context.Context, w *worker, net Net) (*donated, *Result, error) {
	parent, ok := net.Parent()
	if net.given() && !ok {
		return &donated{weights: l.cfg.Pretrained.Weights}, nil, nil
	}
	if !ok {
		return nil, nil, nil
	}
	r, err := l.trainOn(ctx, w, parent)
	if err != nil {
		return nil, nil, fmt.Errorf("parent %s: %w", parent, err)
	}
	if !r.HasWeights() {
		return nil, &r, nil
	}
	l.mu.Lock()
	donor := l.weights[r.Key]
	l.mu.Unlock()
	if donor != nil {
		return &donated{donor, r.TrainLoss}, nil, nil
	}
	entry, err := l.cfg.Store.Get(r.Key, weightsFile)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !errors.Is(err, store.ErrMissing):
		return nil, nil, fmt.Errorf("parent %s: %w", parent, l.cfg.Store.SetAside(r.Key, weightsFile, errDropped))
	case err != nil:
		return nil, nil, fmt.Errorf("parent %s: %w", parent, err)
	}
	p, err := l.plan(ctx, parent)
	if err != nil { // no fault of the entry: the run was interrupted, or the data cannot be read
		return nil, nil, fmt.Errorf("parent %s: %w", parent, err)
	}
	if donor, err = p.usable(entry[weightsFile]); err != nil {
		return nil, nil, fmt.Errorf("parent %s: %w", parent, l.cfg.Store.SetAside(r.Key, weightsFile, err))
	}
	l.mu.Lock()
	l.weights[r.Key] = donor
	l.mu.Unlock()
	return &donated{donor, r.TrainLoss}, nil, nil
}

// usable reads weights of the planned net. Those that are not of its architecture, or not finite, are a fault of their
// entry.
func (p *plan) usable(data []byte) (gomlxnet.Weights, error) {
	w, err := decodeWeights(data)
	if err != nil {
		return nil, err
	}
	if err := p.arch.Check(w); err != nil {
		return nil, err
	}
	if !w.Finite() {
		return nil, errNotFinite
	}
	return w, nil
}
