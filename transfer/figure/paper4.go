package figure

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"

	"coadapt/transfer"
)

// Paper4 makes the figure of nets on reduced data: accuracy against training
// images a class, on plain and on logarithmic axes. It fails where fewer than
// two sizes were trained.
func Paper4(results []transfer.Result, opt Options) (*Figure, error) {
	if err := Check(results); err != nil {
		return nil, fmt.Errorf("figure 4: %w", err)
	}
	opt = opt.filled(7.2, 3.9)
	all := Of(results, FewerImages)
	sum, count := map[int]float64{}, map[int]float64{}
	var sizes []int
	for _, r := range all {
		sizes = append(sizes, r.Net.PerClass)
		if r.Status == transfer.OK {
			sum[r.Net.PerClass] += r.Accuracy
			count[r.Net.PerClass]++
		}
	}
	slices.Sort(sizes)
	sizes = slices.Compact(sizes)
	if len(count) < 2 {
		return nil, fmt.Errorf("figure 4: nets on %d numbers of images a class that are numbers, want at least two; "+
			"their names end in @k, as whole/base@100", len(count))
	}
	row := func(scale func(float64) float64) series {
		s := series{look: lookOf(transfer.Base), line: true, name: "base"}
		for _, k := range sizes {
			if count[k] > 0 {
				s.points = append(s.points, point{scale(float64(k)), scale(sum[k] / count[k])})
			} else {
				s.failed = append(s.failed, scale(float64(k)))
			}
		}
		return s
	}
	last := float64(sizes[len(sizes)-1])
	plain := panel{xlabel: "training images a class", ylabel: "top-1 accuracy", xmin: -0.03 * last, xmax: 1.04 * last,
		series: []series{row(func(x float64) float64 { return x })}}
	step := math.Pow(10, math.Floor(math.Log10(last)))
	if last/step < 3 {
		step /= 4
	}
	for x := 0.0; x <= last; x += step {
		plain.xticks = append(plain.xticks, plot.Tick{Value: x, Label: strconv.FormatFloat(x, 'f', -1, 64)})
	}
	logs := panel{xlabel: plain.xlabel + " (log)", ylabel: plain.ylabel + " (log)", series: []series{row(math.Log10)},
		yticks: logTicks{},
		xmin:   math.Log10(float64(sizes[0])) - 0.1, xmax: math.Log10(last) + 0.1}
	logs.xticks = logTicks{}.Ticks(logs.xmin, logs.xmax)
	notes := []string{"One mark is the mean over nets; a net's accuracy is " + rule(results) + ", on all test images."}
	if lost := failures(all, transfer.Base); lost != "" {
		notes = append(notes, "Not a number and in no mean (×): "+lost+".")
	}
	return opt.page("Figure 4 of the paper: "+plain.words(), func(c draw.Canvas) {
		c = drawTitle(c, opt.Title)
		c = drawNotes(c, notes)
		w := (c.Max.X - c.Min.X) / 2
		plain.draw(draw.Crop(c, 0, -w-4, 0, 0))
		logs.draw(draw.Crop(c, w+4, 0, 0, 0))
	}), nil
}

// logTicks label logarithmic values at 1, 2 and 5 times the powers of ten.
type logTicks struct{}

// Ticks gives the ticks within the frame.
func (logTicks) Ticks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	for e := math.Floor(low); e <= high; e++ {
		for _, m := range []float64{1, 2, 5} {
			if v := e + math.Log10(m); v >= low && v <= high {
				ticks = append(ticks, plot.Tick{Value: v, Label: strconv.FormatFloat(m*math.Pow(10, e), 'g', 3, 64)})
			}
		}
	}
	return ticks
}

// pointTicks are multiples of 1, 2 or 5 points.
type pointTicks struct{}

// Ticks gives about six of them, with their sign.
func (pointTicks) Ticks(low, high float64) []plot.Tick {
	ticks := evenTicks(low, high, 20, 10, 5, 2, 1, 0.5, 0.2)
	for i, t := range ticks {
		if t.Value > 0 {
			ticks[i].Label = "+" + t.Label
		}
	}
	return ticks
}

// evenTicks are multiples of the first of the falling steps that gives four ticks in the range, otherwise of the last.
func evenTicks(low, high float64, steps ...float64) []plot.Tick {
	step := steps[0]
	for _, s := range steps[1:] {
		if (high-low)/step >= 4 {
			break
		}
		step = s
	}
	var ticks []plot.Tick
	for k := math.Ceil(low / step); k*step <= high; k++ {
		v := math.Round(k*step*1e6)/1e6 + 0 // 19·0.2 is not 3.8, and -0 is 0
		ticks = append(ticks, plot.Tick{Value: v, Label: strconv.FormatFloat(v, 'f', -1, 64)})
	}
	return ticks
}

// numberTicks are 0 to n.
func numberTicks(n int) plot.ConstantTicks {
	var ticks plot.ConstantTicks
	for i := range n + 1 {
		ticks = append(ticks, plot.Tick{Value: float64(i), Label: strconv.Itoa(i)})
	}
	return ticks
}
