package figure

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"coadapt/transfer"
	"coadapt/transfer/probing"
)

// Probed draws what a probe found: CKA as matrices of layers, with the cut of a net marked; a path as curves of loss
// and accuracy; a map of nets as places with names; all others as a curve over the layers for each value, in a frame
// for each unit, with what permuted labels give as bars. A control that fails is named below. It fails for values of
// more than one probe and for values none of which is a number.
func Probed(values []probing.Value, opt Options) (*Figure, error) {
	opt, err := opt.looking()
	if err != nil {
		return nil, err
	}
	numbers := 0
	for _, v := range values {
		if v.Probe != values[0].Probe {
			return nil, fmt.Errorf("figure of probes %s and %s: want the values of one", values[0].Probe, v.Probe)
		}
		if v.Value != nil {
			numbers++
		}
	}
	if numbers == 0 {
		return nil, fmt.Errorf("figure of a probe: %d values, none of them a number, want one at least", len(values))
	}
	switch values[0].Probe {
	case "cka":
		return ckaFigure(values, opt)
	case "path":
		return pathFigure(values, opt)
	case "map":
		return mapFigure(values, opt)
	}
	return layersFigure(values, opt)
}

// failedControls are sentences on those that fail.
func failedControls(values []probing.Value) []string {
	var layers []string
	reasons := map[string][]string{}
	for _, v := range values {
		if v.Control != probing.Fails {
			continue
		}
		if reasons[v.Reason] == nil {
			layers = append(layers, v.Reason)
		}
		if where := strings.TrimSpace(v.Layer); !slices.Contains(reasons[v.Reason], where) {
			reasons[v.Reason] = append(reasons[v.Reason], where)
		}
	}
	var notes []string
	for _, reason := range layers {
		at := strings.Join(reasons[reason], ", ")
		if at != "" {
			at = " at " + at
		}
		notes = append(notes, fmt.Sprintf("A control fails%s: %s.", at, reason))
	}
	return notes
}

// probeLooks are those of curves that follow each other.
var probeLooks = []look{
	{color: rgb(0x0b3a82), shape: circle, filled: true},
	{color: rgb(0xa8201a), shape: diamond, filled: true},
	{color: rgb(0x0a7d4f), shape: triangle, filled: true},
	{color: rgb(0xb36b00), shape: diamond, dashes: []vg.Length{4, 2}},
	{color: rgb(0x7b3fa0), shape: circle, dashes: []vg.Length{6, 2}},
	{color: rgb(0x747474), shape: triangle, dashes: []vg.Length{1.2, 2}},
	{color: rgb(0x008a9e), shape: circle, filled: true, dashes: []vg.Length{2, 2}},
	{color: rgb(0xc2408a), shape: diamond, filled: true, dashes: []vg.Length{4, 1, 1, 1}},
}

