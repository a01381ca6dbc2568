package predict

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/formats"
	"coadapt/gomlxnet/inspect"
	"coadapt/transfer"

	"github.com/gomlx/compute"
)

// Predictor is a trained net that is ready to be shown pictures. It is for one goroutine at a time.
type Predictor struct {
	*transfer.Trained
	backend  compute.Backend
	read     *inspect.Reader // of the last block
	pictures *formats.Reader
}

// New makes a predictor of a net, which [transfer.Lab.Trained] reads from the store. The backend may be another one
// than that on which it was trained; logits then agree to rounding. The caller closes it.
func New(backend compute.Backend, net *transfer.Trained) (*Predictor, error) {
	p := &Predictor{Trained: net, backend: backend}
	var err error
	if p.pictures, err = formats.NewReader(net.Task.Source()); err != nil {
		return nil, err
	}
	if p.read, err = inspect.NewReader(backend, net.Arch, net.Weights, net.Recipe.Batch,
		len(net.Arch.Blocks)-1); err != nil {
		return nil, errors.Join(err, p.pictures.Close())
	}
	return p, nil
}

// Close frees the compiled graph and the net.
func (p *Predictor) Close() error {
	p.read.Close()
	return p.pictures.Close()
}

// See reads a file and makes of it what the net is shown in a test: cut in the middle, less the mean, scaled.
func (p *Predictor) See(file string) (dataset.Seen, error) {
	pixels, err := p.pictures.Read(file)
	if err != nil {
		return dataset.Seen{}, err
	}
	return p.Task.SeePixels(pixels, p.View)
}

// Logits are what leaves the net for inputs of [size, size, channels] values each, as dataset.Seen.Input has them: one
// value an output. They are computed in batches of the net's test, the last filled with zeros.
func (p *Predictor) Logits(ctx context.Context, inputs [][]float32) ([][]float32, error) {
	n := p.Arch.Size * p.Arch.Size * p.Arch.Channels
	batch := make([]float32, p.Recipe.Batch*n)
	var out [][]float32
	for some := range slices.Chunk(inputs, p.Recipe.Batch) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		clear(batch)
		for i, in := range some {
			if len(in) != n {
				return nil, fmt.Errorf("predict: input %d of %d values, want %d (%d by %d pixels of %d)",
					len(out)+i, len(in), n, p.Arch.Size, p.Arch.Size, p.Arch.Channels)
			}
			copy(batch[i*n:], in)
		}
		rows, err := p.rows(batch)
		if err != nil {
			return nil, err
		}
		out = append(out, rows[:len(some)]...)
	}
	return out, nil
}

// rows are the logits of a whole batch.
func (p *Predictor) rows(batch []float32) ([][]float32, error) {
	out, err := p.read.Read(batch)
	if err != nil {
		return nil, err
	}
	return slices.Collect(slices.Chunk(out[0].Data, len(out[0].Data)/p.Recipe.Batch)), nil
}

// Answer is what a net says of a picture of its test part.
type Answer struct {
	Label  int       // the true one
	Logits []float32 // one an output; valid until the next answer
}

// Test yields the answers to all pictures of the test part, in its order.
func (p *Predictor) Test(ctx context.Context) iter.Seq2[Answer, error] {
	return func(yield func(Answer, error) bool) {
		for b, err := range p.Task.Test(ctx, p.Recipe.Batch, p.View) {
			var rows [][]float32
			if err == nil {
				rows, err = p.rows(b.Images)
			}
			if err != nil {
				yield(Answer{}, err)
				return
			}
			for i, label := range b.Labels {
				if label >= 0 && !yield(Answer{int(label), rows[i]}, nil) {
					return
				}
			}
		}
	}
}

// Probabilities is the softmax of logits, in float64: exp(x_i) over the sum of all, each less the largest so that
// nothing overflows. They sum to 1.
func Probabilities(logits []float32) []float64 {
	most := slices.Max(logits)
	p := make([]float64, len(logits))
	sum := 0.0
	for i, x := range logits {
		p[i] = math.Exp(float64(x) - float64(most))
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

// Guess is a class that a net may take a picture for.
type Guess struct {
	Output      int     // of the net, from 0; the label of the class
	Class       string  // its name; "" for an output that is no class, which a recipe may have
	Title       string  // words for people
	Probability float64 // of all outputs, 0..1
}

// Top are the n likeliest outputs, or all where there are fewer, the likeliest first, of equal ones the lower label.
func (p *Predictor) Top(logits []float32, n int) []Guess {
	probability := Probabilities(logits)
	order := make([]int, len(logits))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(probability[b], probability[a]) })
	var top []Guess
	for _, k := range order[:min(n, len(order))] {
		g := Guess{Output: k, Title: fmt.Sprintf("output %d, which is no class", k), Probability: probability[k]}
		if k < p.Task.NumClasses() {
			c := p.Task.Class(k)
			g.Class, g.Title = c.Name, cmp.Or(c.Title, c.Name)
		}
		top = append(top, g)
	}
	return top
}
