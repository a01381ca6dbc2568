package probing

import (
	"context"
	"fmt"
	"math"

	"coadapt/gomlxnet/inspect"

	"gonum.org/v1/gonum/mat"
)

// TaskStitch trains the map of a [Stitch] on the task in place of fitting it to the receiver's features (Bansal,
// Nakkiran and Barak 2021, Revisiting Model Stitching to Compare Neural Representations): from the least squares map
// it steps down the loss of the stitched net on training pictures by Adam (Kingma and Ba 2015, Adam: A Method for
// Stochastic Optimization). That is an upper bound of what the receiver can do with the sender's features, and says
// less of likeness: a map may bring about what neither net has. The control trains it from the same map for the wrong
// task, in which each picture is of the next class.
type TaskStitch struct {
	Epochs int     // over the training pictures that are shown
	Rate   float64 // of Adam, as a share of the root mean square of the map's weights
}

// Names of the values of TaskStitch.
const (
	TaskTrained = "accuracy, map trained on the task"
	TaskFitted  = "accuracy, map fitted by least squares"
	TaskWrong   = "accuracy, map trained for the wrong task"
	TaskLoss    = "training loss, map trained on the task"
	TaskBefore  = "training loss, map fitted by least squares"
)

// Nets is 2.
func (TaskStitch) Nets() int { return 2 }

// Values are, for each cut, the accuracy of the stitched net with the map that was trained and with the one that it
// began from, the training loss of both, and the control.
func (p TaskStitch) Values(ctx context.Context, r *Runner, nets []*Subject) ([]Value, error) {
	if p.Epochs < 1 || !(p.Rate > 0) {
		return nil, fmt.Errorf("a stitch trained over %d epochs at rate %v: want 1 at least, and a rate above 0",
			p.Epochs, p.Rate)
	}
	return r.atCuts(ctx, nets[0], nets[1], TaskTrained, func(cut stitchCut, v Value) ([]Value, error) {
		return p.at(ctx, cut, v)
	})
}

// at is what is said of a cut.
func (p TaskStitch) at(ctx context.Context, cut stitchCut, v Value) ([]Value, error) {
	from := cut.from
	begin, err := leastSquares(from[0], cut.train)
	if err != nil {
		return nil, err
	}
	s := cut.receiver
	stitch, err := cut.r.stitch(s, cut.n, from[0].Units())
	if err != nil {
		return nil, err
	}
	classes := 0
	for _, label := range cut.train.Labels {
		classes = max(classes, label+1)
	}
	next := func(labels []int) []int {
		out := make([]int, len(labels))
		for i, label := range labels {
			out[i] = (label + 1) % classes
		}
		return out
	}
	right := training{stitch: stitch, features: from[0], labels: cut.train.Labels, batch: s.Recipe.Batch}
	wrong := right
	wrong.labels = next(cut.train.Labels)
	trained, err := p.train(ctx, right, begin)
	if err != nil {
		return nil, err
	}
	other, err := p.train(ctx, wrong, begin)
	if err != nil {
		return nil, err
	}
	var accuracy [3]float64
	for i, m := range []affine{trained, begin, other} {
		labels := cut.test.Labels
		if i == 2 {
			labels = next(labels)
		}
		logits, err := cut.r.logits(s, s.Weights, cut.n, m.apply(from[1]))
		if err != nil {
			return nil, err
		}
		ok, _ := score(logits, labels)
		accuracy[i] = mean(ok, nil)
	}
	var losses [2]float64
	for i, m := range []affine{trained, begin} {
		if losses[i], err = right.loss(m); err != nil {
			return nil, err
		}
	}
	say := func(name, unit string, x float64) Value {
		v.Name, v.Unit = name, unit
		return v.of(x)
	}
	count := float64(cut.test.Pictures())
	spread := math.Sqrt((accuracy[0]*(1-accuracy[0]) + accuracy[2]*(1-accuracy[2])) / count)
	return []Value{
		say(TaskTrained, "share", accuracy[0]), say(TaskFitted, "share", accuracy[1]),
		say(TaskWrong, "share", accuracy[2]).failsIf(accuracy[2] > accuracy[0]-2*spread,
			"the map learns the wrong task as well: at this cut it is the map that knows the classes, not "+
				"the receiver"),
		say(TaskLoss, "nats", losses[0]), say(TaskBefore, "nats", losses[1]),
	}, nil
}

// training is what a map is trained on.
type training struct {
	stitch   *inspect.Stitch
	features Features
	labels   []int
	batch    int
}

// batches calls do with the features and labels of each whole batch.
func (t training) batches(do func(features []float32, labels []int) error) error {
	each := t.batch * t.features.Each()
	if len(t.labels) < t.batch {
		return fmt.Errorf("%d training pictures for batches of %d: want one batch at least", len(t.labels), t.batch)
	}
	for i := range len(t.labels) / t.batch {
		if err := do(t.features.Data[i*each:(i+1)*each], t.labels[i*t.batch:(i+1)*t.batch]); err != nil {
			return err
		}
	}
	return nil
}

// loss is the mean over batches.
func (t training) loss(m affine) (float64, error) {
	sum, count := 0.0, 0.0
	weights := m.flat()
	err := t.batches(func(features []float32, labels []int) error {
		loss, _, err := t.stitch.Gradient(features, labels, weights)
		sum, count = sum+loss, count+1
		return err
	})
	return sum / count, err
}

// train steps from a map, over batches each of which is spread over all pictures.
func (p TaskStitch) train(ctx context.Context, t training, begin affine) (affine, error) {
	t = t.mixed()
	weights := begin.flat()
	square := 0.0
	for _, w := range weights {
		square += float64(w) * float64(w)
	}
	rate := p.Rate * math.Sqrt(square/float64(len(weights)))
	first, second := make([]float64, len(weights)), make([]float64, len(weights))
	const keepFirst, keepSecond, epsilon = 0.9, 0.999, 1e-8
	step := 0
	for range p.Epochs {
		err := t.batches(func(features []float32, labels []int) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			_, gradient, err := t.stitch.Gradient(features, labels, weights)
			if err != nil {
				return err
			}
			step++
			for i, g := range gradient {
				g := float64(g)
				first[i] = keepFirst*first[i] + (1-keepFirst)*g
				second[i] = keepSecond*second[i] + (1-keepSecond)*g*g
				mean, size := first[i]/(1-math.Pow(keepFirst, float64(step))),
					second[i]/(1-math.Pow(keepSecond, float64(step)))
				weights[i] -= float32(rate * mean / (math.Sqrt(size) + epsilon))
			}
			return nil
		})
		if err != nil {
			return affine{}, err
		}
	}
	rows, cols := begin.weights.Dims()
	return affine{weights: dense(weights, rows, cols)}, nil
}

// mixed has the pictures in an order in which each batch is spread over all of them.
func (t training) mixed() training {
	count, each := len(t.labels)/t.batch, t.features.Each()
	out := t
	out.features.Data, out.labels = make([]float32, 0, count*t.batch*each), make([]int, 0, count*t.batch)
	for b := range count {
		for k := range t.batch {
			i := k*count + b
			out.features.Data = append(out.features.Data, t.features.Data[i*each:(i+1)*each]...)
			out.labels = append(out.labels, t.labels[i])
		}
	}
	return out
}

// flat are the weights of a map, row by row.
func (m affine) flat() []float32 {
	rows, cols := m.weights.Dims()
	out := make([]float32, 0, rows*cols)
	for i := range rows {
		for _, v := range mat.Row(nil, i, m.weights) {
			out = append(out, float32(v))
		}
	}
	return out
}
