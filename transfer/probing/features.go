package probing

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/dataset"

	"gonum.org/v1/gonum/mat"
)

// Features are what leaves a layer of a net for pictures, after ReLU, pooling and normalisation, without dropout.
type Features struct {
	Layer  string
	Shape  []int     // of one picture: [height, width, units], or [units]
	Data   []float32 // [pictures, Shape]; not to be changed
	Labels []int     // of the pictures
}

// Pictures is how many there are.
func (f Features) Pictures() int { return len(f.Labels) }

// Each is how many values a picture has.
func (f Features) Each() int { return product(f.Shape) }

// Units are those of the layer, at all places.
func (f Features) Units() int { return f.Shape[len(f.Shape)-1] }

// Places is at how many places of a picture a unit is, 1 for those of an inner product.
func (f Features) Places() int { return f.Each() / f.Units() }

// Matrix has a row for each picture with all its values.
func (f Features) Matrix() *mat.Dense { return dense(f.Data, f.Pictures(), f.Each()) }

// ByPlace has a row for each place of each picture, and a column for each unit.
func (f Features) ByPlace() *mat.Dense { return dense(f.Data, f.Pictures()*f.Places(), f.Units()) }

// Pooled has a row for each picture: units averaged over the places of each cell of a grid of grid by grid cells.
// A layer without places, or with no more than the grid has, stays as it is.
func (f Features) Pooled(grid int) *mat.Dense {
	if len(f.Shape) == 1 || f.Shape[0] <= grid && f.Shape[1] <= grid {
		return f.Matrix()
	}
	h, w, units := f.Shape[0], f.Shape[1], f.Units()
	rows, cols := min(grid, h), min(grid, w)
	out := mat.NewDense(f.Pictures(), rows*cols*units, nil)
	for p := range f.Pictures() {
		to := out.RawRowView(p)
		from := f.Data[p*f.Each() : (p+1)*f.Each()]
		for y := range h {
			for x := range w {
				cell := y*rows/h*cols + x*cols/w
				for u := range units {
					to[cell*units+u] += float64(from[(y*w+x)*units+u])
				}
			}
		}
		for y := range rows {
			for x := range cols {
				count := float64(cellSize(y, rows, h) * cellSize(x, cols, w))
				for u := range units {
					to[(y*cols+x)*units+u] /= count
				}
			}
		}
	}
	return out
}

// cellSize is how many of n places fall into one of the cells.
func cellSize(cell, cells, n int) int {
	count := 0
	for i := range n {
		if i*cells/n == cell {
			count++
		}
	}
	return count
}

func product(shape []int) int {
	p := 1
	for _, d := range shape {
		p *= d
	}
	return p
}

func dense(data []float32, rows, cols int) *mat.Dense {
	values := make([]float64, len(data))
	for i, x := range data {
		values[i] = float64(x)
	}
	return mat.NewDense(rows, cols, values)
}

const (
	maxFeatures     = 1 << 30 // most bytes of features in memory
	maxTogether     = 1 << 29 // most bytes of layers that are read in one pass
	featuresVersion = 1       // raised by hand where a layer comes to read otherwise
)

// Features are those of a layer of a net, from 0, for pictures of a part of the task that it is shown. They are read
// once: all layers in one pass where memory allows.
func (r *Runner) Features(ctx context.Context, s *Subject, part dataset.Part, layer int) (Features, error) {
	dims, err := s.Arch.Dims()
	if err != nil {
		return Features{}, err
	}
	count, out := r.count(s, part), dims[layer].Out
	if data := r.outputs.Get(r.featuresKey(s, part, layer), count*out.Values()); data != nil {
		shape := []int{out.Height, out.Width, out.Channels}
		if out.Flat {
			shape = []int{out.Values()}
		}
		return Features{
			Layer:  s.Arch.Blocks[layer].Name,
			Shape:  shape,
			Data:   data,
			Labels: labels(s, part, count),
		}, nil
	}
	layers := []int{layer}
	total := 0
	for _, d := range dims {
		total += 4 * count * d.Out.Values()
	}
	if total <= maxTogether {
		layers = layers[:0]
		for l := range dims {
			layers = append(layers, l)
		}
	}
	read, took, err := r.pass(ctx, s, s.Weights, part, layers)
	if err != nil {
		return Features{}, err
	}
	r.passes++
	var wanted Features
	for i, f := range read {
		r.outputs.Put(r.featuresKey(s, part, layers[i]), f.Data, took)
		if layers[i] == layer {
			wanted = f
		}
	}
	return wanted, nil
}

func (r *Runner) featuresKey(s *Subject, part dataset.Part, layer int) string {
	return fmt.Sprintf("features v%d of %s for %d %s pictures of %s, layer %d",
		featuresVersion, s.Result.Key, r.count(s, part), part, s.shown.Digest(), layer)
}

// count is how many pictures of a part are shown.
func (r *Runner) count(s *Subject, part dataset.Part) int {
	if part == dataset.Test {
		return min(r.pictures, s.shown.NumTest())
	}
	return min(r.pictures, s.shown.NumTrain())
}

// labels are those of the pictures that Task.Clean shows.
func labels(s *Subject, part dataset.Part, count int) []int {
	all := s.shown.NumTrain()
	if part == dataset.Test {
		all = s.shown.NumTest()
	}
	of := make([]int, count)
	for i := range of {
		of[i] = s.shown.Label(part, i*all/count)
	}
	return of
}

// pass reads layers of weights in the place of a net's own, and says how long it took.
func (r *Runner) pass(ctx context.Context, s *Subject, w arch.Weights, part dataset.Part, layers []int) (
	[]Features, time.Duration, error) {
	read, err := r.reader(s, w, layers)
	if err != nil {
		return nil, 0, err
	}
	count := r.count(s, part)
	out := make([]Features, len(layers))
	begin := time.Now()
	for batch, err := range s.shown.Clean(ctx, part, count, s.Recipe.Batch, s.View) {
		if err != nil {
			return nil, 0, err
		}
		left, err := read.Read(batch.Images)
		if err != nil {
			return nil, 0, err
		}
		n := min(s.Recipe.Batch, count-batch.Index*s.Recipe.Batch)
		for i, t := range left {
			f := &out[i]
			if f.Data == nil {
				*f = Features{Layer: s.Arch.Blocks[layers[i]].Name, Shape: t.Shape[1:], Labels: labels(s, part, count)}
				f.Data = make([]float32, 0, count*f.Each())
			}
			f.Data = append(f.Data, t.Data[:n*f.Each()]...)
		}
	}
	return out, time.Since(begin), nil
}

// shapeKey tells compiled graphs apart.
func shapeKey(s *Subject, layers []int) (string, error) {
	arch, err := json.Marshal(s.Arch)
	return fmt.Sprintf("%s %d %d %v", arch, s.Arch.Classes, s.Recipe.Batch, layers), err
}

// logits are what the layers of weights above the first n make of features of layer n, [pictures, outputs].
func (r *Runner) logits(s *Subject, w arch.Weights, n int, data []float32) ([]float32, error) {
	up, err := r.upper(s, w, n)
	if err != nil {
		return nil, err
	}
	shape := up.Shape()
	each := product(shape[1:])
	batch := make([]float32, product(shape))
	var out []float32
	for from := 0; from < len(data); from += len(batch) {
		k := copy(batch, data[from:])
		clear(batch[k:])
		got, err := up.Logits(batch)
		if err != nil {
			return nil, err
		}
		out = append(out, got[:k/each*(len(got)/s.Recipe.Batch)]...)
	}
	return out, nil
}
