package probing

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/dataset"
	"coadapt/transfer/store"

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

// Pooled has a row for each picture: units averaged over the places of each cell of a grid of so many by so many cells.
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

// cellSize is how many of n places fall into a cell of so many.
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
	maxFeatures     = 1 << 30         // most bytes of features in memory
	maxTogether     = 1 << 29         // most bytes of layers that are read in one pass
	maxCached       = 4 << 30         // most bytes in the store's cache, as for prefixes
	cachedFrom      = 2 * time.Second // what takes longer is kept for later runs
	featuresVersion = 1               // raised by hand where a layer comes to read otherwise
)

// features are those that were read, the least recently used of which are dropped.
type features struct {
	store *store.Store
	most  int
	bytes int
	kept  map[string]Features
	order []string // by their last use
}

func newFeatures(s *store.Store, most int) *features {
	return &features{store: s, most: most, kept: map[string]Features{}}
}

func (c *features) get(key string) (Features, bool) {
	f, ok := c.kept[key]
	if ok {
		i := slices.Index(c.order, key)
		c.order = append(slices.Delete(c.order, i, i+1), key)
	}
	return f, ok
}

func (c *features) put(key string, f Features) {
	c.kept[key], c.order, c.bytes = f, append(c.order, key), c.bytes+4*len(f.Data)
	for c.bytes > c.most && len(c.order) > 1 {
		c.bytes -= 4 * len(c.kept[c.order[0]].Data)
		delete(c.kept, c.order[0])
		c.order = c.order[1:]
	}
}

// Features are those of a layer of a net, from 0, for pictures of a part of the task that it is shown. They are read
// once: all layers in one pass where memory allows.
func (r *Runner) Features(ctx context.Context, s *Subject, part dataset.Part, layer int) (Features, error) {
	key := r.featuresKey(s, part, layer)
	if f, ok := r.features.get(key); ok {
		return f, nil
	}
	dims, err := s.Arch.Dims()
	if err != nil {
		return Features{}, err
	}
	count := r.count(s, part)
	shape := func(l int) []int {
		if o := dims[l].Out; !o.Flat {
			return []int{o.Height, o.Width, o.Channels}
		}
		return []int{dims[l].Out.Values()}
	}
	if data, err := r.lab.Store().Cached(key); err == nil && len(data) == 4*count*product(shape(layer)) {
		f := Features{
			Layer:  s.Arch.Blocks[layer].Name,
			Shape:  shape(layer),
			Data:   floats(data),
			Labels: labels(s, part, count),
		}
		r.features.put(key, f)
		return f, nil
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
		k := r.featuresKey(s, part, layers[i])
		if layers[i] == layer {
			wanted = f
		}
		if _, ok := r.features.kept[k]; ok {
			continue
		}
		r.features.put(k, f)
		if took > cachedFrom {
			if err := r.lab.Store().Cache(k, bytesOf(f.Data), maxCached); err != nil && !store.IsReadOnly(err) {
				return Features{}, err
			}
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

func bytesOf(data []float32) []byte {
	out := make([]byte, 0, 4*len(data))
	for _, x := range data {
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(x))
	}
	return out
}

func floats(data []byte) []float32 {
	out := make([]float32, len(data)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return out
}
