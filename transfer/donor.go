package transfer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"coadapt/gomlxnet/arch"
	"coadapt/transfer/store"
)

// donated is what a net takes from its parent.
type donated struct {
	weights arch.Weights
	loss    float64 // the parent's training loss
}

// errDropped is why a net is trained again whose weights another one takes (see [Prune]).
var errDropped = errors.New("its weights were dropped, and a net that begins from them is to be trained")

// donor returns what the parent gives, or the parent's result where it has no weights to give. A net without a parent
// has a nil donor.
func (l *Lab) donor(ctx context.Context, s *slot, net Net) (*donated, *Result, error) {
	parent, ok := net.Parent()
	if net.given() && !ok {
		return &donated{weights: l.cfg.Pretrained.Weights}, nil, nil
	}
	if !ok {
		return nil, nil, nil
	}
	r, err := l.trainOn(ctx, s, parent)
	if err != nil {
		return nil, nil, fmt.Errorf("parent %s: %w", parent, err)
	}
	if !r.HasWeights() {
		return nil, &r, nil
	}
	weights, err := l.weights.get(ctx, r.Key, func() (arch.Weights, error) {
		return l.parentWeights(ctx, parent, r.Key)
	})
	if err != nil {
		return nil, nil, fmt.Errorf("parent %s: %w", parent, err)
	}
	return &donated{weights, r.TrainLoss}, nil, nil
}

// parentWeights reads what a parent in the store gives. Where it cannot be used its entry is set aside.
func (l *Lab) parentWeights(ctx context.Context, parent Net, key string) (arch.Weights, error) {
	entry, err := l.cfg.Store.Get(key, weightsFile)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !errors.Is(err, store.ErrMissing):
		return nil, l.cfg.Store.SetAside(key, weightsFile, errDropped)
	case err != nil:
		return nil, err
	}
	p, err := l.Plan(ctx, parent)
	if err != nil { // no fault of the entry: the run was interrupted, or the data cannot be read
		return nil, err
	}
	w, err := usable(p.Arch, entry[weightsFile])
	if err != nil {
		return nil, l.cfg.Store.SetAside(key, weightsFile, err)
	}
	return w, nil
}
