package transfer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"coadapt/gomlxnet/arch"
	"coadapt/transfer/store"
)

// counts is how far a curve is, in nets and in what they cost.
type counts struct {
	began              time.Time
	done, total        int
	spent, hits, costs float64 // of finished nets, of those that were hits, and of all
}

// left estimates the time to go from what was trained so far, as hits cost
// nothing; now is the cost of what is done, with the parts of the nets being trained.
// It is 0 until a hundredth of the work was done.
func (c counts) left(now float64) time.Duration {
	trained := now - c.hits
	if trained <= 0 || trained < (c.costs-c.hits)/100 {
		return 0
	}
	return time.Duration(time.Since(c.began).Seconds() / trained * (c.costs - now) * float64(time.Second))
}

// cost compares the trainings of a Lab's nets: multiply-adds of as many steps
// for each, as theirs are much alike. A net that cannot be costs nothing.
func (l *Lab) cost(n Net) float64 {
	const steps = 1000
	a, err := l.experiment.sized(context.Background(), l.cfg.Arch.Classes)
	if err != nil {
		return 0
	}
	sum, err := trainCost(n, a, steps)
	if err != nil {
		return 0
	}
	return float64(sum) * float64(max(1, n.Treatment.row().times))
}

// trainError is a failure while a net was being trained: it may not happen
// again, and says nothing about other nets.
type trainError struct{ err error }

func (e *trainError) Error() string { return e.err.Error() }
func (e *trainError) Unwrap() error { return e.err }

// retryable says whether another try may do better.
func retryable(err error) bool {
	var (
		train  *trainError
		broken *store.BrokenError
	)
	return errors.As(err, &train) || errors.As(err, &broken)
}

// Curve yields the results of nets as they finish, training what is missing,
// Config.Workers at a time: parents before children, and first those with the
// longest way to go. A net whose training fails is tried again, Config.Retries
// times, and then is a result of status Failed; its children are Blocked, all
// other nets go on. Nets that other processes are training are waited for while there is
// nothing else to do. Curve ends early, with an error, where ctx ends or where
// nothing can be trained at all, such as when the store cannot be written;
// what was finished is kept.
func (l *Lab) Curve(ctx context.Context, nets []Net) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		c := &curve{
			lab:      l,
			schedule: newSchedule(nets, l.cost, l.shape),
			finished: make(chan finished),
			idle:     slices.Clone(l.slotsFor(len(nets))),
		}
		l.mu.Lock()
		l.count = counts{began: time.Now(), total: len(nets), costs: c.total}
		l.mu.Unlock()
		err := c.run(ctx, yield)
		cancel()
		for c.running > 0 { // those in training keep their step and end
			<-c.finished
			c.running--
		}
		l.prefixes.Drop()
		l.told.flush()
		if err != nil && !errors.Is(err, errBroken) {
			yield(Result{Net: c.at}, err)
		}
	}
}

// errBroken says that the caller wants no more results.
var errBroken = errors.New("the iteration was ended")

// curve is a call of Curve.
type curve struct {
	*schedule
	lab      *Lab
	finished chan finished
	idle     []*slot
	running  int
	at       Net // the net of the error
}

type finished struct {
	*job
	slot   *slot
	result Result
	err    error
}

// run hands jobs to slots until all are finished.
func (c *curve) run(ctx context.Context, yield func(Result, error) bool) error {
	for c.left > 0 {
		wait := c.start(ctx)
		var timer <-chan time.Time
		if !wait.IsZero() {
			timer = time.After(time.Until(wait))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer:
		case f := <-c.finished:
			c.running--
			c.idle = append(c.idle, f.slot)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err := c.take(ctx, f, yield); err != nil {
				return err
			}
		}
	}
	return nil
}

