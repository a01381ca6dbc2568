package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/train"
)

// feed is what a net's steps are given: up to block steps at once.
type feed struct {
	batches func(ctx context.Context, from, to int) iter.Seq2[*dataset.Batch, error]
	block   int
	above   bool                // the batches are what the settled layers gave for pictures
	bytes   *dataset.Preprocess // the batches are whole pictures as bytes, of which this is made; nil: values
}

// blocks are the steps from..to-1 in blocks, each of which ends at the step that end gives for its first, or before.
// One is good until the next.
func (f feed) blocks(
	ctx context.Context,
	from, to int,
	rate train.Schedule,
	end func(step int) int,
) iter.Seq2[*train.Steps, error] {
	return func(yield func(*train.Steps, error) bool) {
		b := &train.Steps{Iteration: from, Above: f.above, Preprocess: f.bytes}
		for batch, err := range f.batches(ctx, from, to) {
			if err != nil {
				yield(nil, err)
				return
			}
			k := batch.Index
			b.Values = append(b.Values, batch.Images...)
			b.Pixels, b.Places = append(b.Pixels, batch.Pixels...), append(b.Places, batch.Places...)
			b.Labels = append(b.Labels, batch.Labels...)
			b.Rates = append(b.Rates, rate.Rate(k))
			if len(b.Rates) < f.block && k+1 < to && k+1 < end(b.Iteration) {
				continue
			}
			if !yield(b, nil) {
				return
			}
			b.Iteration, b.Values, b.Labels, b.Rates = k+1, b.Values[:0], b.Labels[:0], b.Rates[:0]
			b.Pixels, b.Places = b.Pixels[:0], b.Places[:0]
		}
	}
}

// feeding is by what a feed is made.
type feeding struct {
	trainer   *train.Trainer
	bytes     bool // pictures as bytes, see Config.Bytes
	most      int  // most bytes of what the frozen layers give; 0: they are run in each step
	kept      *Outputs
	heartbeat func() // called on the way, which may be long
}

// feeding is that of a trainer by the lab's settings.
func (l *Lab) feeding(trainer *train.Trainer, kept *Outputs, heartbeat func()) feeding {
	return feeding{trainer: trainer, bytes: l.cfg.Bytes, most: l.maxSettled, kept: kept, heartbeat: heartbeat}
}

// feed is the pictures, or what the frozen layers give for them: where a
// picture looks the same whenever it is shown, these layers are run on each
// picture once, and the steps compute only what learns. They come to the same bits either way
// (TestSettledIsTheSame). Where pictures are cut or mirrored at random, where each is
// shown less than twice, and where it would take more bytes than most, all
// layers are run in each step. Pictures are floats or bytes, to the same bits, too (TestBytesAreTheSame); frozen layers
// that are run once are given floats.
//
// What comes of it is kept for other nets, and what took long for other processes and later runs, too: a net of the
// same parent that is cut at the same layer takes it as it is, one that is cut above goes on from there.
func (p *Plan) feed(ctx context.Context, by feeding) (feed, error) {
	each, err := p.settled(by.most)
	if err != nil {
		return feed{}, err
	}
	if each == 0 {
		return p.pictures(by)
	}
	values, err := p.prefix(ctx, by, each)
	if err != nil {
		return feed{}, err
	}
	s := &settled{order: p.Order(), each: each, values: values, labels: make([]int32, p.Task.NumTrain())}
	for i := range s.labels {
		s.labels[i] = int32(p.Task.Label(dataset.Train, i))
	}
	return feed{above: true, block: by.trainer.MaxSteps(true), batches: s.batches}, nil
}

// pictures is the feed of steps that run all layers.
func (p *Plan) pictures(by feeding) (feed, error) {
	f, batches := feed{block: by.trainer.MaxSteps(false)}, p.Task.Train
	if by.bytes {
		var err error
		if f.bytes, err = p.Task.Preprocess(p.View); err != nil {
			return feed{}, err
		}
		batches = p.Task.TrainBytes
	}
	f.batches = func(ctx context.Context, from, to int) iter.Seq2[*dataset.Batch, error] {
		return batches(ctx, p.Order(), p.View, from, to)
	}
	return f, nil
}