// layersFigure has curves over the layers. Probes that say several things of a net in one unit have a frame for each
// net, or pair of nets, and a colour for each thing; others have a frame for each thing and a colour for each net.
func layersFigure(values []probing.Value, opt Options) (*Figure, error) {
	frame, curve := func(v probing.Value) string { return v.Name }, netsOf
	if slices.Contains([]string{"stitch", "taskstitch", "ranks", "criticality"}, values[0].Probe) {
		frame, curve = curve, frame
		values = slices.DeleteFunc(slices.Clone(values), func(v probing.Value) bool { return v.Unit != "share" })
	}
	notes := failedControls(values)
	values, nulls := splitNulls(values)
	if len(nulls) > 0 {
		notes = append(notes, "A bar is what permuted labels give: 95% of the permutations.")
	}
	var layers, frames, curves []string
	add := func(list *[]string, name string) {
		if name != "" && !slices.Contains(*list, name) {
			*list = append(*list, name)
		}
	}
	for _, failing := range []bool{false, true} { // controls that fail stand first, and are not of the first layer
		for _, v := range values {
			if (v.Control == probing.Fails) == failing {
				add(&layers, v.Layer)
				add(&frames, frame(v))
				add(&curves, curve(v))
			}
		}
	}
	if len(layers) == 0 {
		return nil, fmt.Errorf("figure of probe %s: no value has a layer", values[0].Probe)
	}
	var ticks plot.ConstantTicks
	for i, name := range layers {
		ticks = append(ticks, plot.Tick{Value: float64(i + 1), Label: name})
	}
	alt := fmt.Sprintf("Probe %s.", values[0].Probe)
	var panels []panel
	var all []series
	for _, f := range frames {
		p := panel{title: f, xmin: 0.8, xmax: float64(len(layers)) + 0.2, xticks: ticks, yticks: lossTicks{}}
		for i, name := range curves {
			s := series{name: name, line: true, look: probeLooks[i%len(probeLooks)]}
			var words []string
			for _, v := range values {
				if frame(v) != f || curve(v) != name || v.Value == nil {
					continue
				}
				p.ylabel = v.Unit
				if v.Layer == "" { // of the whole net
					s.points, s.bare = []point{{p.xmin, *v.Value}, {p.xmax, *v.Value}}, true
					words = append(words, short(*v.Value))
					continue
				}
				s.points = append(s.points, point{float64(slices.Index(layers, v.Layer) + 1), *v.Value})
			}
			if len(s.points) == 0 {
				continue
			}
			slices.SortStableFunc(s.points, func(a, b point) int { return cmp.Compare(a.x, b.x) })
			for _, pt := range s.points {
				if !s.bare {
					words = append(words, layers[int(pt.x)-1]+" "+short(pt.y))
				}
			}
			alt += fmt.Sprintf(" %s, %s: %s.", f, name, strings.Join(words, ", "))
			areas, said := bars(nulls, f, name, layers, s.look)
			alt += said
			p.areas = append(p.areas, areas...)
			p.series, all = append(p.series, s), append(all, s)
		}
		if p.ylabel == "1" {
			p.ylabel = ""
		}
		if len(p.series) > 0 {
			panels = append(panels, p)
		}
	}
	panels[len(panels)-1].xlabel = "layer"
	opt.Height = 1.2 + 2.2*float64(len(panels))
	return opt.page(alt, func(c draw.Canvas) {
		c = drawTitle(c, opt.Title)
		c = legend(c, all)
		drawPanels(drawNotes(c, notes), panels)
	}), nil
}

// netsOf names the nets that a value is of.
func netsOf(v probing.Value) string {
	if v.Other == "" {
		return v.Net
	}
	return v.Net + " and " + v.Other
}

// pathFigure has a frame for each thing that is measured on the way, a curve for each second net.
func pathFigure(values []probing.Value, opt Options) (*Figure, error) {
	xticks := plot.ConstantTicks{
		{Value: 0, Label: "first net"},
		{Value: 0.5, Label: "half-way"},
		{Value: 1, Label: "second net"},
	}
	panels := []panel{
		{title: probing.PathLoss, ylabel: "nats", yticks: lossTicks{}},
		{title: probing.PathAccuracy, ylabel: "share"},
		{title: probing.PathTraining, ylabel: "nats", yticks: lossTicks{}},
	}
	alt := "Loss and accuracy on the line between the weights of two nets."
	var notes []string
	for i := range panels {
		p := &panels[i]
		p.xmin, p.xmax, p.xticks = -0.02, 1.02, xticks
		var barriers []string
		for _, v := range values {
			if v.Name == probing.Barrier+p.title && v.Value != nil {
				barriers = append(barriers, netsOf(v)+" "+barrierWords(values, v))
			}
			if v.Name != p.title || v.At == nil || v.Value == nil {
				continue
			}
			at := slices.IndexFunc(p.series, func(s series) bool { return s.name == netsOf(v) })
			if at < 0 {
				at = len(p.series)
				p.series = append(p.series, series{name: netsOf(v), line: true, look: probeLooks[at%len(probeLooks)]})
			}
			p.series[at].points = append(p.series[at].points, point{*v.At, *v.Value})
		}
		if len(barriers) > 0 {
			notes = append(notes, "Barrier of "+p.title+": "+strings.Join(barriers, "; ")+".")
		}
	}
	if len(notes) > 0 {
		alt += " " + strings.Join(notes, " ")
		notes = append(notes,
			"A barrier is how far the worst point is from the straight line between the two ends; 95% over pictures.")
	}
	notes = append(notes, failedControls(values)...)
	opt.Height = 7.2
	return opt.page(alt, func(c draw.Canvas) {
		c = drawTitle(c, opt.Title)
		c = legend(c, panels[0].series)
		drawPanels(drawNotes(c, notes), panels)
	}), nil
}