// start gives all idle slots something to do; it says when to look again.
func (c *curve) start(ctx context.Context) (wait time.Time) {
	for len(c.idle) > 0 {
		s := c.idle[0]
		j, wait := c.next(time.Now(), func(shape arch.Cut) bool {
			compiled, begun := s.shared.shapes[shape]
			return compiled || begun && s.meeting != nil // that of a net that others at the meeting train
		},
			func(shape arch.Cut) bool {
				return slices.ContainsFunc(c.lab.everySlot(), func(s *slot) bool {
					_, begun := s.shared.shapes[shape]
					return begun
				})
			})
		if j == nil {
			return wait
		}
		if shape := j.shape; !s.shared.shapes[shape] {
			s.shared.shapes[shape] = false
		}
		c.idle = c.idle[1:]
		c.running++
		c.lab.mu.Lock()
		s.share, s.cost = 0, j.cost
		c.lab.mu.Unlock()
		go func() {
			r, err := c.lab.attempt(ctx, s, j.net, j.tries+1)
			c.finished <- finished{j, s, r, err}
		}()
	}
	return time.Time{}
}

// take deals with what came of a job.
func (c *curve) take(ctx context.Context, f finished, yield func(Result, error) bool) error {
	l, j := c.lab, f.job
	l.mu.Lock()
	f.slot.share = 0
	l.mu.Unlock()
	if f.err == nil && !f.result.Hit {
		f.slot.shared.shapes[j.shape] = true
	}
	var held *store.HeldError
	switch {
	case errors.As(f.err, &held) || errors.Is(f.err, store.ErrLost):
		now := time.Now()
		if j.held.IsZero() {
			j.held = now
			l.report(ended(j.net, fmt.Sprintf("%s: %v", j.net, f.err)))
		}
		j.waits = now.Add(l.heldPoll(now.Sub(j.held)))
		c.put(j)
		return nil
	case f.err != nil && !retryable(f.err):
		c.at = j.net
		return fmt.Errorf("net %s: %w", j.net, f.err)
	case f.err != nil && j.tries < l.cfg.Retries:
		j.tries++
		l.report(ended(j.net, fmt.Sprintf("%s failed and is tried again (%d of %d): %v", j.net, j.tries,
			l.cfg.Retries, f.err)))
		j.waits = time.Now().Add(l.pause << (j.tries - 1))
		c.put(j)
		return nil
	case f.err != nil:
		p, err := l.Plan(ctx, j.net)
		if err != nil {
			return err
		}
		f.result = p.result(l)
		f.result.Status, f.result.Reason = Failed, f.err.Error()
	}
	return c.done(ctx, j, f.result, yield)
}

// done yields a result and, where it has no weights, those of its children, which are blocked by it.
func (c *curve) done(ctx context.Context, j *job, r Result, yield func(Result, error) bool) error {
	l := c.lab
	l.finish(j, r)
	j.key = r.Key
	if p := j.parent; p != nil {
		if p.open--; p.open == 0 { // nobody needs its weights in memory any more
			l.weights.drop(p.key)
		}
	}
	if !j.silent && !yield(r, nil) {
		return errBroken
	}
	if r.HasWeights() {
		c.finish(j)
		return nil
	}
	c.left--
	for _, child := range j.children {
		p, err := l.Plan(ctx, child.net)
		if err != nil {
			return err
		}
		if err := c.done(ctx, child, p.blocked(l, r), yield); err != nil {
			return err
		}
	}
	return nil
}

// ended is an event of a net that is no longer in training here.
func ended(n Net, text string) Event {
	e := notice(n, text)
	e.Ended = true
	return e
}

// finish counts a job.
func (l *Lab) finish(j *job, r Result) {
	l.mu.Lock()
	l.count.spent += j.cost
	if r.Hit || r.Status == Blocked {
		l.count.hits += j.cost
	}
	e := ended(r.Net, "")
	if !j.silent {
		l.count.done++
		e.Result = &r
	}
	l.mu.Unlock()
	l.report(e)
}

// report passes an event on, with the share of the curve that is done.
func (l *Lab) report(e Event) {
	l.mu.Lock()
	e.Done, e.Total = l.count.done, l.count.total
	if l.count.costs > 0 {
		now := l.count.spent
		for _, s := range l.everySlot() {
			now += s.share * s.cost
		}
		e.Share = min(1, now/l.count.costs)
		e.Left = l.count.left(now)
	}
	l.told.add(e) // under the lock, so that no share is behind the one before
	l.mu.Unlock()
	l.told.deliver()
}
