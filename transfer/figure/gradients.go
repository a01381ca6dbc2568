package figure

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"

	"coadapt/transfer"
)

// GradientCurve is the first steps of a net.
type GradientCurve struct {
	Net   transfer.Net
	Steps []transfer.GradientStep
}

// Gradients draws the norm of nets' gradients against the step, on a logarithmic axis, and below it the loss of the
// same batches. A net whose loss is not finite ends there with a cross. It fails where a net has no step.
func Gradients(curves []GradientCurve, opt Options) (*Figure, error) {
	opt, err := opt.looking()
	if err != nil {
		return nil, err
	}
	if len(curves) == 0 {
		return nil, fmt.Errorf("gradients: no net, want one at least")
	}
	norms := panel{xlabel: "step", ylabel: "norm of the gradient", yticks: powerTicks{}}
	losses := panel{xlabel: "step", ylabel: "loss, nats", yticks: lossTicks{}}
	var nets []LossCurve
	for _, c := range curves {
		nets = append(nets, LossCurve{Result: transfer.Result{Net: c.Net}})
	}
	looks := curveLooks(nets)
	last := 0
	alt := "Norms of gradients in the first steps."
	notes := []string{
		"Above: Euclidean norm over all weights that learn, of the mean loss of a batch. Below: the loss of that " +
			"batch before the step.",
	}
	var ended []string
	for i, c := range curves {
		if len(c.Steps) == 0 {
			return nil, fmt.Errorf("gradients of %s: there is no step", c.Net)
		}
		norm := series{look: looks[i], name: c.Net.String(), line: true, bare: true}
		loss := norm
		largest, at := 0.0, 0
		for _, s := range c.Steps {
			x, n := float64(s.Step), s.Norm()
			last = max(last, s.Step)
			if len(s.Layers) == 0 {
				norm.failed, loss.failed = []float64{x}, []float64{x}
				ended = append(ended, fmt.Sprintf("%s at step %d", c.Net, s.Step))
				continue
			}
			loss.points = append(loss.points, point{x, s.Loss})
			if n > 0 {
				norm.points = append(norm.points, point{x, math.Log10(n)})
			}
			if n > largest {
				largest, at = n, s.Step
			}
		}
		norms.series, losses.series = append(norms.series, norm), append(losses.series, loss)
		alt += fmt.Sprintf(" %s: from %s at step 1, at most %s at step %d, loss %.3f at step %d.", c.Net,
			short(c.Steps[0].Norm()), short(largest), at, c.Steps[len(c.Steps)-1].Loss, c.Steps[len(c.Steps)-1].Step)
	}
	if len(ended) > 0 {
		notes = append(notes, "The loss is not finite any more (×): "+strings.Join(ended, ", ")+".")
	}
	for _, p := range []*panel{&norms, &losses} {
		p.xmin, p.xmax, p.xticks = 0, float64(last)*1.02, stepTicks(last)
	}
	opt.Height = 5.4
	return opt.page(alt, func(c draw.Canvas) {
		c = drawTitle(c, opt.Title)
		c = legend(c, norms.series)
		c = drawNotes(c, notes)
		lower := (c.Max.Y - c.Min.Y) * 0.45
		losses.draw(draw.Crop(c, 0, 0, 0, lower-(c.Max.Y-c.Min.Y)))
		norms.draw(draw.Crop(c, 0, 0, lower+8, 0))
	}), nil
}

// powerTicks are on an axis of decimal logarithms: powers of ten where there are two at least, else 1, 2 and 5 times
// them too.
type powerTicks struct{}

// Ticks labels with the number, not its logarithm.
func (powerTicks) Ticks(low, high float64) []plot.Tick {
	steps := []float64{1}
	if math.Floor(high)-math.Ceil(low) < 1 {
		steps = []float64{1, 2, 5}
	}
	var ticks []plot.Tick
	for power := math.Floor(low); power <= math.Ceil(high); power++ {
		for _, s := range steps {
			if at := power + math.Log10(s); at >= low && at <= high {
				ticks = append(ticks,
					plot.Tick{Value: at, Label: strconv.FormatFloat(s*math.Pow(10, power), 'g', 3, 64)})
			}
		}
	}
	return ticks
}
