package nb

import (
	"errors"
	"fmt"

	"coadapt/transfer"
	"coadapt/transfer/figure"
)

// Filters are the filters of the nets' first layer, a panel a net. Of a frozen net they are those of its parent.
func (l *Lab) Filters(results ...transfer.Result) figure.Drawing { return must(l.filters(results)) }

func (l *Lab) filters(results []transfer.Result) (figure.Drawing, error) {
	if len(results) == 0 {
		return nil, errors.New("Filters: no net, want results as lab.Run gives them")
	}
	if err := l.ready(); err != nil {
		return nil, err
	}
	var banks []figure.FilterBank
	for _, r := range results {
		net, err := l.lab.Trained(l.ctx, r)
		if err != nil {
			return nil, err
		}
		bank, err := filterBank(r.Net.String(), net)
		if err != nil {
			return nil, err
		}
		banks = append(banks, bank)
	}
	fig, err := figure.Filters(banks, figure.Options{})
	if err != nil {
		return nil, err
	}
	return of(fig, results...), nil
}

// filterBank takes the filters apart: weights are [height, width, in, out].
func filterBank(name string, net *transfer.Trained) (figure.FilterBank, error) {
	vars, err := net.Arch.Variables()
	if err != nil {
		return figure.FilterBank{}, err
	}
	v := vars[0]
	if len(v.Shape) != 4 || v.Shape[2] != 3 {
		return figure.FilterBank{}, fmt.Errorf("Filters: the first layer of %s is a %s with weights %v, and only "+
			"filters over three colours can be seen", name, net.Arch.Blocks[0].Ops[0].Kind(), v.Shape)
	}
	out, data := v.Shape[3], net.Weights[v.Path].Data
	bank := figure.FilterBank{Net: name, Size: v.Shape[0]}
	for f := range out {
		var filter []float32
		for i := f; i < len(data); i += out {
			filter = append(filter, data[i])
		}
		bank.Filters = append(bank.Filters, filter)
	}
	return bank, nil
}
