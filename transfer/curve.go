package transfer

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"coadapt/gomlxnet"
)

// worker trains one net at a time on compiled graphs of its own. XLA spreads a
// step of a small net over two cores and no further, so that more cores are for
// more nets.
type worker struct {
	trainers map[trainerKey]*gomlxnet.Trainer
	part     float64 // of the net being trained, 0..1; guarded by Lab.mu
	shapes   []int   // what is compiled, see Net.shape
}

// shape tells compiled graphs apart: the number of frozen layers, 0 for base
// and fine-tuned nets.
func (n Net) shape() int {
	if n.Treatment.Frozen() {
		return n.N
	}
	return 0
}

// counts is how far a curve is.
type counts struct {
	began             time.Time
	done, hits, total int
}

// left estimates the time to go from what was trained so far, as hits cost
// nothing. It is 0 until one net's worth of steps was taken.
func (c counts) left(share float64) time.Duration {
	trained := share*float64(c.total) - float64(c.hits)
	if trained < 1 {
		return 0
	}
	each := time.Since(c.began).Seconds() / trained
	return time.Duration(each * (1 - share) * float64(c.total) * float64(time.Second))
}

// Curve yields the results of nets as they finish, training what is missing:
// base nets first, then the others, Config.Workers at a time. It ends at the
// first error; what was finished before it is in the store. A net that diverges
// is a result, not an error.
func (l *Lab) Curve(ctx context.Context, nets []Net) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		l.mu.Lock()
		l.count = counts{began: time.Now(), total: len(nets)}
		l.mu.Unlock()
		for _, level := range levels(nets) {
			if !l.level(ctx, cancel, level, yield) {
				return
			}
		}
	}
}

// levels parts nets into those that others need and the rest. A parent that is
// not asked for is trained by the first child that needs it; were it not added
// here, two workers could train it at the same time.
func levels(nets []Net) [2][]job {
	var out [2][]job
	asked := make(map[Net]bool)
	for _, n := range nets {
		asked[n] = true
	}
	for _, n := range nets {
		if parent, ok := n.Parent(); ok && !asked[parent] {
			asked[parent] = true
			out[0] = append(out[0], job{net: parent, silent: true})
		}
	}
	for _, n := range nets {
		i := 1
		if n.Treatment == Base {
			i = 0
		}
		out[i] = append(out[i], job{net: n})
	}
	return out
}

// job is a net to train; silent ones are parents that nobody asked for.
type job struct {
	net    Net
	silent bool
}

type finished struct {
	job
	result Result
	err    error
}

// level runs jobs on all workers and yields what was asked for; it says
// whether to go on.
func (l *Lab) level(ctx context.Context, cancel context.CancelFunc, jobs []job, yield func(Result, error) bool) bool {
	results := make(chan finished)
	pending := slices.Clone(jobs)
	workers := min(len(l.workers), len(jobs))
	ended := make(chan struct{}, workers)
	for _, w := range l.workers[:workers] {
		go func() {
			defer func() { ended <- struct{}{} }()
			for {
				j, ok := l.next(w, &pending)
				if !ok || ctx.Err() != nil {
					return
				}
				r, err := l.trainOn(ctx, w, j.net)
				results <- finished{j, r, err}
				if err != nil {
					return
				}
			}
		}()
	}
	on := true
	for running := workers; running > 0; {
		select {
		case <-ended:
			running--
		case f := <-results:
			switch {
			case !on: // draining: the iteration has ended
			case f.err != nil:
				on = false
				cancel()
				yield(Result{Net: f.net}, fmt.Errorf("net %s: %w", f.net, f.err))
			case !f.silent:
				l.finish(f.result)
				if on = yield(f.result, nil); !on {
					cancel()
				}
			}
		}
	}
	if err := ctx.Err(); on && err != nil {
		yield(Result{}, err)
		return false
	}
	return on
}

// lookAhead is how far from the front a worker may take a job, so that curves
// still fill from the first cut to the last.
const lookAhead = 8

// next takes the job that suits a worker best: one whose graph it has, else
// one whose graph no worker has, else the first.
func (l *Lab) next(w *worker, pending *[]job) (job, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w.part = 0
	if len(*pending) == 0 {
		return job{}, false
	}
	front := (*pending)[:min(lookAhead, len(*pending))]
	mine := func(j job) bool { return slices.Contains(w.shapes, j.net.shape()) }
	nobodys := func(j job) bool {
		return !slices.ContainsFunc(l.workers, func(w *worker) bool { return slices.Contains(w.shapes, j.net.shape()) })
	}
	best := slices.IndexFunc(front, mine)
	if best < 0 {
		best = max(0, slices.IndexFunc(front, nobodys))
	}
	j := front[best]
	if !mine(j) {
		w.shapes = append(w.shapes, j.net.shape())
	}
	*pending = slices.Delete(*pending, best, best+1)
	return j, true
}

func (l *Lab) finish(r Result) {
	l.mu.Lock()
	l.count.done++
	if r.Hit {
		l.count.hits++
	}
	l.mu.Unlock()
	l.report(Event{Net: r.Net, Result: &r})
}

// report passes an event on, with the share of the curve that is done.
func (l *Lab) report(e Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tell(e)
}

// tell is report for a caller that holds the lock.
func (l *Lab) tell(e Event) {
	if l.cfg.Progress == nil {
		return
	}
	e.Done, e.Total = l.count.done, l.count.total
	if e.Total > 0 {
		share := float64(e.Done)
		for _, w := range l.workers {
			share += w.part
		}
		e.Share = min(1, share/float64(e.Total))
		e.Left = l.count.left(e.Share)
	}
	l.cfg.Progress(e)
}
