package nb

import (
	"fmt"
	"slices"
	"strings"

	"coadapt/gomlxnet/inspect"
	"coadapt/gomlxnet/op"
	"coadapt/transfer"
)

// inside is a net with the layer of it that is looked at.
type inside struct {
	*transfer.Trained
	lab   *Lab
	layer int
	field op.Field // of the layer
	whole bool     // every unit of it sees the whole picture
}

func (l *Lab) inside(r transfer.Result, layer string) (inside, error) {
	if err := l.ready(); err != nil {
		return inside{}, err
	}
	var names []string
	for _, x := range l.config.Arch.Blocks {
		names = append(names, x.Name)
	}
	at := slices.Index(names, layer)
	if at < 0 {
		return inside{}, fmt.Errorf("layer %q, want one of %s", layer, strings.Join(names, ", "))
	}
	net, err := l.lab.Trained(l.ctx, r)
	if err != nil {
		return inside{}, err
	}
	fields, err := net.Arch.Fields()
	if err != nil {
		return inside{}, err
	}
	dims, err := net.Arch.Dims()
	if err != nil {
		return inside{}, err
	}
	_, first := fields[at].Span(0)
	last, _ := fields[at].Span(dims[at].Out.Height - 1)
	return inside{net, l, at, fields[at], first >= net.Arch.Size && last <= 0}, nil
}

// sees says how much of a picture a unit of the layer depends on.
func (in inside) sees() string {
	name, f, size := in.Arch.Blocks[in.layer].Name, in.field, in.Arch.Size
	switch {
	case in.whole:
		return fmt.Sprintf("A unit of %s sees the whole picture.", name)
	case f.Size < size:
		return fmt.Sprintf("A unit of %s sees %d by %d of the picture's %d by %d pixels; from a place to the next it "+
			"moves by %d.", name, f.Size, f.Size, size, size, f.Stride)
	}
	return fmt.Sprintf("A unit of %s sees %d by %d pixels, more than the picture's %d by %d, but not at every place "+
		"all of it; from a place to the next it moves by %d.", name, f.Size, f.Size, size, size, f.Stride)
}

func (in inside) reader(batch int, layers ...int) (*inspect.Reader, error) {
	backend, err := in.lab.backend()
	if err != nil {
		return nil, err
	}
	return inspect.NewReader(backend, in.Arch, in.Weights, batch, layers...)
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
	read, err := in.reader(in.Recipe.Batch, in.layer)
	if err != nil {
		return err
	}
	defer read.Close()
	for batch, err := range in.Task.Test(in.lab.ctx, in.Recipe.Batch, in.View) {
		if err != nil {
			return err
		}
		out, err := read.Read(batch.Images)
		if err != nil {
			return err
		}
		size := len(out[0].Data) / in.Recipe.Batch
		for i := range in.Recipe.Batch {
			if at := batch.Index*in.Recipe.Batch + i; at < in.Task.NumTest() {
				f(at, out[0].Shape[1:], out[0].Data[i*size:(i+1)*size])
			}
		}
	}
	return nil
}
