package probing

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/dataset"
)

// Path tests nets on the straight line between the weights of two nets of one shape, on test pictures. Where the lower
// layers of both are the same, as those of base B and BnB, the line runs above the cut alone. If the loss rises between
// the two nets, there is a barrier; if it does not, they are only apart (Frankle et al. 2020, Linear Mode Connectivity
// and the Lottery Ticket Hypothesis). Pictures are shown in the view of the first net.
type Path struct {
	Points    int  // on the line, both ends among them; 3 or more
	Resamples int  // of the pictures, for the interval of the barrier; 0: no interval
	Matched   bool // the second net's units are brought into the order of the first's, see matched
}

// Names of the values of Path. A barrier is named Barrier and then what it is of; its interval, that and then From or
// To.
const (
	PathLoss     = "test loss"
	PathAccuracy = "test accuracy"
	PathTraining = "training loss"
	Barrier      = "barrier of "
	From, To     = ", from (95%)", ", to (95%)"
)

// Nets is 2.
func (Path) Nets() int { return 2 }

// Values are, at each point, loss and accuracy on test pictures and the loss on training pictures, and the barrier of
// each: how far the worst point is from the straight line between the two nets, 0 where none is worse. Its interval is
// the percentiles of the bootstrap over pictures. Loss on test pictures may be highest at the nets themselves, as they
// are sure of what they take wrongly, and less so between them: then look at accuracy. A control says whether the
// second net in the first's view is as good as in its own.
func (p Path) Values(ctx context.Context, r *Runner, nets []*Subject) ([]Value, error) {
	if p.Points < 3 {
		return nil, fmt.Errorf("a path of %d points: want 3 at least", p.Points)
	}
	a, b := nets[0], nets[1]
	if err := a.Arch.Check(b.Weights); err != nil {
		return nil, fmt.Errorf("no line leads from %s to %s, which has another shape: %w", a.Result.Net, b.Result.Net,
			err)
	}
	to := b.Weights
	if p.Matched {
		var err error
		if to, err = r.matched(ctx, a, b); err != nil {
			return nil, err
		}
	}
	ways := []struct {
		name, unit string
		part       dataset.Part
		worse      float64     // 1 where more is worse, -1 where less is
		by         [][]float64 // by point and picture
	}{
		{PathLoss, "nats", dataset.Test, 1, nil},
		{PathAccuracy, "share", dataset.Test, -1, nil},
		{PathTraining, "nats", dataset.Train, 1, nil},
	}
	var values []Value
	for i := range p.Points {
		t := float64(i) / float64(p.Points-1)
		w := between(a.Weights, to, t)
		right, loss, err := r.tested(ctx, a, w, dataset.Test)
		if err != nil {
			return nil, err
		}
		_, training, err := r.tested(ctx, a, w, dataset.Train)
		if err != nil {
			return nil, err
		}
		for k, x := range [][]float64{loss, right, training} {
			ways[k].by = append(ways[k].by, x)
			values = append(values, Value{Name: ways[k].name, Unit: ways[k].unit}.at(t).of(mean(x, nil)))
		}
	}
	for _, way := range ways {
		name := Barrier + way.name
		values = append(values, Value{Name: name, Unit: way.unit}.of(barrier(way.by, way.worse, nil)))
		if p.Resamples > 0 {
			low, high := p.interval(way.by, way.worse)
			values = append(values, Value{Name: name + From, Unit: way.unit}.of(low),
				Value{Name: name + To, Unit: way.unit}.of(high))
		}
	}
	own, _, err := r.tested(ctx, b, b.Weights, dataset.Test)
	if err != nil {
		return nil, err
	}
	alone, end := mean(own, nil), mean(ways[1].by[p.Points-1], nil)
	return append(values, Value{Name: "accuracy of the second net in its own view", Unit: "share"}.of(alone).failsIf(
		math.Abs(alone-end) > 0.02,
		fmt.Sprintf("the second net has %.3f in the view of the first and %.3f in its own: the line does not end at it",
			end, alone),
	)), nil
}

// between are weights on the line from w to other.
func between(w, other arch.Weights, t float64) arch.Weights {
	out := make(arch.Weights, len(w))
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
		out[path] = arch.Tensor{Shape: x.Shape, Data: data}
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

// barrier is how far the worst point is from the line between the ends; values are by point and picture.
func barrier(by [][]float64, worse float64, chosen []int) float64 {
	last := len(by) - 1
	from, to := mean(by[0], chosen), mean(by[last], chosen)
	most := 0.0
	for i, at := range by[1:last] {
		t := float64(i+1) / float64(last)
		most = max(most, worse*(mean(at, chosen)-(1-t)*from-t*to))
	}
	return most
}

// interval is that of the barrier, over pictures.
func (p Path) interval(by [][]float64, worse float64) (low, high float64) {
	rng := rand.New(rand.NewPCG(1, 0))
	chosen := make([]int, len(by[0]))
	found := make([]float64, p.Resamples)
	for k := range found {
		for i := range chosen {
			chosen[i] = rng.IntN(len(chosen))
		}
		found[k] = barrier(by, worse, chosen)
	}
	return percentiles(found)
}
