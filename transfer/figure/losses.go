package figure

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"coadapt/transfer"
)

// LossCurve is the course of one net's training.
type LossCurve struct {
	Result  transfer.Result
	Metrics []transfer.Metric
}

// Losses draws the training loss of nets against the step, and a mark for the final loss on the test part. If nets were
// tested during training, a second frame has the accuracies. The curve of a net without a number ends with a cross
// where its training did. Losses fails if a net has no curve, or one that is not finite.
func Losses(curves []LossCurve, opt Options) (*Figure, error) {
	opt, err := opt.looking()
	if err != nil {
		return nil, err
	}
	if len(curves) == 0 {
		return nil, fmt.Errorf("loss curves: no net, want one at least")
	}
	loss := panel{xlabel: "step", ylabel: "loss, nats", yticks: lossTicks{}}
	tests := panel{xlabel: "step", ylabel: "top-1 accuracy on the test part"}
	looks := curveLooks(curves)
	last, classes := 0, map[int]bool{}
	alt, notes := "Loss curves.", []string{
		"A line is the loss on training pictures, each point the mean over the steps since the one before it; a mark " +
			"is the loss on the test part after the last step.",
	}
	var broken []string
	for i, cv := range curves {
		r := cv.Result
		if len(cv.Metrics) == 0 {
			return nil, fmt.Errorf("loss curve of %s: it has no point", r.Net)
		}
		line := series{look: looks[i], name: r.Net.String(), line: true, bare: true}
		measured := series{look: looks[i], line: true, dots: true}
		for _, m := range cv.Metrics {
			if math.IsNaN(m.Loss) || math.IsInf(m.Loss, 0) {
				return nil, fmt.Errorf("loss curve of %s: the loss is %v at step %d", r.Net, m.Loss, m.Step)
			}
			line.points = append(line.points, point{float64(m.Step), m.Loss})
			if m.Accuracy != nil {
				measured.points = append(measured.points, point{float64(m.Step), *m.Accuracy})
			}
		}
		first, end := cv.Metrics[0], cv.Metrics[len(cv.Metrics)-1]
		if n := len(line.points); n > 2 &&
			line.points[n-1].x-line.points[n-2].x < (line.points[n-2].x-line.points[n-3].x)/2 {
			line.points, end = line.points[:n-1], cv.Metrics[n-2] // the mean of a few last steps would look like a fall
		}
		last = max(last, end.Step, r.Steps)
		classes[r.Classes] = true
		loss.series = append(loss.series, line)
		alt += fmt.Sprintf(" %s: training loss from %.3f at step %d to %.3f at step %d", r.Net, first.Loss, first.Step,
			end.Loss, end.Step)
		if r.Status == transfer.OK {
			loss.series = append(loss.series, series{look: looks[i], points: []point{{float64(r.Steps), r.Loss}}})
			alt += fmt.Sprintf(", test loss %.3f, accuracy %.3f.", r.Loss, r.Accuracy)
		} else {
			loss.series = append(loss.series, series{look: looks[i], failed: []float64{float64(r.Steps)}})
			broken = append(broken, fmt.Sprintf("%s %s", r.Net, r.Status))
			alt += fmt.Sprintf(", and it is no number: %s.", r.Status)
		}
		if len(measured.points) > 0 {
			tests.series = append(tests.series, measured)
		}
	}
	if len(classes) == 1 && curves[0].Result.Classes > 1 {
		n := curves[0].Result.Classes
		guess := math.Log(float64(n))
		loss.level = &guess
		notes = append(notes, fmt.Sprintf("Dashed: ln %d = %.2f, the loss of guessing among %d classes.", n, guess, n))
	}
	if len(broken) > 0 {
		notes = append(notes, "Not a number (×): "+strings.Join(broken, ", ")+".")
	}
	for _, p := range []*panel{&loss, &tests} {
		p.xmin, p.xmax, p.xticks = 0, float64(last)*1.02, stepTicks(last)
	}
	height := 3.4
	if len(tests.series) > 0 {
		height = 5.4
	}
	opt.Height = height
	return opt.page(alt, func(c draw.Canvas) {
		c = drawTitle(c, opt.Title)
		c = legend(c, loss.series)
		c = drawNotes(c, notes)
		if len(tests.series) > 0 {
			lower := (c.Max.Y - c.Min.Y) * 0.4
			tests.draw(draw.Crop(c, 0, 0, 0, lower-(c.Max.Y-c.Min.Y)))
			c = draw.Crop(c, 0, 0, lower+8, 0)
		}
		loss.draw(c)
	}), nil
}

// curveLooks are those of the conditions, and others where a condition comes again.
func curveLooks(curves []LossCurve) []look {
	spare := []look{
		{
			color:  rgb(0x7b3fa0),
			shape:  circle,
			filled: true,
			dashes: []vg.Length{4, 2},
		}, {color: rgb(0x0a7d4f), shape: triangle, filled: true},
		{
			color:  rgb(0xb36b00),
			shape:  diamond,
			filled: true,
		}, {color: rgb(0x008a9e), shape: triangle, dashes: []vg.Length{1.2, 2}},
		{color: rgb(0xc2408a), shape: circle, filled: true},
	}
	var looks []look
	for i, cv := range curves {
		t := cv.Result.Net.Treatment
		l := lookOf(t)
		if slices.ContainsFunc(curves[:i], func(o LossCurve) bool { return o.Result.Net.Treatment == t }) {
			l, spare = spare[0], append(spare[1:], spare[0])
		}
		looks = append(looks, l)
	}
	return looks
}

// stepTicks label about five whole numbers.
func stepTicks(last int) plot.ConstantTicks {
	step := 1
	for _, m := range []int{2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000} {
		if last/step < 8 {
			break
		}
		step = m
	}
	var ticks plot.ConstantTicks
	for x := 0; x <= last; x += step {
		ticks = append(ticks, plot.Tick{Value: float64(x), Label: fmt.Sprint(x)})
	}
	return ticks
}

// lossTicks are multiples of 1, 2 or 5 times a power of ten.
type lossTicks struct{}

// Ticks gives about six of them.
func (lossTicks) Ticks(low, high float64) []plot.Tick {
	return evenTicks(low, high, 50, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
}
