package transfer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"coadapt/gomlxnet"
)

// outcome is a trained net: what goes into the store.
type outcome struct {
	result  Result
	metrics []Metric
	weights gomlxnet.Weights
}

// Metric is a point of the training curve: the mean loss over the steps since
// the last point.
type Metric struct {
	Step     int      `json:"step"`               // steps done
	Loss     float64  `json:"loss"`               // nats
	Rate     float64  `json:"rate"`               // of the last step
	Accuracy *float64 `json:"accuracy,omitempty"` // on the test part, where Recipe.TestEvery asks for it
}

// metricPoints is how many points a training curve has at most.
const metricPoints = 100

// trainNet trains a net from its plan and tests it, going on from the checkpoint
// that the lease may hold. Layers 1..n come from donor; a random net's are its
// own initial values. If a frozen prefix changed, it fails: no result is
// better than a wrong one. When ctx ends the step is finished and kept.
func (l *Lab) trainNet(ctx context.Context, wk *worker, p *plan, donor *donated, keep *keeper) (*outcome, error) {
	start := time.Now()
	trainer, err := l.trainer(wk, p)
	if err != nil {
		return nil, err
	}
	trainer.Interrupt(ctx)
	settled, err := p.settled(l.maxSettled)
	if err != nil {
		return nil, err
	}
	at := wk.table.join(partyKey{p.trainerKey(), p.net.shape(), settled > 0})
	defer at.leave()
	w, err := p.initial(donor)
	if err != nil {
		return nil, err
	}
	first, err := p.begin(ctx, trainer, w, keep)
	if err != nil {
		return nil, err
	}
	st, err := keep.resume(trainer, p)
	if err != nil {
		return nil, err
	}
	l.report(Event{Net: p.net, Step: st.Step, Steps: p.recipe.Steps})
	before := st.Seconds
	st.since = func() float64 { return before + time.Since(start).Seconds() }
	out := &outcome{result: p.result(l)}
	out.result.Steps, out.result.Images = p.recipe.Steps, p.recipe.Steps*p.recipe.Batch
	out.result.Scale, out.result.InitialScale, out.result.Rescale = first.scale, first.initial, first.factor
	if p.net.Treatment == Stopped {
		st.until = donor.loss
	}
	err = l.train(ctx, wk, at, p, trainer, st, out, keep)
	at.leave() // those that are left need not wait for its test
	out.metrics = st.Metrics
	if err != nil {
		return nil, err
	}
	if out.weights, err = trainer.Weights(); err != nil {
		return nil, err
	}
	if err := p.prove(first.weights, out.weights); err != nil {
		return nil, err
	}
	r := &out.result
	if r.Status == OK && !out.weights.Finite() {
		r.Status, r.Reason = Diverged, fmt.Sprintf("a weight is not finite after %d steps", r.Steps)
	}
	if r.Status == OK {
		err := p.finalTest(ctx, trainer, out, st.Tests, keep)
		if err == nil {
			err = p.clean(ctx, trainer, r, keep)
		}
		if err != nil {
			return nil, errors.Join(err, keep.checkpoint(trainer, p, st))
		}
	}
	r.Seconds = st.since()
	return out, nil
}

// initial is the net before its first step.
func (p *plan) initial(donor *donated) (gomlxnet.Weights, error) {
	if donor != nil && p.net.Treatment == BasePlus {
		return donor.weights.Clone(), p.arch.Check(donor.weights)
	}
	w, err := p.arch.Init(p.net.stream("init"))
	if err != nil || donor == nil {
		return w, err
	}
	return p.arch.Donate(w, donor.weights, p.net.N)
}

// trainerKey is what a compiled graph depends on, of what the nets of a Lab
// differ in.
type trainerKey struct {
	outputs, batch  int
	momentum, decay float64
}

func (p *plan) trainerKey() trainerKey {
	return trainerKey{p.arch.Classes, p.recipe.Batch, p.recipe.Momentum, p.recipe.Decay}
}

