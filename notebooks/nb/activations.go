package nb

import (
	"fmt"
	"slices"

	"coadapt/gomlxnet/dataset"
	"coadapt/transfer"
	"coadapt/transfer/figure"
)

// Activations are what a layer ("conv1" to "fc7") of a net makes of picture k of the test part, from 0: the picture
// as the net is shown it, beside it a map a unit, after ReLU, pooling and normalisation.
func (l *Lab) Activations(r transfer.Result, layer string, picture int) figure.Drawing {
	return must(l.activations(r, layer, picture))
}

func (l *Lab) activations(r transfer.Result, layer string, picture int) (figure.Drawing, error) {
	in, err := l.inside(r, layer)
	if err != nil {
		return nil, err
	}
	if n := in.Task.NumTest(); picture < 0 || picture >= n {
		return nil, fmt.Errorf("Activations: picture %d, want 0 to %d: the test part of net %s has %d", picture, n-1,
			r.Net, n)
	}
	seen, err := in.Task.See(dataset.Test, picture, in.View)
	if err != nil {
		return nil, err
	}
	img, err := figure.RGB(seen.Pixels, seen.Size, seen.Size)
	if err != nil {
		return nil, err
	}
	last := len(in.Arch.Blocks) - 1
	read, err := in.reader(1, slices.Compact([]int{in.layer, last})...)
	if err != nil {
		return nil, err
	}
	defer read.Close()
	out, err := read.Read(seen.Input)
	if err != nil {
		return nil, err
	}
	is, taken := in.Task.Label(dataset.Test, picture), argMax(out[len(out)-1].Data)
	m := figure.Maps{Net: r.Net.String(), Layer: layer, Height: 1, Width: 1, Units: out[0].Shape[len(out[0].Shape)-1],
		Values: out[0].Data,
		Picture: figure.Picture{Pixels: img,
			Words: []string{fmt.Sprintf("test picture %d: %s", picture, className(in.Task, is)),
				"taken for " + in.taken(taken)}}}
	if s := out[0].Shape; len(s) == 4 {
		m.Height, m.Width = s[1], s[2]
	}
	fig, err := figure.Activations(m, figure.Options{Title: fmt.Sprintf("%s, %s", r.Net, layer), Caption: in.sees()})
	if err != nil {
		return nil, err
	}
	return of(fig, r), nil
}
