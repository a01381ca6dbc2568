package probing

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"time"

	"coadapt/gomlxnet/dataset"
	"coadapt/transfer"
	"coadapt/transfer/probe"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Forecast is what was said of a net before any of it was trained on its target task, beside what was measured.
type Forecast struct {
	Net      string   `json:"net"`  // whose accuracy is forecast
	Task     string   `json:"task"` // its split and target: what the interval resamples
	Unit     string   `json:"unit"` // the task and the donor: among its nets a cut is chosen
	Cut      int      `json:"cut"`
	Name     string   `json:"name"`  // of the forecast
	Value    *float64 `json:"value"` // more is better; null where there is none: Reason says why
	Reason   string   `json:"reason"`
	Seconds  float64  `json:"seconds"`  // that it took, beside those of reading the features
	Reading  float64  `json:"reading"`  // seconds of reading the features, of which all forecasts of the net make use
	Accuracy float64  `json:"accuracy"` // measured, by the net's result
	Training float64  `json:"training"` // seconds that it took to train and test the net
}

// forecastVersion is raised by hand where a forecast comes to another value.
const forecastVersion = 1

// Grid of places over which features are averaged, and most directions that GBC is given, as in its paper.
const (
	forecastGrid = 2
	gbcUnits     = 64
)

// forecastInput is all that a forecast may look at.
type forecastInput struct {
	cut    int
	donor  transfer.Result
	x      *mat.Dense // [pictures, units] of the donor's layer below the cut, for training pictures of the target task
	base   *mat.Dense // the same of the target's own base net
	labels []int
	theta  *mat.Dense // [pictures, source classes]: the donor's softmax
}

// forecaster is an entry of the list of forecasts.
type forecaster struct {
	name string
	of   func(in forecastInput) (float64, error)
}

// The trivial rivals.
const (
	CutNumber  = "the cut's number"
	BaseNumber = "the donor's accuracy"
)

// forecasters are all of them; the trivial rivals come last. Of features whose scale matters the root mean square is
// brought to 1.
func forecasters() []forecaster {
	return []forecaster{
		{"LogME", func(in forecastInput) (float64, error) { return probe.LogME(in.x, in.labels) }},
		{"LEEP", func(in forecastInput) (float64, error) { return probe.LEEP(in.theta, in.labels) }},
		{"NCE", func(in forecastInput) (float64, error) { return probe.NCE(hardest(in.theta), in.labels) }},
		{"NLEEP", func(in forecastInput) (float64, error) { return probe.NLEEP(in.x, in.labels, probe.NLEEPConfig{}) }},
		{"H-score, shrunk", func(in forecastInput) (float64, error) { return probe.ShrunkHScore(in.x, in.labels) }},
		{
			"TransRate",
			func(in forecastInput) (float64, error) { return probe.TransRate(scaled(in.x), in.labels, 1e-4) },
		},
		{"GBC", func(in forecastInput) (float64, error) {
			z, err := principal(scaled(in.x), gbcUnits)
			if err != nil {
				return 0, err
			}
			return probe.GBC(z, in.labels, 1e-4)
		}},
		{"PARC", func(in forecastInput) (float64, error) { return probe.PARC(in.x, in.labels) }},
		{"nearest neighbours", func(in forecastInput) (float64, error) { return probe.KNN(in.x, in.labels, 10) }},
		{"linear probe", heldOut},
		{
			"CKA to the target's base",
			func(in forecastInput) (float64, error) { return probe.UnbiasedCKA(in.x, in.base) },
		},
		{CutNumber, func(in forecastInput) (float64, error) { return -float64(in.cut), nil }},
		{BaseNumber, func(in forecastInput) (float64, error) { return in.donor.Accuracy, nil }},
	}
}

// Forecasts says, for nets that take their lower layers from a base net of another task, what each forecast would have
// been before they were trained, on training pictures of their target: from the donor's layer below the cut, and from
// nothing that was trained on the target, but for CKA to the target's base. A lower cut is forecast to be better by its
// number. Results must be of nets with a parent and of one condition; those without an accuracy are left out. What was
// said once is read from the store.
func (r *Runner) Forecasts(ctx context.Context, results []transfer.Result) iter.Seq2[Forecast, error] {
	return func(yield func(Forecast, error) bool) {
		for _, x := range results {
			if x.Status != transfer.OK {
				continue
			}
			if _, ok := x.Net.Parent(); !ok || x.Net.Source() == x.Net.Target ||
				x.Net.Treatment != results[0].Net.Treatment {
				yield(Forecast{}, fmt.Errorf(
					"forecast of %s: want nets of one condition with layers of another task, such as AnB", x.Net))
				return
			}
			said, err := r.forecast(ctx, x)
			if err != nil {
				yield(Forecast{}, fmt.Errorf("forecast of %s: %w", x.Net, err))
				return
			}
			for _, f := range said {
				if !yield(f, nil) {
					return
				}
			}
		}
	}
}

// forecastSpec is what forecasts of a net depend on.
type forecastSpec struct {
	Kind     string `json:"kind"`
	Version  int    `json:"version"`
	Donor    string `json:"donor"` // key
	Base     string `json:"base"`  // key
	Cut      int    `json:"cut"`
	Pictures int    `json:"pictures"`
}

func decodeForecasts(data []byte) (said []Forecast, err error) {
	err = json.Unmarshal(data, &said)
	return said, err
}