// trainer returns the worker's trainer for a net, made once: a sibling of those of workers it shares graphs with.
func (l *Lab) trainer(w *worker, p *plan) (*gomlxnet.Trainer, error) {
	key, r := p.trainerKey(), p.recipe
	if t := w.trainers[key]; t != nil {
		return t, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	var t *gomlxnet.Trainer
	var err error
	if first := w.shared.trainers[key]; first != nil {
		t, err = first.Sibling(w.devices[0])
	} else {
		backend := l.cfg.Backend
		if w.part >= 0 {
			if l.parts == nil { // all at once, before any is at work
				if l.parts, err = gomlxnet.Divide(l.cfg.Backend, l.cfg.Workers); err != nil {
					return nil, err
				}
			}
			backend = l.parts[w.part]
		}
		t, err = gomlxnet.NewTrainer(backend, p.arch, gomlxnet.SGD{Momentum: r.Momentum, Decay: r.Decay}, r.Batch, w.devices...)
	}
	if err != nil {
		return nil, err
	}
	w.trainers[key], w.shared.trainers[key] = t, t
	return t, nil
}

// prove compares the digests of the frozen layers before and after training.
func (p *plan) prove(before, after gomlxnet.Weights) error {
	if !p.cut.Frozen {
		return nil
	}
	was, err := p.arch.PrefixDigest(before, p.cut.N)
	if err != nil {
		return err
	}
	is, err := p.arch.PrefixDigest(after, p.cut.N)
	if err != nil {
		return err
	}
	if was != is {
		return fmt.Errorf("%w: layers 1..%d had digest %s before training and %s after", errThawed, p.cut.N, was, is)
	}
	return nil
}

// train takes the steps that are left, or stops where the loss is no longer
// finite. Whatever ends it early, a checkpoint of the last whole step is kept.
func (l *Lab) train(ctx context.Context, wk *worker, at *seat, p *plan, trainer *gomlxnet.Trainer, st *progress, out *outcome, keep *keeper) error {
	var (
		r      = &out.result
		drop   = p.net.stream("dropout")
		tail   = p.recipe.Steps - max(1, p.recipe.Steps/10)
		report = throttle{every: 100 * time.Millisecond}
		start  = time.Now()
		from   = st.Step
	)
	stop := func(err error) error { return errors.Join(err, keep.checkpoint(trainer, p, st)) }
	if err := p.measure(ctx, trainer, st, keep); err != nil {
		return stop(err)
	}
	feed, err := p.feed(ctx, trainer, l.maxSettled, l.prefixes, keep.heartbeat)
	if err != nil {
		return err
	}
	steps := at.steps(trainer, feed.steps)
	for b, err := range feed.blocks(ctx, from, p.recipe.Steps, p.recipe.Rate, func(step int) int { return min(p.nextTest(step), keep.next(step), st.nextLook(step, p.metricEvery())) }) {
		if err != nil {
			return stop(err)
		}
		losses, err := steps(b.values, b.labels, b.rates, drop, b.from)
		if err != nil {
			return err
		}
		for i, loss := range losses {
			k := b.from + i
			if math.IsNaN(loss) || math.IsInf(loss, 0) {
				r.Status, r.Steps, r.Images = Diverged, k+1, (k+1)*p.recipe.Batch
				r.Reason = fmt.Sprintf("the loss is %v at step %d", loss, k+1)
				return nil
			}
			st.add(k, loss, b.rates[i], k >= tail)
			if err := p.measure(ctx, trainer, st, keep); err != nil {
				return stop(err)
			}
		}
		if st.reached() {
			r.Steps, r.Images, r.TrainLoss = st.Step, st.Step*p.recipe.Batch, st.recent()
			return nil
		}
		loss := losses[len(losses)-1]
		if err := keep.step(trainer, p, st, loss); err != nil {
			return err
		}
		if report.due() {
			l.mu.Lock()
			wk.share = float64(st.Step) / float64(p.recipe.Steps)
			l.mu.Unlock()
			l.report(Event{Net: p.net, Step: st.Step, Steps: p.recipe.Steps, Loss: loss,
				ImagesPerSecond: float64((st.Step-from)*p.recipe.Batch) / time.Since(start).Seconds()})
		}
	}
	if err := ctx.Err(); err != nil {
		return stop(err)
	}
	r.TrainLoss = st.Last / float64(p.recipe.Steps-tail)
	return nil
}

// nextTest is the step behind which the net is tested next, steps taken so far.
func (p *plan) nextTest(steps int) int {
	if every := p.recipe.TestEvery; every > 0 {
		return steps - steps%every + every
	}
	return p.recipe.Steps
}

// metricEvery is how many steps lie between two points of the training curve.
func (p *plan) metricEvery() int { return max(1, p.recipe.Steps/metricPoints) }

// measure adds a point to the training curve where one is due after the steps
// taken, with an accuracy where the recipe asks for a test.
func (p *plan) measure(ctx context.Context, trainer *gomlxnet.Trainer, st *progress, keep *keeper) error {
	every := p.metricEvery()
	tested := p.recipe.TestEvery > 0 && st.Step%p.recipe.TestEvery == 0
	if st.Since == 0 || st.Since < every && !tested && st.Step < p.recipe.Steps {
		return nil
	}
	m := Metric{Step: st.Step, Loss: st.Sum / float64(st.Since), Rate: st.Rate}
	if tested {
		correct, _, err := p.test(ctx, trainer, keep)
		if err != nil {
			return err
		}
		accuracy := float64(correct) / float64(p.task.NumTest())
		m.Accuracy, st.Tests = &accuracy, append(st.Tests, accuracy)
	}
	st.Sum, st.Since, st.Metrics = 0, 0, append(st.Metrics, m)
	return nil
}

// finalTest fills in what the net does on the test part after the last step.
func (p *plan) finalTest(ctx context.Context, trainer *gomlxnet.Trainer, out *outcome, tests []float64, keep *keeper) error {
	r := &out.result
	correct, loss, err := p.test(ctx, trainer, keep)
	if err != nil {
		return err
	}
	r.Correct, r.Tested = correct, p.task.NumTest()
	r.Accuracy = float64(correct) / float64(r.Tested)
	r.Loss = loss / float64(r.Tested)
	if math.IsNaN(r.Loss) || math.IsInf(r.Loss, 0) {
		r.Status, r.Reason = Diverged, fmt.Sprintf("the test loss is %v", r.Loss)
	}
	r.Best10 = best10(tests)
	return nil
}

// test makes one clean pass over the test part; loss is summed, in nats.
func (p *plan) test(ctx context.Context, trainer *gomlxnet.Trainer, keep *keeper) (correct int, loss float64, err error) {
	for batch, err := range p.task.Test(ctx, p.recipe.Batch, p.view) {
		if err != nil {
			return 0, 0, err
		}
		keep.heartbeat()
		c, sum, err := trainer.Eval(batch.Images, batch.Labels)
		if err != nil {
			return 0, 0, err
		}
		correct, loss = correct+c, loss+sum
	}
	return correct, loss, nil
}

// throttle lets a report through every so often.
type throttle struct {
	every time.Duration
	last  time.Time
}

func (t *throttle) due() bool {
	now := time.Now()
	if now.Sub(t.last) < t.every {
		return false
	}
	t.last = now
	return true
}
