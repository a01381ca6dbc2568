package transfer

import (
	"context"
	"time"
)

// TrainBy has a Lab train nets by a function instead of a backend, for benchmarks that need other packages: between and
// after its steps it calls tick, which keeps a checkpoint where one is due. The net comes out with its initial values.
func (l *Lab) TrainBy(train func(ctx context.Context, p *Plan, tick func() error) error) {
	l.run = func(ctx context.Context, _ *slot, p *Plan, _ *donated, keep *keeper) (*outcome, error) {
		w, err := p.Arch.Init(1)
		if err != nil {
			return nil, err
		}
		data, err := encodeWeights(w)
		if err != nil {
			return nil, err
		}
		step := 0
		err = train(ctx, p, func() error {
			step++
			keep.heartbeat()
			if time.Since(keep.last) < keep.every {
				return nil
			}
			keep.last = time.Now()
			return keep.lease.Checkpoint(step,
				map[string][]byte{stateFile: []byte("{}"), weightsFile: data, momentumFile: data})
		})
		return &outcome{result: p.result(l), weights: w}, err
	}
}
