package probing

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"coadapt/gomlxnet"
)

// Path tests nets on the straight line between the weights of two nets of one shape, on test pictures. Where the lower
// layers of both are the same, as those of base B and BnB, the line runs above the cut alone. If the loss rises between the two
// nets, there is a barrier; if it does not, they are only apart (Frankle et al. 2020, Linear Mode Connectivity and the
// Lottery Ticket Hypothesis). Pictures are shown in the view of the first net.
type Path struct {
	Points    int  // on the line, both ends among them; 3 or more
	Resamples int  // of the pictures, for the interval of the barrier; 0: no interval
	Matched   bool // the second net's units are brought into the order of the first's, see matched
}

// Names of the values of Path.
const (
	PathLoss     = "loss"
	PathAccuracy = "accuracy"
	Barrier      = "barrier"
	BarrierLow   = "barrier, from (95%)"
	BarrierHigh  = "barrier, to (95%)"
)

// Nets is 2.
func (Path) Nets() int { return 2 }

// Values are loss and accuracy at each point, and the barrier: by how much the loss at its highest point is above the
// straight line between the losses of the two nets, 0 where it nowhere is. Its interval is the percentiles of the
// bootstrap over pictures. A control says whether the second net in the first's view is as good as in its own.
func (p Path) Values(ctx context.Context, r *Runner, nets []*Subject) ([]Value, error) {
	if p.Points < 3 {
		return nil, fmt.Errorf("a path of %d points: want 3 at least", p.Points)
	}
	a, b := nets[0], nets[1]
	if err := a.Arch.Check(b.Weights); err != nil {
		return nil, fmt.Errorf("no line leads from %s to %s, which has another shape: %w", a.Result.Net, b.Result.Net, err)
	}
	to := b.Weights
	if p.Matched {
		var err error
		if to, err = r.matched(ctx, a, b); err != nil {
			return nil, err
		}
	}
	var values []Value
	losses := make([][]float64, p.Points)
	for i := range losses {
		t := float64(i) / float64(p.Points-1)
		accuracy, loss, err := r.test(ctx, a, between(a.Weights, to, t))
		if err != nil {
			return nil, err
		}
		losses[i] = loss
		values = append(values,
			Value{Name: PathLoss, Unit: "nats"}.at(t).of(mean(loss, nil)),
			Value{Name: PathAccuracy, Unit: "share"}.at(t).of(accuracy))
		if i < p.Points-1 {
			continue
		}
		own, _, err := r.test(ctx, b, b.Weights)
		if err != nil {
			return nil, err
		}
		values = append(values, Value{Name: "accuracy of the second net in its own view", Unit: "share"}.of(own).failsIf(
			own-accuracy > 0.02 || accuracy-own > 0.02,
			fmt.Sprintf("the second net has %.3f in the view of the first and %.3f in its own: the line does not end at it", accuracy, own)))
	}
	values = append(values, Value{Name: Barrier, Unit: "nats"}.of(barrier(losses, nil)))
	if p.Resamples > 0 {
		low, high := p.interval(losses)
		values = append(values, Value{Name: BarrierLow, Unit: "nats"}.of(low), Value{Name: BarrierHigh, Unit: "nats"}.of(high))
	}
	return values, nil
}

// between are weights on the line from w to other.
func between(w, other gomlxnet.Weights, t float64) gomlxnet.Weights {
	out := make(gomlxnet.Weights, len(w))
	for path, x := range w {
		y := other[path].Data
		data := make([]float32, len(x.Data))
		for i, v := range x.Data {
			switch {
			case t == 0 || v == y[i]:
				data[i] = v
			case t == 1:
				data[i] = y[i]
			default:
				data[i] = float32((1-t)*float64(v) + t*float64(y[i]))
			}
		}
		out[path] = gomlxnet.Tensor{Shape: x.Shape, Data: data}
	}
	return out
}

// mean is that of values, or of those that are chosen.
func mean(values []float64, chosen []int) float64 {
	var sum float64
	if chosen == nil {
		for _, v := range values {
			sum += v
		}
		return sum / float64(len(values))
	}
	for _, i := range chosen {
		sum += values[i]
	}
	return sum / float64(len(chosen))
}

// barrier is how far the loss rises above the line between its ends; losses are by point and picture.
func barrier(losses [][]float64, chosen []int) float64 {
	last := len(losses) - 1
	from, to := mean(losses[0], chosen), mean(losses[last], chosen)
	highest := 0.0
	for i, at := range losses[1:last] {
		t := float64(i+1) / float64(last)
		highest = max(highest, mean(at, chosen)-(1-t)*from-t*to)
	}
	return highest
}

// interval is that of the barrier, over pictures.
func (p Path) interval(losses [][]float64) (low, high float64) {
	rng := rand.New(rand.NewPCG(1, 0))
	chosen := make([]int, len(losses[0]))
	found := make([]float64, p.Resamples)
	for k := range found {
		for i := range chosen {
			chosen[i] = rng.IntN(len(chosen))
		}
		found[k] = barrier(losses, chosen)
	}
	slices.Sort(found)
	at := func(share float64) float64 { return found[min(len(found)-1, int(share*float64(len(found))))] }
	return at(0.025), at(0.975)
}
