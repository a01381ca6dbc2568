package nb

import (
	"errors"
	"fmt"

	"coadapt/transfer"
	"coadapt/transfer/figure"
)

// Losses are the training curves of nets, as of a parent and its child, with what each came to on the test part. A
// net that diverged is drawn as far as it came.
func (l *Lab) Losses(results ...transfer.Result) figure.Drawing { return must(l.losses(results)) }

func (l *Lab) losses(results []transfer.Result) (figure.Drawing, error) {
	if len(results) == 0 {
		return nil, errors.New("Losses: no net, want results as lab.Run gives them")
	}
	if err := l.ready(); err != nil {
		return nil, err
	}
	var curves []figure.LossCurve
	for _, r := range results {
		if open(r) {
			return nil, fmt.Errorf("net %s has no training curve, its status is %q: %s", r.Net, r.Status, r.Reason)
		}
		m, err := transfer.Metrics(l.store, r.Key)
		if err != nil {
			return nil, fmt.Errorf("net %s: %w", r.Net, err)
		}
		curves = append(curves, figure.LossCurve{Result: r, Metrics: m})
	}
	fig, err := figure.Losses(curves, figure.Options{})
	if err != nil {
		return nil, err
	}
	return of(fig, results...), nil
}