// prefix is what the settled layers give for all training pictures, each values a picture: as it is kept, or from the
// highest layer that is kept, or from the pictures.
func (p *Plan) prefix(ctx context.Context, by feeding, each int) ([]float32, error) {
	layers, n, batch, trainer := p.Arch.StaticBlocks(p.Cut), p.Task.NumTrain(), p.Order().Batch, by.trainer
	keys, err := p.prefixKeys(trainer, layers)
	if err != nil {
		return nil, err
	}
	dims, err := p.Arch.Dims()
	if err != nil {
		return nil, err
	}
	var below []float32 // what layers 1..from gave
	from := layers
	for ; from > 0; from-- {
		if below = by.kept.Get(keys[from-1], n*dims[from-1].Out.Values()); below != nil {
			break
		}
	}
	if from == layers {
		return below, nil
	}
	var began time.Time // behind the first batch, whose graph is compiled, or is waited for
	values := make([]float32, n*each)
	if from == 0 {
		// The first epoch has each picture once, and the last batch may reach into the next.
		first := p.Order().Epoch(0, n)
		for b, err := range p.Task.Train(ctx, p.Order(), p.View, 0, (n+batch-1)/batch) {
			if err != nil {
				return nil, err
			}
			by.heartbeat()
			out, err := trainer.Prefix(b.Images)
			if err != nil {
				return nil, err
			}
			if b.Index == 0 {
				began = time.Now()
			}
			for i, picture := range first[b.Index*batch : min((b.Index+1)*batch, n)] {
				copy(values[int(picture)*each:], out[i*each:(i+1)*each])
			}
		}
	} else {
		size := len(below) / n
		part := make([]float32, batch*size) // behind the last picture, what was there before: it is not looked at
		for at := 0; at < n; at += batch {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			by.heartbeat()
			copy(part, below[at*size:min((at+batch)*size, n*size)])
			out, err := trainer.PrefixFrom(from, part)
			if err != nil {
				return nil, err
			}
			if at == 0 {
				began = time.Now()
			}
			copy(values[at*each:], out)
		}
	}
	by.kept.Put(keys[layers-1], values, time.Since(began))
	return values, nil
}

// prefixKeys name what layers 1..1, 1..2 and so on up to 1..n of the trainer's net give for the training pictures: by
// all that changes a bit of it.
func (p *Plan) prefixKeys(trainer *train.Trainer, n int) ([]string, error) {
	w, err := trainer.Weights()
	if err != nil {
		return nil, err
	}
	view := p.View
	view.Mean = nil
	seen := sha256.New()
	fmt.Fprintf(seen, "%d %s %d %s %s %+v ", p.spec.Semantics, p.spec.Backend, p.Order().Batch, p.Arch.Precision,
		p.Task.Digest(), view)
	if err := binary.Write(seen, binary.LittleEndian, p.View.Mean); err != nil {
		return nil, err
	}
	keys := make([]string, n)
	for i := range keys {
		layers, err := json.Marshal(p.Arch.Blocks[:i+1])
		if err != nil {
			return nil, err
		}
		digest, err := p.Arch.PrefixDigest(w, i+1)
		if err != nil {
			return nil, err
		}
		keys[i] = fmt.Sprintf("%x %s %s", seen.Sum(nil), layers, digest)
	}
	return keys, nil
}

// settled is how many values the frozen layers give for a picture, where that
// is worth keeping and takes no more bytes than most; else 0.
func (p *Plan) settled(most int) (each int, err error) {
	layers, n := p.Arch.StaticBlocks(p.Cut), p.Task.NumTrain()
	h, w, _ := p.Task.Shape()
	if layers == 0 || p.View.Mirror || p.View.Pad > 0 || h != p.View.Size || w != p.View.Size ||
		p.Recipe.Steps*p.Recipe.Batch < 2*n {
		return 0, nil
	}
	dims, err := p.Arch.Dims()
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
		b := &dataset.Batch{
			Images: make([]float32, s.order.Batch*s.each),
			Labels: make([]int32, s.order.Batch),
			Size:   s.order.Batch,
		}
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
