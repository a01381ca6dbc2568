package figure

import (
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"coadapt/transfer"
	"coadapt/transfer/stats"
)

// Options say what is drawn around the curve. The zero value is a figure of 6.5 by 4.9 inches, the width of a page of
// text, without a title.
type Options struct {
	Title   string
	Caption string // a sentence before the note on nets and intervals
	// default: the measure and the task, such as "top-1 accuracy on B", or "the target task" where both halves are
	YLabel string
	// names below n = 1, 2, ...; default: conv1 to conv5, fc6, fc7, or none where a net is neither Mini nor CaffeNet
	Layers []string
	Width  float64 // inches, at least 4
	Height float64 // inches, at least 3; of pages of pictures it follows from what is on them

	// Behind are other nets of the same experiment. A curve shows them as boxes from the lowest to the highest,
	// behind its own nets of the same condition, cut and task, so that one seed is not taken for the effect. They are
	// in no mean.
	Behind []transfer.Result

	// Measure is what a curve shows, accuracy where it is empty. Nets that were trained before there was the measure
	// are left out.
	Measure stats.Measure
}

// Figure is a drawing, ready to be written in any format.
type Figure struct {
	title, alt    string
	points        []Point
	width, height vg.Length
	paint         func(draw.Canvas)
}

// transferCurve is what Curve draws.
type transferCurve struct {
	points, behind []Point
	opt            Options
}

// curve is what is drawn in the frame.
func (f transferCurve) curve() curve { return newCurve(f.points, f.behind, len(f.opt.Layers)) }

// Curve makes the figure of one or more results, in any order. It fails if there are none, if results of two
// experiments are mixed (see Check), and if a net is cut above the named layers.
func Curve(results []transfer.Result, opt Options) (*Figure, error) {
	if len(results) == 0 {
		return nil, fmt.Errorf("figure: no results, want at least one")
	}
	if err := Check(results); err != nil {
		return nil, fmt.Errorf("figure: %w", err)
	}
	if opt.Layers == nil {
		opt.Layers = numbered(results)
	}
	opt = opt.filled(6.5, 4.9)
	results, rest := first(results)
	rest = strings.TrimSpace(aboutTasks(results[0].Net) + " " + rest)
	if rest != "" {
		opt.Caption = strings.TrimSpace(opt.Caption + " " + rest)
	}
	if opt.Width < 4 || opt.Height < 3 || opt.Width > 40 || opt.Height > 40 {
		return nil, fmt.Errorf("figure: %v by %v inches, want 4 to 40 by 3 to 40", opt.Width, opt.Height)
	}
	m := measure{opt.Measure}
	if err := m.check(results); err != nil {
		return nil, fmt.Errorf("figure: %w", err)
	}
	var halves [2]bool
	for _, r := range results {
		if r.Net.N > len(opt.Layers) {
			return nil, fmt.Errorf("figure: net %s is cut at %d, but %d layers are named", r.Net, r.Net.N,
				len(opt.Layers))
		}
		if r.Net.Treatment != transfer.Base {
			halves[r.Net.Target-transfer.A] = true
		}
	}
	if opt.YLabel == "" {
		task := "B"
		switch halves {
		case [2]bool{true, true}:
			task = "the target task"
		case [2]bool{true, false}:
			task = "A"
		}
		opt.YLabel = m.label(task)
	}
	behind, err := behindOf(results, opt.Behind, m)
	if err != nil {
		return nil, fmt.Errorf("figure: nets behind: %w", err)
	}
	t := transferCurve{summarise(results, m), behind, opt}
	f := opt.page(t.alt(), t.draw)
	f.points = t.points
	return f, nil
}

// numbered are the names of the cuts that nets have, nil where they are those of 2014. Results from before names were
// kept get room for their cuts, without names.
func numbered(results []transfer.Result) []string {
	last := 0
	for _, r := range results {
		if r.Layers != "" {
			return strings.Split(r.Layers, ",")
		}
		if r.Arch == "" || strings.HasPrefix(r.Arch, "mini") || strings.HasPrefix(r.Arch, "caffenet") {
			return nil
		}
		last = max(last, r.Net.N)
	}
	return make([]string, max(1, last))
}

// behindOf are the nets behind those of results: on the same tasks, of the same experiment.
func behindOf(results, behind []transfer.Result, m measure) ([]Point, error) {
	if len(behind) == 0 {
		return nil, nil
	}
	if err := Check(slices.Concat(results, behind)); err != nil {
		return nil, err
	}
	isTarget := targets(results)
	return summarise(slices.DeleteFunc(slices.Clone(behind), func(r transfer.Result) bool { return !isTarget(r.Net) }),
		m), nil
}

// Points are the numbers that a transfer curve shows; nil for other figures.
func (f *Figure) Points() []Point { return f.points }

// Alt is the text alternative: what is drawn and the values, in two sentences.
func (f *Figure) Alt() string { return f.alt }

func (f transferCurve) alt() string {
	c := f.curve()
	s := fmt.Sprintf("Transfer curve: %s against the cut n.", f.opt.YLabel)
	var parts []string
	for _, t := range slices.Concat([]transfer.Treatment{transfer.Base}, uncutControls, c.conditions()) {
		var values []string
		for _, p := range f.points {
			switch {
			case p.Treatment != t:
			case p.Count == 0 && len(p.Missing) > 0:
				values = append(values, fmt.Sprintf("%d: no number", p.N))
			case p.Count > 0 && t.Uncut():
				values = append(values, fmt.Sprintf("%.3f", p.Mean))
			case p.Count > 0:
				values = append(values, fmt.Sprintf("%d: %.3f", p.N, p.Mean))
			}
		}
		switch {
		case len(values) > 0 && t.Uncut():
			parts = append(parts, t.String()+" "+values[0])
		case len(values) > 0:
			parts = append(parts, fmt.Sprintf("%s at n = %s", t, strings.Join(values, ", ")))
		}
	}
	if len(parts) > 0 {
		s += " Means: " + strings.Join(parts, "; ") + "."
	}
	return s
}
