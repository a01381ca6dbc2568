package figure

import (
	"fmt"
	"math"

	"coadapt/transfer"
	"coadapt/transfer/stats"
)

// measure is what a figure shows of each net; the zero value is accuracy.
type measure struct{ stats.Measure }

// name is the measure, accuracy where none was chosen.
func (m measure) name() stats.Measure {
	if m.Measure == "" {
		return stats.Accuracy
	}
	return m.Measure
}

// of is the number of a net that trained; ok is false where it was not measured.
func (m measure) of(r transfer.Result) (x float64, ok bool) {
	x, ok = m.name().Of(r)
	return x, ok && !math.IsNaN(x) && !math.IsInf(x, 0)
}

// has reports whether a net has such a number.
func (m measure) has(r transfer.Result) bool {
	_, ok := m.of(r)
	return ok
}

// loss reports whether less is better. A loss has no upper end; the other measures are shares.
func (m measure) loss() bool {
	switch m.name() {
	case stats.Loss, stats.TrainLoss, stats.CleanLoss:
		return true
	}
	return false
}

// top is the highest possible value.
func (m measure) top() float64 {
	if m.loss() {
		return math.Inf(1)
	}
	return 1
}

// counts are those of a net's share, from which a Wilson interval is made; tested is 0 where there are none.
func (m measure) counts(r transfer.Result) (correct, tested int) {
	switch m.name() {
	case stats.Accuracy:
		return r.Correct, r.Tested
	case stats.CleanAccuracy:
		return int(math.Round(r.CleanAccuracy * float64(r.CleanTested))), r.CleanTested
	}
	return 0, 0
}

// label names the measure on an axis; task is the one that nets are tested on, such as "B".
func (m measure) label(task string) string {
	switch m.name() {
	case stats.Loss:
		return "test loss on " + task + ", nats"
	case stats.TrainLoss:
		return "loss in training on " + task + ", nats"
	case stats.CleanAccuracy:
		return "top-1 accuracy on training pictures of " + task
	case stats.CleanLoss:
		return "loss on training pictures of " + task + ", nats"
	}
	return "top-1 accuracy on " + task
}

// said is the clause of a note that says what the numbers of nets are.
func (m measure) said(nets []transfer.Result) string {
	tested := map[int]bool{}
	for _, r := range nets {
		_, n := m.counts(r)
		if m.name() == stats.Loss {
			n = r.Tested
		}
		if m.name() == stats.CleanLoss {
			n = r.CleanTested
		}
		tested[n] = true
	}
	switch m.name() {
	case stats.Loss:
		return "loss is " + rule(nets) + ", on the whole test part" + images(tested)
	case stats.TrainLoss:
		return "loss is the mean over the last tenth of the steps"
	case stats.CleanAccuracy:
		return "accuracy is " + rule(nets) + ", on training pictures shown as test pictures are" + images(tested)
	case stats.CleanLoss:
		return "loss is " + rule(nets) + ", on training pictures shown as test pictures are" + images(tested)
	}
	return "accuracy is " + rule(nets) + ", on the whole test part" + images(tested)
}

// check refuses a measure that no net has: nets that were trained before it was measured have none.
func (m measure) check(results []transfer.Result) error {
	if _, err := stats.ParseMeasure(string(m.name())); err != nil {
		return err
	}
	numbers, has := 0, 0
	for _, r := range results {
		if r.Status == transfer.OK {
			numbers++
			if _, ok := m.of(r); ok {
				has++
			}
		}
	}
	if numbers > 0 && has == 0 {
		return fmt.Errorf("measure %s: none of %d nets has it; they were trained before it was measured", m.name(),
			numbers)
	}
	return nil
}

// alone is the note on points of one net that have no interval.
func (m measure) alone() string {
	if m.loss() {
		return "A single net's loss has no interval."
	}
	return "Some points are one net with an unknown number of test images and have no interval."
}