// barrierWords is a barrier with its interval, where it has one.
func barrierWords(values []probing.Value, b probing.Value) string {
	words := short(*b.Value)
	var ends []string
	for _, end := range []string{probing.From, probing.To} {
		for _, v := range values {
			if v.Name == b.Name+end && v.Net == b.Net && v.Other == b.Other && v.Value != nil {
				ends = append(ends, short(*v.Value))
			}
		}
	}
	if len(ends) == 2 {
		words += fmt.Sprintf(" [%s, %s]", ends[0], ends[1])
	}
	return words
}

// cutMatrix is a matrix with a line below the cut of its nets; 0 is none.
type cutMatrix struct {
	matrix
	title      string
	rows, cols int // the cut of the net of the rows, and of that of the columns
}

func (m cutMatrix) size() (width, height vg.Length) {
	_, h := m.matrix.size()
	return m.label + m.side*vg.Length(len(m.classes)), h + titleLead
}

func (m cutMatrix) draw(c draw.Canvas, at vg.Point) {
	c.FillText(bold(labelSize), vg.Point{X: at.X, Y: at.Y - labelSize}, m.title)
	at.Y -= titleLead
	m.matrix.draw(c, at)
	corner := vg.Point{X: at.X + m.label, Y: at.Y - m.label}
	length := m.side * vg.Length(len(m.classes))
	if m.rows > 0 {
		y := corner.Y - m.side*vg.Length(m.rows)
		stroke(c, across(y, corner.X-m.label, corner.X+length), rgb(0xa8201a), 1.4)
	}
	if m.cols > 0 {
		x := corner.X + m.side*vg.Length(m.cols)
		stroke(c, down(x, corner.Y+m.label, corner.Y-length), rgb(0xa8201a), 1.4)
	}
}

// ckaFigure has two matrices for each pair of nets: unbiased CKA, and that within classes.
func ckaFigure(values []probing.Value, opt Options) (*Figure, error) {
	shades := shade(0, 1)
	var blocks []block
	alt := "CKA of layers."
	var done, captions []string
	for _, v := range values {
		pair := netsOf(v)
		if slices.Contains(done, pair) {
			continue
		}
		done = append(done, pair)
		captions = append(captions, v.Net+" down, "+v.Other+" across")
		for _, name := range []string{probing.CKAUnbiased, probing.CKAWithin} {
			layers, cells, words, err := ckaCells(values, v, name)
			if err != nil {
				return nil, err
			}
			m := newMatrix(layers, cells, shades, opt.textWidth())
			m.side = sideFor(len(layers), (opt.textWidth()-2*blockGap)/2-m.label) // two beside each other
			m.font = min(noteSize, m.side*0.9)
			blocks = append(blocks, cutMatrix{m, name, cutOf(v.Net), cutOf(v.Other)})
			alt += fmt.Sprintf(" %s of %s, layer by layer: %s.", name, pair, words)
		}
	}
	notes := append([]string{strings.Join(captions, "; ") +
		". In per cent; a red line is below the layers that came from elsewhere. What is below 0 is white."},
		failedControls(values)...)
	blocks = append(blocks, bar{shades, "CKA", barLength, []barTick{{0, "0"}, {0.5, "0.5"}, {1, "1"}}})
	return opt.sheet(alt, notes, flow{width: opt.textWidth(), blocks: blocks}), nil
}

// ckaCells are the values of a name for the nets of a value, row by row, and the diagonal in words.
func ckaCells(
	values []probing.Value,
	of probing.Value,
	name string,
) (layers []string, cells []float32, words string, err error) {
	var rows, cols []string
	var diagonal []string
	for _, v := range values {
		if v.Net != of.Net || v.Other != of.Other || v.Name != name {
			continue
		}
		if !slices.Contains(rows, v.Layer) {
			rows = append(rows, v.Layer)
		}
		if !slices.Contains(cols, v.Beside) {
			cols = append(cols, v.Beside)
		}
		x := 0.0
		if v.Value != nil {
			x = *v.Value
		}
		cells = append(cells, float32(x))
		if v.Layer == v.Beside {
			diagonal = append(diagonal, v.Layer+" "+short(x))
		}
	}
	if !slices.Equal(rows, cols) || len(cells) != len(rows)*len(cols) {
		return nil, nil, "", fmt.Errorf("figure of CKA: %s has the layers %v and %s %v, want the same", of.Net, rows,
			of.Other, cols)
	}
	return rows, cells, strings.Join(diagonal, ", "), nil
}

// cutOf is the cut of a net, 0 where it has none.
func cutOf(name string) int {
	n, err := transfer.ParseNet(name)
	if err != nil {
		return 0
	}
	return n.N
}
