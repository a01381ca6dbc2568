package dataset

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"sync"
)

// Batch is the input of one step: Images, or as [Task.TrainBytes] makes it Pixels with Places. It is valid until the
// iterator is asked for the next.
type Batch struct {
	Images   []float32 // [Size, Height, Width, Channels], what the View makes of the pictures
	Pixels   []uint8   // [Size, Height, Width, Channels], whole pictures
	Places   []int32   // [Size, 3], where each is to be cut: X, Y and 0 or 1 of its [Placing]
	Labels   []int32   // [Size], 0..classes-1; -1 marks the padding of a last test batch
	Size     int       // pictures in the batch, padding included
	Height   int       // of Images or Pixels, as Width and Channels are
	Width    int
	Channels int
	Index    int // k of this batch
}

// Train yields the training batches from..to-1 of an order. Goroutines work ahead of the loop, at most one batch a
// core; what is in a batch does not depend on how many there are. The iterator may be left early and used again. A
// cancelled context or a picture that no longer decodes ends it with an error.
func (t *Task) Train(ctx context.Context, o Order, v View, from, to int) iter.Seq2[*Batch, error] {
	return t.train(ctx, o, v, false, from, to)
}

// TrainBytes is [Task.Train] for those who do themselves what [Task.Preprocess] says: the same pictures in the same
// order, whole and as bytes, and for each the place at which Train would cut it.
func (t *Task) TrainBytes(ctx context.Context, o Order, v View, from, to int) iter.Seq2[*Batch, error] {
	return t.train(ctx, o, v, true, from, to)
}

// Preprocess is what a view does to the task's pictures, beside choosing their places.
func (t *Task) Preprocess(v View) (*Preprocess, error) {
	p, err := t.plan(v)
	if err != nil {
		return nil, err
	}
	return &p.Preprocess, nil
}

// plan checks a view against the task's pictures.
func (t *Task) plan(v View) (plan, error) {
	h, w, c := t.src.Shape()
	return v.plan(h, w, c, t.mean)
}

// train yields the training batches from..to-1 of an order, where bytes says so of whole pictures.
func (t *Task) train(ctx context.Context, o Order, v View, bytes bool, from, to int) iter.Seq2[*Batch, error] {
	p, err := t.plan(v)
	if err == nil {
		err = o.check(t.NumTrain())
	}
	if err != nil {
		return failed(err)
	}
	p.bytes = bytes
	if from < 0 {
		return failed(fmt.Errorf("task %s: training from batch %d, want 0 or more", t.name, from))
	}
	cache := newEpochCache(o)
	return ahead(ctx, runAhead(), from, to, p.newBatch(o.Batch), func(b *Batch, s *scratch) error {
		s.idx = o.indices(b.Index, t.NumTrain(), cache.epoch, s.idx)
		for i, at := range s.idx {
			b.Labels[i] = t.parts[Train].labels[at]
			if err := t.use(Train, at, s.buf,
				func(pic []uint8) { p.put(b, i, pic, p.place(o.Seed, b.Index, i)) }); err != nil {
				return err
			}
		}
		return nil
	})
}

// Test yields the test pictures in order, in batches of size; the last is filled with zeros of label -1. Pictures are
// cut in the middle and not mirrored.
func (t *Task) Test(ctx context.Context, size int, v View) iter.Seq2[*Batch, error] {
	return t.Clean(ctx, Test, t.NumTest(), size, v)
}

// Clean yields pictures of a part as [Task.Test] does, cut in the middle and not mirrored: at most the given number
// of them, spread evenly over the part, so that all classes are among them. The choice is the same for every net of
// the task.
func (t *Task) Clean(ctx context.Context, part Part, most, size int, v View) iter.Seq2[*Batch, error] {
	if size < 1 {
		return failed(fmt.Errorf("task %s: test batch of %d pictures, want at least 1", t.name, size))
	}
	p, err := t.plan(v)
	if err != nil {
		return failed(err)
	}
	all := len(t.parts[part].index)
	count := min(most, all)
	batches := (count + size - 1) / size
	return ahead(ctx, runAhead(), 0, batches, p.newBatch(size), func(b *Batch, s *scratch) error {
		n := p.Values()
		for i := range size {
			k, dst := b.Index*size+i, b.Images[i*n:(i+1)*n]
			if k >= count {
				clear(dst)
				b.Labels[i] = -1
				continue
			}
			at := k * all / count
			b.Labels[i] = t.parts[part].labels[at]
			if err := t.use(part, at, s.buf, func(pic []uint8) { p.Apply(pic, p.centre(), dst) }); err != nil {
				return err
			}
		}
		return nil
	})
}

// runAhead is how many batches are made at a time.
func runAhead() int { return min(runtime.GOMAXPROCS(0)+1, 8) }

// scratch is what one goroutine needs besides the batch it fills.
type scratch struct {
	idx []int
	buf []uint8 // one decoded picture, for tasks not in memory
}

func (p *plan) newBatch(size int) func() (*Batch, *scratch) {
	return func() (*Batch, *scratch) {
		b := &Batch{Labels: make([]int32, size), Size: size, Channels: p.Channels}
		if p.bytes {
			b.Height, b.Width = p.Height, p.Width
			b.Pixels, b.Places = make([]uint8, size*p.PictureBytes()), make([]int32, size*PlacingValues)
		} else {
			b.Height, b.Width = p.Size, p.Size
			b.Images = make([]float32, size*p.Values())
		}
		return b, &scratch{idx: make([]int, size), buf: make([]uint8, p.PictureBytes())}
	}
}

func failed(err error) iter.Seq2[*Batch, error] {
	return func(yield func(*Batch, error) bool) { yield(nil, err) }
}

// ahead yields batches from..to-1 in order. Goroutine j of `slots` owns one buffer and fills batches from+j,
// from+j+slots, ...; it goes on to its next when the loop has let go of the last. All have ended when the iterator
// returns.
func ahead(ctx context.Context, slots, from, to int, alloc func() (*Batch, *scratch),
	fill func(*Batch, *scratch) error) iter.Seq2[*Batch, error] {
	return func(yield func(*Batch, error) bool) {
		if from >= to {
			return
		}
		ctx, cancel := context.WithCancel(ctx)
		var wg sync.WaitGroup
		defer wg.Wait()
		defer cancel()
		type made struct {
			b   *Batch
			err error
		}
		slots = min(slots, to-from)
		ready, free := make([]chan made, slots), make([]chan struct{}, slots)
		for j := range slots {
			ready[j], free[j] = make(chan made, 1), make(chan struct{}, 1)
			wg.Go(func() {
				b, s := alloc()
				for k := from + j; k < to; k += slots {
					if ctx.Err() != nil {
						return
					}
					b.Index = k
					ready[j] <- made{b, fill(b, s)}
					select {
					case <-free[j]:
					case <-ctx.Done():
						return
					}
				}
			})
		}
		for k := from; k < to; k++ {
			j := (k - from) % slots
			select {
			case m := <-ready[j]:
				if m.err != nil {
					yield(nil, fmt.Errorf("batch %d: %w", k, m.err))
					return
				}
				if !yield(m.b, nil) {
					return
				}
				free[j] <- struct{}{}
			case <-ctx.Done():
				yield(nil, fmt.Errorf("batch %d: %w", k, ctx.Err()))
				return
			}
		}
	}
}
