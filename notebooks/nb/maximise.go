package nb

import (
	"fmt"

	"coadapt/transfer"
	"coadapt/transfer/figure"
	"coadapt/transfer/probing"
)

// Maximise makes pictures that excite units of a layer most, by steps up the gradient from noise, and draws each beside
// the test picture that excites the unit most and a picture that was made for the same unit of a random net. Patches
// shows what excites a unit among pictures that there are. It runs in this cell, some seconds for eight units.
func (l *Lab) Maximise(r transfer.Result, layer string, units ...int) figure.Drawing {
	return must(l.maximise(r, layer, units))
}

func (l *Lab) maximise(r transfer.Result, layer string, units []int) (figure.Drawing, error) {
	p, err := probing.Named("maximise")
	if err != nil {
		return nil, err
	}
	m, ok := p.(probing.Maximise)
	if !ok {
		return nil, fmt.Errorf("Maximise: the probe of that name is a %T", p)
	}
	m.Layer, m.Units = layer, units
	runner, end, err := l.runner(0)
	if err != nil {
		return nil, err
	}
	defer end()
	made, err := m.Made(l.ctx, runner, r)
	if err != nil {
		return nil, fmt.Errorf("Maximise: %w", err)
	}
	fig, err := figure.Made(r.Net.String(), layer, made, figure.Options{
		Title: fmt.Sprintf("%s, %s: pictures made to excite a unit", r.Net, layer)})
	if err != nil {
		return nil, err
	}
	return of(fig, r), nil
}
