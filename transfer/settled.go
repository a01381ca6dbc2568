package transfer

import (
	"context"
	"fmt"
	"iter"

	"coadapt/gomlxnet"
	"coadapt/gomlxnet/dataset"
)

// feed is what a net's steps are given, and what takes it: so many steps at once, at most.
type feed struct {
	batches func(ctx context.Context, from, to int) iter.Seq2[*dataset.Batch, error]
	block   int
	steps   func(values []float32, labels []int32, rates []float64, seed uint64, iteration int) ([]float64, error)
}

// block is what a feed gives for steps that follow each other.
type block struct {
	from   int // the first step
	values []float32
	labels []int32
	rates  []float64
}

// blocks are the steps from..to-1 in blocks, each of which ends at the step that end gives for its first, or before. One is good until the next.
func (f feed) blocks(ctx context.Context, from, to int, rate gomlxnet.Schedule, end func(step int) int) iter.Seq2[*block, error] {
	return func(yield func(*block, error) bool) {
		b := &block{from: from}
		for batch, err := range f.batches(ctx, from, to) {
			if err != nil {
				yield(nil, err)
				return
			}
			k := batch.Index
			b.values, b.labels, b.rates = append(b.values, batch.Images...), append(b.labels, batch.Labels...), append(b.rates, rate.Rate(k))
			if len(b.rates) < f.block && k+1 < to && k+1 < end(b.from) {
				continue
			}
			if !yield(b, nil) {
				return
			}
			b.from, b.values, b.labels, b.rates = k+1, b.values[:0], b.labels[:0], b.rates[:0]
		}
	}
}

// feed is the pictures, or what the frozen layers give for them: where a
// picture looks the same whenever it is shown, these layers are run on each
// picture once, and the steps compute only what learns. They come to the same bits either way
// (TestSettledIsTheSame). Where pictures are cut or mirrored at random, where each is
// shown less than twice, and where it would take more bytes than most, all
// layers are run in each step.
//
// moves is called on the way, which may be long. What comes of it is not kept for other nets: of a balanced design, no two of one seed have parent, cut and pictures in common.
func (p *plan) feed(ctx context.Context, trainer *gomlxnet.Trainer, most int, moves func()) (feed, error) {
	pictures := feed{steps: trainer.Steps, block: trainer.Block(), batches: func(ctx context.Context, from, to int) iter.Seq2[*dataset.Batch, error] {
		return p.task.Train(ctx, p.order(), p.view, from, to)
	}}
	each, err := p.settled(most)
	if each == 0 || err != nil {
		return pictures, err
	}
	n := p.task.NumTrain()
	s := &settled{order: p.order(), each: each, values: make([]float32, n*each), labels: make([]int32, n)}
	// The first epoch has each picture once, and the last batch may reach into the next.
	first := s.order.Epoch(0, n)
	for batch, err := range pictures.batches(ctx, 0, (n+s.order.Batch-1)/s.order.Batch) {
		if err != nil {
			return feed{}, err
		}
		moves()
		out, err := trainer.Prefix(batch.Images)
		if err != nil {
			return feed{}, err
		}
		at := batch.Index * s.order.Batch
		for i := range min(s.order.Batch, n-at) {
			picture := first[at+i]
			copy(s.of(picture), out[i*each:(i+1)*each])
			s.labels[picture] = batch.Labels[i]
		}
	}
	above, err := trainer.BlockAbove()
	return feed{steps: trainer.StepsAbove, block: above, batches: s.batches}, err
}

// settled is how many values the frozen layers give for a picture, where that
// is worth keeping and takes no more bytes than most; else 0.
func (p *plan) settled(most int) (each int, err error) {
	layers, n := p.arch.Settled(p.cut), p.task.NumTrain()
	h, w, _ := p.task.Shape()
	if layers == 0 || p.view.Mirror || p.view.Pad > 0 || h != p.view.Size || w != p.view.Size || p.recipe.Steps*p.recipe.Batch < 2*n {
		return 0, nil
	}
	dims, err := p.arch.Dims()
	if err != nil {
		return 0, err
	}
	each = dims[layers-1].Out.Values()
	if 4*n*each > most {
		return 0, nil
	}
	return each, nil
}

// settled is what the frozen layers gave for all training pictures.
type settled struct {
	order  dataset.Order
	each   int
	values []float32 // by picture
	labels []int32
}

func (s *settled) of(picture int32) []float32 {
	return s.values[int(picture)*s.each : (int(picture)+1)*s.each]
}

// batches are those of [dataset.Task.Train], with what the frozen layers gave in place of images.
func (s *settled) batches(ctx context.Context, from, to int) iter.Seq2[*dataset.Batch, error] {
	return func(yield func(*dataset.Batch, error) bool) {
		b := &dataset.Batch{Images: make([]float32, s.order.Batch*s.each), Labels: make([]int32, s.order.Batch), Size: s.order.Batch}
		epoch, order := -1, []int32(nil)
		for k := from; k < to; k++ {
			if err := ctx.Err(); err != nil {
				yield(nil, fmt.Errorf("batch %d: %w", k, err))
				return
			}
			for i := range s.order.Batch {
				at := k*s.order.Batch + i
				if e := at / len(s.labels); e != epoch {
					epoch, order = e, s.order.Epoch(e, len(s.labels))
				}
				picture := order[at%len(s.labels)]
				copy(b.Images[i*s.each:], s.of(picture))
				b.Labels[i] = s.labels[picture]
			}
			if b.Index = k; !yield(b, nil) {
				return
			}
		}
	}
}
