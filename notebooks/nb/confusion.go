package nb

import (
	"fmt"

	"coadapt/gomlxnet/dataset"
	"coadapt/transfer"
	"coadapt/transfer/figure"
)

// Confusion is what a net takes the pictures of its test part for, class by class, with its accuracy.
func (l *Lab) Confusion(r transfer.Result) figure.Drawing { return must(l.confusion(r)) }

func (l *Lab) confusion(r transfer.Result) (figure.Drawing, error) {
	if err := l.ready(); err != nil {
		return nil, err
	}
	layers := l.config.Arch.Blocks
	in, err := l.inside(r, layers[len(layers)-1].Name)
	if err != nil {
		return nil, err
	}
	m := figure.Confused{Net: r.Net.String()}
	n := in.Task.NumClasses()
	for c := range n {
		m.Classes, m.Counts = append(m.Classes, className(in.Task, c)), append(m.Counts, make([]int, n))
	}
	right, other := 0, 0
	err = in.tests(func(picture int, _ []int, values []float32) {
		is, taken := in.Task.Label(dataset.Test, picture), argMax(values)
		if taken >= n {
			other++
			return
		}
		if is == taken {
			right++
		}
		m.Counts[is][taken]++
	})
	if err != nil {
		return nil, err
	}
	opt := figure.Options{}
	if right != r.Correct && r.Selection != transfer.BestTen {
		opt.Caption = fmt.Sprintf("Its result counts %d right: here the net ran in another order of summation, and "+
			"what is near a tie may fall otherwise.", r.Correct)
	}
	if other > 0 {
		opt.Caption += fmt.Sprintf(" %d pictures were taken for outputs that are no class, and are left out.", other)
	}
	fig, err := figure.Confusion(m, opt)
	if err != nil {
		return nil, err
	}
	return of(fig, r), nil
}
