package nb

import (
	"errors"

	"coadapt/transfer"
	"coadapt/transfer/figure"
)

// Gradients takes the first steps of nets again and draws how large their gradients are, and the losses of the same
// batches. Of the nets nothing is kept. It runs in this cell: a hundred steps of the miniature take a few seconds a
// net.
func (l *Lab) Gradients(first int, results ...transfer.Result) figure.Drawing {
	return must(l.gradients(first, results))
}

func (l *Lab) gradients(first int, results []transfer.Result) (figure.Drawing, error) {
	if len(results) == 0 {
		return nil, errors.New("Gradients: no net, want results as lab.Run gives them")
	}
	trainer, err := l.trainer()
	if err != nil {
		return nil, err
	}
	defer trainer.Close()
	var curves []figure.GradientCurve
	for _, r := range results {
		curve := figure.GradientCurve{Net: r.Net}
		for s, err := range trainer.Gradients(l.ctx, r.Net, first) {
			if err != nil {
				return nil, err
			}
			curve.Steps = append(curve.Steps, s)
		}
		curves = append(curves, curve)
	}
	fig, err := figure.Gradients(curves, figure.Options{})
	if err != nil {
		return nil, err
	}
	return of(fig, results...), nil
}
