package transfer

import (
	"context"
	"fmt"
	"time"

	"coadapt/gomlxnet/train"
)

// Timing is what the steps and the tests of one net took here and now.
type Timing struct {
	*Plan
	// Compile is what the first steps take longer than others, with what the frozen layers
	// are run for where they are run on each picture once.
	Compile time.Duration
	Seconds []float64 // a step, one figure a block of steps
	Tests   []float64 // seconds a test image, one figure a block of batches
}

// timingBlocks is how many blocks a Timing has: enough for an interval.
const timingBlocks = 6

// Time trains a net from its initial values for about the given time, tests it
// for as long a part of that, and throws it away. Layers of a parent are replaced by initial
// values, which take as long. Loading the images is not in the figures.
func (l *Lab) Time(ctx context.Context, net Net, long time.Duration) (Timing, error) {
	fail := func(err error) (Timing, error) { return Timing{}, fmt.Errorf("timing net %s: %w", net, err) }
	if l.cfg.Backend == nil {
		return fail(errNoBackend)
	}
	p, err := l.Plan(ctx, net)
	if err != nil {
		return fail(err)
	}
	trainer, err := l.trainer(l.alone, p)
	if err != nil {
		return fail(err)
	}
	trainer.Interrupt(ctx)
	w, err := p.initial(nil)
	if err != nil {
		return fail(err)
	}
	if err := trainer.Load(w, p.Cut); err != nil {
		return fail(err)
	}
	t := Timing{Plan: p}
	steps := newBlocks(long)
	feed, err := p.feed(ctx, l.feeding(trainer, NewOutputs(nil, 0), func() {}))
	if err != nil {
		return fail(err)
	}
	// The order goes on beyond the net's own steps, as short nets may have too few.
	for b, err := range feed.blocks(ctx, 0, 1<<30, train.Schedule{}, func(int) int { return 1 << 30 }) {
		if err != nil {
			return fail(err)
		}
		if _, err := trainer.Train(*b); err != nil {
			return fail(err)
		}
		if !steps.took(len(b.Rates)) {
			break
		}
	}
	t.Seconds = steps.means
	tests := newBlocks(long / 4)
	for !tests.done() {
		for batch, err := range p.Task.Test(ctx, p.Recipe.Batch, p.View) {
			if err != nil {
				return fail(err)
			}
			if _, _, err := trainer.Eval(batch.Images, batch.Labels); err != nil {
				return fail(err)
			}
			images := len(batch.Labels)
			for images > 0 && batch.Labels[images-1] < 0 { // padding of the last batch
				images--
			}
			if !tests.took(images) {
				break
			}
		}
		if err := ctx.Err(); err != nil {
			return Timing{}, err
		}
	}
	t.Tests = tests.means
	if err := ctx.Err(); err != nil {
		return Timing{}, err
	}
	t.Compile = max(0, steps.first-time.Duration(t.Seconds[0]*float64(feed.block)*float64(time.Second))) +
		max(0, tests.first-time.Duration(t.Tests[0]*float64(p.Recipe.Batch)*float64(time.Second)))
	return t, nil
}

// blocks divides repeated work into blocks of about equal time. The first
// piece, which compiles, is apart.
type blocks struct {
	each  time.Duration
	means []float64
	first time.Duration

	pieces, units int
	began         time.Time
}

func newBlocks(long time.Duration) *blocks {
	return &blocks{each: long / timingBlocks, began: time.Now()}
}

// took counts a piece of some units that ended now; it says whether more are wanted.
func (b *blocks) took(units int) bool {
	now := time.Now()
	if b.pieces++; b.pieces == 1 {
		b.first, b.began = now.Sub(b.began), now
		return true
	}
	b.units += units
	if spent := now.Sub(b.began); spent >= b.each {
		b.means = append(b.means, spent.Seconds()/float64(b.units))
		b.began, b.units = now, 0
	}
	return !b.done()
}

func (b *blocks) done() bool { return len(b.means) >= timingBlocks }
