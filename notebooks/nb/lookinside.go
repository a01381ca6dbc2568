package nb

import (
	"fmt"
	"slices"
	"strings"

	"coadapt/gomlxnet"
	"coadapt/gomlxnet/dataset"
	"coadapt/transfer"
	"coadapt/transfer/figure"
)

// Activations are what a layer ("conv1" to "fc7") of a net makes of picture k of the test part, from 0: the picture as the net is shown it, beside
// it a map a unit, after ReLU, pooling and normalisation.
func (l *Lab) Activations(r transfer.Result, layer string, picture int) figure.Drawing {
	return must(l.activations(r, layer, picture))
}

func (l *Lab) activations(r transfer.Result, layer string, picture int) (figure.Drawing, error) {
	in, err := l.inside(r, layer)
	if err != nil {
		return nil, err
	}
	if n := in.Task.NumTest(); picture < 0 || picture >= n {
		return nil, fmt.Errorf("Activations: picture %d, want 0 to %d: the test part of net %s has %d", picture, n-1, r.Net, n)
	}
	seen, err := in.Task.See(dataset.Test, picture, in.View)
	if err != nil {
		return nil, err
	}
	img, err := figure.RGB(seen.Pixels, seen.Size, seen.Size)
	if err != nil {
		return nil, err
	}
	last := len(in.Arch.Layers) - 1
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
	m := figure.Maps{Net: r.Net.String(), Layer: layer, Height: 1, Width: 1, Units: out[0].Shape[len(out[0].Shape)-1], Values: out[0].Data,
		Picture: figure.Picture{Pixels: img, Words: []string{fmt.Sprintf("test picture %d: %s", picture, className(in.Task, is)), "taken for " + in.taken(taken)}}}
	if s := out[0].Shape; len(s) == 4 {
		m.Height, m.Width = s[1], s[2]
	}
	sees, err := in.sees()
	if err != nil {
		return nil, err
	}
	fig, err := figure.Activations(m, figure.Options{Title: fmt.Sprintf("%s, %s", r.Net, layer), Caption: sees})
	if err != nil {
		return nil, err
	}
	return of(fig, r), nil
}

// inside is a net with the layer of it that is looked at.
type inside struct {
	*transfer.Trained
	lab   *Lab
	layer int
}

func (l *Lab) inside(r transfer.Result, layer string) (inside, error) {
	if err := l.ready(); err != nil {
		return inside{}, err
	}
	var names []string
	for _, x := range l.config.Arch.Layers {
		names = append(names, x.Name)
	}
	at := slices.Index(names, layer)
	if at < 0 {
		return inside{}, fmt.Errorf("layer %q, want one of %s", layer, strings.Join(names, ", "))
	}
	net, err := l.lab.Trained(l.ctx, r)
	return inside{net, l, at}, err
}

// sees says how much of a picture a unit of the layer depends on.
func (in inside) sees() (string, error) {
	fields, err := in.Arch.Fields()
	if err != nil {
		return "", err
	}
	dims, err := in.Arch.Dims()
	if err != nil {
		return "", err
	}
	f, s := fields[in.layer], fmt.Sprintf("A unit of %s", in.Arch.Layers[in.layer].Name)
	switch {
	case dims[in.layer].Out.Height == 1:
		return s + " sees the whole picture.", nil
	case f.Size < in.Arch.Size:
		return fmt.Sprintf("%s sees %d by %d of the picture's %d by %d pixels; from a place to the next it moves by %d.", s, f.Size, f.Size, in.Arch.Size, in.Arch.Size, f.Stride), nil
	}
	return fmt.Sprintf("%s sees %d by %d pixels, more than the picture's %d by %d; from a place to the next it moves by %d.", s, f.Size, f.Size, in.Arch.Size, in.Arch.Size, f.Stride), nil
}

func (in inside) reader(batch int, layers ...int) (*gomlxnet.Reader, error) {
	backend, err := in.lab.backend()
	if err != nil {
		return nil, err
	}
	return gomlxnet.NewReader(backend, in.Arch, in.Weights, batch, layers...)
}

// taken names an output; a recipe may have more outputs than there are classes.
func (in inside) taken(output int) string {
	if output >= in.Task.NumClasses() {
		return fmt.Sprintf("output %d, which is no class", output)
	}
	return className(in.Task, output)
}

// argMax is the first of the largest.
func argMax(values []float32) int {
	best := 0
	for i, v := range values {
		if v > values[best] {
			best = i
		}
	}
	return best
}

// tests runs the layer over the test part: f gets the layer's output for one picture after the other.
func (in inside) tests(f func(picture int, shape []int, values []float32)) error {
	read, err := in.reader(in.Batch, in.layer)
	if err != nil {
		return err
	}
	defer read.Close()
	for batch, err := range in.Task.Test(in.lab.ctx, in.Batch, in.View) {
		if err != nil {
			return err
		}
		out, err := read.Read(batch.Images)
		if err != nil {
			return err
		}
		size := len(out[0].Data) / in.Batch
		for i := range in.Batch {
			if at := batch.Index*in.Batch + i; at < in.Task.NumTest() {
				f(at, out[0].Shape[1:], out[0].Data[i*size:(i+1)*size])
			}
		}
	}
	return nil
}

// Confusion is what a net takes the pictures of its test part for, class by class, with its accuracy.
func (l *Lab) Confusion(r transfer.Result) figure.Drawing { return must(l.confusion(r)) }

func (l *Lab) confusion(r transfer.Result) (figure.Drawing, error) {
	if err := l.ready(); err != nil {
		return nil, err
	}
	layers := l.config.Arch.Layers
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
		opt.Caption = fmt.Sprintf("Its result counts %d right: here the net ran in another order of summation, and what is near a tie may fall otherwise.", r.Correct)
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
