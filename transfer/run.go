package transfer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"time"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/train"
)

// outcome is a trained net: what goes into the store.
type outcome struct {
	result  Result
	metrics []Metric
	weights arch.Weights
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
func (l *Lab) trainNet(ctx context.Context, s *slot, p *Plan, donor *donated, keep *keeper) (*outcome, error) {
	start := time.Now()
	trainer, err := l.trainer(s, p)
	if err != nil {
		return nil, err
	}
	trainer.Interrupt(ctx)
	settled, err := p.settled(l.maxSettled)
	if err != nil {
		return nil, err
	}
	var at *seat
	if len(p.stages()) == 1 { // others are in another graph in each
		at = s.meeting.join(kind{p.trainerKey(), p.Cut.Learning(), settled > 0})
	}
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
	l.report(Event{Progress: Progress{Net: p.Net, Step: st.Step, Steps: p.Recipe.Steps}})
	before := st.Seconds
	st.since = func() float64 { return before + time.Since(start).Seconds() }
	out := &outcome{result: p.result(l)}
	out.result.Steps, out.result.Images = p.Recipe.Steps, p.Recipe.Steps*p.Recipe.Batch
	out.result.Scale, out.result.InitialScale, out.result.Rescale = first.scale, first.initial, first.factor
	if p.Net.Treatment.row().stops {
		st.until = donor.loss
	}
	own := *p
	of := &session{Plan: &own, lab: l, slot: s, seat: at, trainer: trainer, keep: keep, st: st, out: out}
	err = of.train(ctx)
	at.leave() // those that are left need not wait for its test
	out.metrics = st.Metrics
	if err != nil {
		return nil, err
	}
	if out.weights, err = trainer.Weights(); err != nil {
		return nil, err
	}
	if err := of.prove(first.weights, out.weights); err != nil {
		return nil, err
	}
	r := &out.result
	if r.Status == OK && !out.weights.Finite() {
		r.Status, r.Reason = Diverged, fmt.Sprintf("a weight is not finite after %d steps", r.Steps)
	}
	if r.Status == OK {
		err := of.finalTest(ctx)
		if err == nil {
			err = of.clean(ctx)
		}
		if err != nil {
			return nil, of.stop(err)
		}
	}
	r.Seconds = st.since()
	return out, nil
}

// initial is the net before its first step.
func (p *Plan) initial(donor *donated) (arch.Weights, error) {
	w, err := p.Initial()
	if err != nil || donor == nil {
		return w, err
	}
	row, take := p.Net.Treatment.row(), p.Net.N
	if row.takes != nil {
		take = row.takes(p.Net.N, p.Arch.Cuts())
	}
	if take > p.Arch.Cuts() {
		return donor.weights.Clone(), p.Arch.Check(donor.weights)
	}
	if w, err = p.Arch.Donate(w, donor.weights, take); err != nil || row.alters == nil {
		return w, err
	}
	return row.alters(p.Arch, w, take, p.Net.stream("shuffle"))
}

// prove compares the digests of the frozen layers before and after training.
func (p *Plan) prove(before, after arch.Weights) error {
	if !p.Cut.Frozen {
		return nil
	}
	was, err := p.Arch.FrozenDigest(before, p.Cut)
	if err != nil {
		return err
	}
	is, err := p.Arch.FrozenDigest(after, p.Cut)
	if err != nil {
		return err
	}
	if was != is {
		return fmt.Errorf("%w: layers %d..%d had digest %s before training and %s after", errThawed, p.Cut.Free+1,
			p.Cut.N, was, is)
	}
	return nil
}

// session is a net while it is trained.
type session struct {
	*Plan
	lab     *Lab
	slot    *slot
	seat    *seat
	trainer *train.Trainer
	keep    *keeper
	st      *state
	out     *outcome
	report  throttle
	started time.Time
	from    int // the first step that is taken here
}

// train takes the steps that are left, or stops where the loss is no longer
// finite. Whatever ends it early, a checkpoint of the last whole step is kept.
func (t *session) train(ctx context.Context) error {
	t.report.every, t.started, t.from = 100*time.Millisecond, time.Now(), t.st.Step
	if err := t.measure(ctx); err != nil {
		return t.stop(err)
	}
	for _, s := range t.stages() {
		if t.st.Step >= s.to && s.to < t.Recipe.Steps {
			continue
		}
		if err := t.trainer.Recut(s.cut); err != nil {
			return err
		}
		t.Cut = s.cut
		if ended, err := t.stage(ctx, s); ended || err != nil {
			return err
		}
	}
	t.out.result.TrainLoss = t.st.Last / float64(t.Recipe.Steps-t.tail())
	return nil
}

// stop keeps a checkpoint; err is why there is no further step.
func (t *session) stop(err error) error {
	return errors.Join(err, t.keep.checkpoint(t.trainer, t.Plan, t.st))
}

// tail is the first step of the last tenth, whose losses are the net's training loss.
func (p *Plan) tail() int { return p.Recipe.Steps - max(1, p.Recipe.Steps/10) }

// stage takes the steps up to the end of a stage. ended says that the net takes no more, and its result why.
func (t *session) stage(ctx context.Context, s stage) (ended bool, err error) {
	feed, err := t.feed(ctx, t.lab.feeding(t.trainer, t.lab.prefixes, t.keep.heartbeat))
	if err != nil {
		return false, err
	}
	dropout := t.Net.stream("dropout")
	end := func(step int) int {
		return min(t.nextTest(step), t.keep.next(step), t.st.nextLook(step, t.metricEvery()))
	}
	for b, err := range feed.blocks(ctx, t.st.Step, s.to, t.Recipe.Rate, end) {
		if err != nil {
			return false, t.stop(err)
		}
		b.Seed = dropout
		losses, err := t.seat.train(ctx, t.trainer, *b)
		if err != nil && ctx.Err() != nil {
			return false, t.stop(err)
		}
		if err != nil {
			return false, err
		}
		r := &t.out.result
		for i, loss := range losses {
			k := b.Iteration + i
			if math.IsNaN(loss) || math.IsInf(loss, 0) {
				r.Status, r.Steps, r.Images = Diverged, k+1, (k+1)*t.Recipe.Batch
				r.Reason = fmt.Sprintf("the loss is %v at step %d", loss, k+1)
				return true, nil
			}
			t.st.add(k, loss, b.Rates[i], k >= t.tail())
			if err := t.measure(ctx); err != nil {
				return false, t.stop(err)
			}
		}
		if t.st.reached() {
			r.Steps, r.Images, r.TrainLoss = t.st.Step, t.st.Step*t.Recipe.Batch, t.st.recent()
			return true, nil
		}
		loss := losses[len(losses)-1]
		if err := t.keep.step(t.trainer, t.Plan, t.st, loss); err != nil {
			return false, err
		}
		t.tell(loss)
	}
	if err := ctx.Err(); err != nil {
		return false, t.stop(err)
	}
	return false, nil
}

// tell reports how far the net is, every so often.
func (t *session) tell(loss float64) {
	if !t.report.due() {
		return
	}
	t.lab.mu.Lock()
	t.slot.share = float64(t.st.Step) / float64(t.Recipe.Steps)
	t.lab.mu.Unlock()
	t.lab.report(Event{Progress: Progress{Net: t.Net, Step: t.st.Step, Steps: t.Recipe.Steps, Loss: loss,
		ImagesPerSecond: float64((t.st.Step-t.from)*t.Recipe.Batch) / time.Since(t.started).Seconds()}})
}

// nextTest is the step behind which the net is tested next, steps taken so far.
func (p *Plan) nextTest(steps int) int {
	return min(nextMultiple(steps, p.Recipe.TestEvery), p.Recipe.Steps)
}

// metricEvery is how many steps lie between two points of the training curve.
func (p *Plan) metricEvery() int { return max(1, p.Recipe.Steps/metricPoints) }

// measure adds a point to the training curve where one is due after the steps
// taken, with an accuracy where the recipe asks for a test.
func (t *session) measure(ctx context.Context) error {
	st := t.st
	tested := t.Recipe.TestEvery > 0 && st.Step%t.Recipe.TestEvery == 0
	if st.Since == 0 || st.Since < t.metricEvery() && !tested && st.Step < t.Recipe.Steps {
		return nil
	}
	m := Metric{Step: st.Step, Loss: st.Sum / float64(st.Since), Rate: st.Rate}
	if tested {
		correct, _, err := t.test(ctx)
		if err != nil {
			return err
		}
		accuracy := float64(correct) / float64(t.Task.NumTest())
		m.Accuracy, st.Tests = &accuracy, append(st.Tests, accuracy)
	}
	st.Sum, st.Since, st.Metrics = 0, 0, append(st.Metrics, m)
	return nil
}

// finalTest fills in what the net does on the test part after the last step.
func (t *session) finalTest(ctx context.Context) error {
	correct, loss, err := t.test(ctx)
	if err != nil {
		return err
	}
	r := &t.out.result
	r.Correct, r.Tested = correct, t.Task.NumTest()
	r.Accuracy = float64(correct) / float64(r.Tested)
	r.Loss = loss / float64(r.Tested)
	if math.IsNaN(r.Loss) || math.IsInf(r.Loss, 0) {
		r.Status, r.Reason = Diverged, fmt.Sprintf("the test loss is %v", r.Loss)
	}
	r.Best10 = best10(t.st.Tests)
	return nil
}

// test makes one clean pass over the test part; loss is summed, in nats.
func (t *session) test(ctx context.Context) (correct int, loss float64, err error) {
	return t.evaluate(t.Task.Test(ctx, t.Recipe.Batch, t.View))
}

// evaluate is how many pictures of the batches are right, and the sum of their losses in nats.
func (t *session) evaluate(batches iter.Seq2[*dataset.Batch, error]) (correct int, loss float64, err error) {
	for batch, err := range batches {
		if err != nil {
			return 0, 0, err
		}
		t.keep.heartbeat()
		c, sum, err := t.trainer.Eval(batch.Images, batch.Labels)
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
