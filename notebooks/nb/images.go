package nb

import (
	"fmt"
	"slices"
	"strings"

	"coadapt/gomlxnet/dataset"
	"coadapt/transfer"
	"coadapt/transfer/figure"
)

// Images are n example pictures of task "A" or "B" of a split, or of both side by side ("A,B"): training pictures as
// the data have them, the first of one class after the other, or of classes evenly apart where there are more classes
// than n. The words are the classes.
func (l *Lab) Images(task, split string, n int) figure.Drawing {
	return must(l.images(task, split, n))
}

func (l *Lab) images(task, split string, n int) (figure.Drawing, error) {
	halves := transfer.Words(task)
	if slices.ContainsFunc(halves, func(h string) bool { return h != "A" && h != "B" }) {
		halves = nil
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
			g.Pictures = append(g.Pictures,
				figure.Picture{Pixels: img, Words: []string{className(t, t.Label(dataset.Train, i))}})
		}
		galleries = append(galleries, g)
	}
	return figure.Pictures(galleries, figure.Options{})
}

// mostImages keeps a notebook small.
const mostImages = 200

// examples are the places of n training pictures, by class: the first of each, or of n classes evenly apart; then the
// second, as far as there are.
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