// forecast is all that is said of a net.
func (r *Runner) forecast(ctx context.Context, x transfer.Result) ([]Forecast, error) {
	parent, _ := x.Net.Parent()
	donor, err := r.lab.Train(ctx, parent)
	if err != nil {
		return nil, err
	}
	base, err := r.lab.Train(ctx, transfer.Net{Split: x.Net.Split, Seed: x.Net.Seed, Target: x.Net.Target})
	if err != nil {
		return nil, err
	}
	spec := forecastSpec{"forecast", forecastVersion, donor.Key, base.Key, x.Net.N, r.pictures}
	all, err := filled(r, []any{spec}, decodeForecasts, func() ([][]Forecast, error) {
		said, err := r.say(ctx, x, donor, base)
		return [][]Forecast{said}, err
	})
	if err != nil {
		return nil, err
	}
	said := all[0]
	task := x.Net.Split + "/" + x.Net.Halves()
	for i := range said {
		f := &said[i]
		f.Net, f.Task, f.Unit, f.Cut = x.Net.String(), task, fmt.Sprintf("%s#%d", task, x.Net.Seed), x.Net.N
		f.Accuracy, f.Training = x.Accuracy, x.Seconds
	}
	return said, nil
}

// say asks each forecast.
func (r *Runner) say(ctx context.Context, x, donor, base transfer.Result) ([]Forecast, error) {
	target, err := r.subject(ctx, base, nil)
	if err != nil {
		return nil, err
	}
	source, err := r.subject(ctx, donor, target.Task)
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	features, err := r.Features(ctx, source, dataset.Train, x.Net.N-1)
	if err != nil {
		return nil, err
	}
	logits, err := r.Features(ctx, source, dataset.Train, len(source.Arch.Blocks)-1)
	if err != nil {
		return nil, err
	}
	reading := time.Since(begin).Seconds()
	own, err := r.Features(ctx, target, dataset.Train, x.Net.N-1)
	if err != nil {
		return nil, err
	}
	in := forecastInput{cut: x.Net.N, donor: donor, x: features.Pooled(forecastGrid), base: own.Pooled(forecastGrid),
		labels: features.Labels, theta: softmax(logits.Matrix())}
	var said []Forecast
	for _, f := range forecasters() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		begin := time.Now()
		value, err := f.of(in)
		s := Forecast{Name: f.name, Seconds: time.Since(begin).Seconds(), Reading: reading}
		switch {
		case err != nil:
			s.Reason = err.Error()
		case math.IsNaN(value) || math.IsInf(value, 0):
			s.Reason = fmt.Sprintf("the value is %v", value)
		default:
			s.Value = &value
		}
		said = append(said, s)
	}
	return said, nil
}

// heldOut is the accuracy of a linear probe on every third picture, of a fit to the others.
func heldOut(in forecastInput) (float64, error) {
	n, d := in.x.Dims()
	var parts [2]struct {
		values []float64
		labels []int
	}
	for i := range n {
		p := &parts[0]
		if i%3 == 2 {
			p = &parts[1]
		}
		p.values, p.labels = append(p.values, in.x.RawRowView(i)...), append(p.labels, in.labels[i])
	}
	fit, err := probe.FitRidge(mat.NewDense(len(parts[0].labels), d, parts[0].values), parts[0].labels)
	if err != nil {
		return 0, err
	}
	return fit.Accuracy(mat.NewDense(len(parts[1].labels), d, parts[1].values), parts[1].labels)
}

// softmax is that of each row.
func softmax(logits *mat.Dense) *mat.Dense {
	n, k := logits.Dims()
	out := mat.NewDense(n, k, nil)
	for i := range n {
		row := out.RawRowView(i)
		most, sum := mat.Max(logits.RowView(i)), 0.0
		for j, v := range logits.RawRowView(i) {
			row[j] = math.Exp(v - most)
			sum += row[j]
		}
		for j := range row {
			row[j] /= sum
		}
	}
	return out
}

// hardest is the source class that each picture is given.
func hardest(theta *mat.Dense) []int {
	n, _ := theta.Dims()
	out := make([]int, n)
	for i := range out {
		out[i] = floats.MaxIdx(theta.RawRowView(i))
	}
	return out
}

// scaled is x brought to a root mean square of 1; x where it is all 0.
func scaled(x *mat.Dense) *mat.Dense {
	n, d := x.Dims()
	norm := mat.Norm(x, 2)
	if norm == 0 {
		return x
	}
	var out mat.Dense
	out.Scale(math.Sqrt(float64(n*d))/norm, x)
	return &out
}

// principal is x along its leading principal directions, at most `most` of them.
func principal(x *mat.Dense, most int) (*mat.Dense, error) {
	n, d := x.Dims()
	z := mat.NewDense(n, d, nil)
	for j := range d {
		mean := mat.Sum(x.ColView(j)) / float64(n)
		for i := range n {
			z.Set(i, j, x.At(i, j)-mean)
		}
	}
	var svd mat.SVD
	if !svd.Factorize(z, mat.SVDThinV) {
		return nil, fmt.Errorf("the principal directions of [%d, %d] features do not converge", n, d)
	}
	var v, out mat.Dense
	svd.VTo(&v)
	rows, cols := v.Dims()
	out.Mul(z, v.Slice(0, rows, 0, min(most, cols)))
	return &out, nil
}
