package figure

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// panel is one frame of a figure that has several.
type panel struct {
	title, xlabel, ylabel string
	xticks                plot.ConstantTicks
	yticks                plot.Ticker // nil: accuracyTicks
	xmin, xmax            float64
	series                []series
	areas                 []area
	labels                []label
	level                 *float64 // a dashed line across, such as the base
	floor                 float64  // the lowest end of the frame; an arrow points to values below; 0: none
	empty                 string   // the text in the middle if there is no series
}

// series is a row of values, drawn as marks or dots, joined or not.
type series struct {
	look   look
	name   string
	points []point
	line   bool
	dots   bool      // small, for single nets
	bare   bool      // no marks
	failed []float64 // x of nets without a number: crosses at the bottom
}

type point struct{ x, y float64 }

// broken says whether a net between a and b has no number, so that no line joins them.
func (s series) broken(a, b float64) bool {
	return slices.ContainsFunc(s.failed, func(x float64) bool { return a < x && x < b })
}

// area is the filled area between two rows of values at the same x.
type area struct {
	low, high []point
	color     color.NRGBA
}

// label is a word in the frame, at a distance above its point.
type label struct {
	point
	text string
	up   vg.Length
}

func (p panel) draw(c draw.Canvas) {
	if p.title != "" {
		s := style(labelSize)
		s.Font.Weight = 3
		c.FillText(s, vg.Point{X: c.Min.X, Y: c.Max.Y - labelSize}, p.title)
		c = draw.Crop(c, 0, 0, 0, -labelSize*1.5)
	}
	if len(p.series) == 0 {
		s := style(labelSize)
		c.FillText(s, vg.Point{X: c.Min.X + 20, Y: (c.Min.Y + c.Max.Y) / 2}, p.empty)
		return
	}
	f := plot.New()
	f.BackgroundColor = nil
	f.Add(p)
	f.X.Min, f.X.Max, f.Y.Min, f.Y.Max = p.DataRange()
	f.X.Label.Text, f.Y.Label.Text = p.xlabel, p.ylabel
	styleAxes(f)
	f.X.Tick.Marker, f.Y.Tick.Marker = p.xticks, p.yticks
	if p.yticks == nil {
		f.Y.Tick.Marker = accuracyTicks{}
	}
	f.Draw(c)
}

// DataRange covers all values above the floor, and leaves room for crosses.
func (p panel) DataRange() (xmin, xmax, ymin, ymax float64) {
	ymin, ymax = math.Inf(1), math.Inf(-1)
	failed := false
	for _, s := range p.series {
		failed = failed || len(s.failed) > 0
		for _, pt := range s.points {
			ymin, ymax = min(ymin, pt.y), max(ymax, pt.y)
		}
	}
	for _, a := range p.areas {
		for _, pt := range append(a.low[:len(a.low):len(a.low)], a.high...) {
			ymin, ymax = min(ymin, pt.y), max(ymax, pt.y)
		}
	}
	if p.level != nil {
		ymin, ymax = min(ymin, *p.level), max(ymax, *p.level)
	}
	if ymin > ymax {
		ymin, ymax = 0, 1
	}
	if p.floor != 0 {
		ymin = max(ymin, p.floor)
	}
	pad := max(0.05*(ymax-ymin), 0.002)
	ymin, ymax = ymin-pad, ymax+pad
	if failed {
		ymin -= pad
	}
	return p.xmin, p.xmax, ymin, ymax
}

// Plot draws from back to front: grid, areas, level, lines, marks, words.
func (p panel) Plot(cv draw.Canvas, f *plot.Plot) {
	x, y := f.Transforms(&cv)
	at := func(pt point) vg.Point { return vg.Point{X: x(pt.x), Y: y(max(pt.y, f.Y.Min))} }
	for _, t := range f.Y.Tick.Marker.Ticks(f.Y.Min, f.Y.Max) {
		if !t.IsMinor() && t.Value >= f.Y.Min && t.Value <= f.Y.Max {
			stroke(cv, across(y(t.Value), cv.Min.X, cv.Max.X), faint, 0.6)
		}
	}
	for _, a := range p.areas {
		var path vg.Path
		for i, pt := range a.low {
			if i == 0 {
				path.Move(at(pt))
				continue
			}
			path.Line(at(pt))
		}
		for i := len(a.high) - 1; i >= 0; i-- {
			path.Line(at(a.high[i]))
		}
		path.Close()
		cv.SetColor(a.color)
		cv.Fill(path)
	}
	if p.level != nil {
		dashed.stroke(cv, across(y(*p.level), cv.Min.X, cv.Max.X), 0.8)
	}
	for _, s := range p.series {
		if s.line && len(s.points) > 1 {
			var path vg.Path
			for i, pt := range s.points {
				if i == 0 || s.broken(s.points[i-1].x, pt.x) {
					path.Move(at(pt))
					continue
				}
				path.Line(at(pt))
			}
			s.look.stroke(cv, path, 1.2)
		}
	}
	for _, s := range p.series {
		for _, pt := range s.points {
			if s.bare {
				break
			}
			size := markSize
			if s.dots {
				size = 2.2
			}
			if pt.y < f.Y.Min {
				continue
			}
			drawMark(cv, s.look, at(pt), size)
		}
		for _, fx := range s.failed {
			drawCross(cv, s.look.color, vg.Point{X: x(fx), Y: cv.Min.Y + crossAt}, 2.4)
		}
	}
	for _, l := range p.labels {
		s := style(labelSize)
		s.Font.Weight = 3
		w := s.Width(l.text)
		pt := at(l.point)
		cv.FillText(s, vg.Point{X: pt.X - w/2, Y: pt.Y + l.up - 0.36*labelSize}, l.text)
	}
}

// drawPanels draws panels of one height below each other.
func drawPanels(c draw.Canvas, panels []panel) {
	each := (c.Max.Y - c.Min.Y) / vg.Length(len(panels))
	for i, p := range panels {
		p.draw(draw.Crop(c, 0, 0, each*vg.Length(len(panels)-1-i)+4, -each*vg.Length(i)))
	}
}

// legend draws an entry for each named series, in one or more rows, and returns the
// room below.
func legend(c draw.Canvas, all []series) draw.Canvas {
	const (
		sample vg.Length = 20
		gap    vg.Length = 14
		row              = labelSize * 1.45
	)
	s := style(labelSize)
	at := vg.Point{X: c.Min.X, Y: c.Max.Y - row/2}
	seen := make(map[string]bool)
	for _, e := range all {
		if e.name == "" || seen[e.name] {
			continue
		}
		seen[e.name] = true
		width := sample + 5 + s.Width(e.name) + gap
		if at.X > c.Min.X && at.X+width-gap > c.Max.X {
			at = vg.Point{X: c.Min.X, Y: at.Y - row}
		}
		if e.line {
			e.look.stroke(c, across(at.Y, at.X, at.X+sample), 1.2)
		}
		drawMark(c, e.look, vg.Point{X: at.X + sample/2, Y: at.Y}, markSize)
		c.FillText(s, vg.Point{X: at.X + sample + 5, Y: at.Y - 0.36*labelSize}, e.name)
		at.X += width
	}
	return draw.Crop(c, 0, 0, 0, at.Y-row/2-c.Max.Y-4)
}
