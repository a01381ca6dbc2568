package main

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"time"

	"coadapt/gomlxnet/arch"
)

// contest is those compared, ours first, and how long.
type contest struct {
	runners []runner
	rounds  int
	turn    time.Duration // of one runner in one round, about
	dir     string        // of problems
	say     func(format string, args ...any)
}

// timing is a case's outcome: what each runner took, round by round.
type timing struct {
	c       benchCase
	steps   int         // a turn
	seconds [][]float64 // by runner and round, a step
	cpu     [][]float64 // the same, of all threads
	apart   float64     // of losses, at most, relative
}

// comparedSteps are the steps whose losses are compared.
const comparedSteps = 4

// tolerance is how far apart losses of the first steps may be, relatively: by what is rounded off, which grows from
// step to step.
func (c benchCase) tolerance() float64 {
	if c.Arch.Precision == arch.BFloat16 {
		return 3e-2 // of 8 bits, and the libraries do not round in the same places
	}
	return 1e-3
}

// settle is the pause between two turns, in which the threads of the one before
// stop spinning.
const settle = 200 * time.Millisecond

// run compares the losses of a case and then times it.
func (c *contest) run(ctx context.Context, bc benchCase) (*timing, error) {
	p, err := newProblem(c.dir, bc)
	if err != nil {
		return nil, err
	}
	t := &timing{c: bc, steps: 1, seconds: make([][]float64, len(c.runners)), cpu: make([][]float64, len(c.runners))}
	var want []float64
	slowest := 0.0
	for i, r := range c.runners {
		c.say("%s: %s builds it and takes %d steps", bc.Name, r.about(), comparedSteps)
		if err := r.load(ctx, p); err != nil {
			return nil, err
		}
		first, err := r.steps(ctx, comparedSteps, false)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			want = first.Losses
		}
		for k, l := range first.Losses {
			far := math.Abs(l-want[k]) / math.Abs(want[k])
			if !(far <= bc.tolerance()) {
				return nil, fmt.Errorf("%s: loss %.7g of %s at step %d, ours is %.7g; more than %g of it "+
					"apart: not timed", bc.Name, l, r.about(), k, want[k], bc.tolerance())
			}
			t.apart = max(t.apart, far)
		}
		again, err := r.steps(ctx, 2, bc.First)
		if err != nil {
			return nil, err
		}
		slowest = max(slowest, again.Seconds/2)
	}
	if !bc.First {
		t.steps = min(max(int(c.turn.Seconds()/slowest), 2), 1000)
		// Whole blocks, as in the training of a net: the last of a turn would else be a full one of which less counts.
		if b, ok := c.runners[0].(interface{ block() int }); ok && !bc.Infer {
			t.steps = (t.steps + b.block() - 1) / b.block() * b.block()
		}
	}
	for round := range c.rounds {
		c.say("%s: round %d of %d, %d steps each", bc.Name, round+1, c.rounds, t.steps)
		for k := range c.runners {
			i := (round + k) % len(c.runners)
			runtime.GC() // what an earlier turn left is not swept in this one
			select {
			case <-time.After(settle):
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			s, err := c.runners[i].steps(ctx, t.steps, bc.First)
			if err != nil {
				return nil, err
			}
			t.seconds[i] = append(t.seconds[i], s.Seconds/float64(t.steps))
			t.cpu[i] = append(t.cpu[i], s.CPU/float64(t.steps))
		}
	}
	return t, nil
}

// peak is the best rate of any runner at a product of matrices.
func (c *contest) peak(ctx context.Context) (float64, error) {
	best := 0.0
	for _, r := range c.runners {
		for _, n := range []int{1024, 2048} {
			rate, err := r.peak(ctx, n)
			if err != nil {
				return 0, err
			}
			best = max(best, rate)
		}
	}
	return best, nil
}

// ratios are our rate over that of runner i, round by round.
func (t *timing) ratios(i int) []float64 {
	var ratios []float64
	for round, s := range t.seconds[i] {
		ratios = append(ratios, s/t.seconds[0][round])
	}
	return ratios
}

// middle is the median, with the least and the greatest.
func middle(values []float64) (median, least, greatest float64) {
	v := slices.Sorted(slices.Values(values))
	n := len(v)
	return (v[(n-1)/2] + v[n/2]) / 2, v[0], v[n-1]
}
