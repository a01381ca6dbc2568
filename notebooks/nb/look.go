package nb

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"coadapt/gomlxnet"
	"coadapt/gomlxnet/dataset"
	"coadapt/transfer"
	"coadapt/transfer/figure"
)

// Images are n example pictures of task "A" or "B" of a split, or of both side by side ("A,B"): training pictures as the data have them, the first
// of one class after the other, or of classes evenly apart where there are more classes than n. The words are the classes.
func (l *Lab) Images(task, split string, n int) figure.Drawing {
	return must(l.images(task, split, n))
}

func (l *Lab) images(task, split string, n int) (figure.Drawing, error) {
	halves := transfer.Words(task)
	for i, h := range halves {
		if h != "A" && h != "B" || slices.Contains(halves[:i], h) {
			halves = nil
			break
		}
	}
	if len(halves) == 0 {
		return nil, fmt.Errorf(`Images: task %q, want "A", "B" or "A,B"`, task)
	}
	if n < 1 || n > mostImages {
		return nil, fmt.Errorf("Images: %d pictures, want 1 to %d", n, mostImages)
	}
	if err := l.ready(); err != nil {
		return nil, err
	}
	var galleries []figure.Gallery
	for _, h := range halves {
		t, err := l.lab.Task(l.ctx, split, transfer.Half(h[0]))
		if err != nil {
			return nil, fmt.Errorf("Images: %w", err)
		}
		g := figure.Gallery{Title: fmt.Sprintf("task %s of split %s: %s", h, split, l.source.Name())}
		height, width, _ := t.Shape()
		for _, i := range examples(t, n) {
			pixels, err := t.Picture(dataset.Train, i, nil)
			if err != nil {
				return nil, err
			}
			img, err := figure.RGB(pixels, width, height)
			if err != nil {
				return nil, err
			}
			g.Pictures = append(g.Pictures, figure.Picture{Pixels: img, Words: []string{className(t, t.Label(dataset.Train, i))}})
		}
		galleries = append(galleries, g)
	}
	return figure.Pictures(galleries, figure.Options{})
}

// mostImages keeps a notebook small.
const mostImages = 200

// examples are the places of n training pictures, by class: the first of each, or of n classes evenly apart; then the second, as far as there are.
func examples(t *dataset.Task, n int) []int {
	classes := t.NumClasses()
	want := make([]int, classes)
	for k := range n {
		if n < classes {
			want[k*classes/n]++
			continue
		}
		want[k%classes]++
	}
	by := make([][]int, classes)
	for i := range t.NumTrain() {
		if c := t.Label(dataset.Train, i); len(by[c]) < want[c] {
			by[c] = append(by[c], i)
		}
	}
	return slices.Concat(by...)
}

// className is the shortest name that people know: of a synset's words the first.
func className(t *dataset.Task, label int) string {
	c := t.Class(label)
	name, _, _ := strings.Cut(c.Title, ",")
	if name == "" {
		name = c.Name
	}
	return strings.ReplaceAll(name, "_", " ")
}

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
	if net.Arch.Layers[0].Kind != gomlxnet.Convolution || v.Shape[2] != 3 {
		return figure.FilterBank{}, fmt.Errorf("Filters: the first layer of %s is a %s with weights %v, and only filters over three colours can be seen", name, net.Arch.Layers[0].Kind, v.Shape)
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

// Losses are the training curves of nets, as of a parent and its child, with what each came to on the test part. A net that diverged is drawn as far
// as it came.
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
