package figure

import (
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"coadapt/transfer"
)

// curve draws points into the frame of a plot: x is the cut, y what is measured.
type curve struct {
	points []Point
	dodge  map[transfer.Treatment]float64 // in units of x, so that conditions do not cover one another
	last   int                            // largest cut on the axis
	behind []Point                        // other nets of the same conditions and cuts, to show how nets differ
}

// sizes of marks and lines, in points.
const (
	markSize   vg.Length = 3
	dotSize    vg.Length = 1.05
	crossAt    vg.Length = 6   // above the bottom edge
	beside     vg.Length = 4.1 // a net's dot stands to the right of the mean
	dodgeBy              = 0.155
	behindWide vg.Length = 3.6 // half the width of the box of the nets behind
)

func newCurve(points, behind []Point, last int) curve {
	c := curve{points: points, dodge: make(map[transfer.Treatment]float64), last: last}
	present := c.conditions()
	for i, t := range present {
		c.dodge[t] = dodgeBy * (float64(i) - float64(len(present)-1)/2)
	}
	for _, b := range behind {
		if slices.ContainsFunc(points, func(p Point) bool { return p.Treatment == b.Treatment && p.N == b.N }) {
			c.behind = append(c.behind, b)
		}
	}
	return c
}

// measure is what the points show.
func (c curve) measure() measure {
	if len(c.points) == 0 {
		return measure{}
	}
	return c.points[0].measure
}

// base is the point of the base nets, nil where none is a number.
func (c curve) base() *Point { return c.uncut(transfer.Base) }

func (c curve) uncut(t transfer.Treatment) *Point {
	for i, p := range c.points {
		if p.Treatment == t && p.Count > 0 {
			return &c.points[i]
		}
	}
	return nil
}

// uncutControls are drawn as a line across all cuts, like the base.
var uncutControls = []transfer.Treatment{transfer.BasePlus, transfer.BaseTwice}

// conditions lists the conditions that have a net with a cut, in the order in which they are drawn side by side.
func (c curve) conditions() []transfer.Treatment {
	var out []transfer.Treatment
	for _, p := range c.points {
		if !p.Treatment.Uncut() && !slices.Contains(out, p.Treatment) {
			out = append(out, p.Treatment)
		}
	}
	slices.Sort(out)
	return out
}

// DataRange covers every net that is a number, and of the intervals what lies within [0, 1] and not far from the nets:
// two nets that disagree a little have a t interval that would leave no room for the curve. What is cut off ends in an
// arrow head.
func (c curve) DataRange() (xmin, xmax, ymin, ymax float64) {
	ymin, ymax = math.Inf(1), math.Inf(-1)
	see := func(y float64) { ymin, ymax = min(ymin, y), max(ymax, y) }
	var lengths []float64
	missing := false
	for _, p := range c.points {
		missing = missing || len(p.Missing) > 0
		for _, r := range slices.Concat(p.Nets, p.Donors) {
			see(p.of(r))
		}
	}
	for _, p := range c.behind {
		for _, r := range p.Nets {
			see(p.of(r))
		}
	}
	for _, p := range c.points {
		if p.Count > 0 {
			lengths = append(lengths, p.High-p.Low)
		}
	}
	if ymin > ymax {
		ymin, ymax = 0, 1
	}
	if len(lengths) > 0 {
		slices.Sort(lengths)
		reach := max((ymax-ymin)/5, lengths[len(lengths)/2])
		low, high := max(ymin-reach, 0), min(ymax+reach, c.measure().top())
		for _, p := range c.points {
			if p.Count > 0 {
				see(max(p.Low, low))
				see(min(p.High, high))
			}
		}
	}
	if ymax-ymin < 0.02 {
		mid := (ymax + ymin) / 2
		ymin, ymax = mid-0.01, mid+0.01
	}
	pad := 0.05 * (ymax - ymin)
	switch {
	case missing && c.measure().loss():
		ymax += pad
	case missing:
		ymin -= pad
	}
	return -0.45, float64(c.last) + 0.5, ymin - pad, ymax + pad
}

// cutsOff says whether the frame cuts off the interval of some mean.
func (c curve) cutsOff() bool {
	_, _, low, high := c.DataRange()
	return slices.ContainsFunc(c.points, func(p Point) bool {
		return !p.Treatment.Uncut() && p.Count > 0 && (p.Low < low || p.High > high)
	})
}

// Plot draws from back to front: grid, base, lines, intervals, nets, means, crosses.
func (c curve) Plot(cv draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&cv)
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if !t.IsMinor() {
			stroke(cv, across(y(t.Value), cv.Min.X, cv.Max.X), faint, 0.6)
		}
	}
	inside := func(v float64) vg.Length { return y(min(max(v, p.Y.Min), p.Y.Max)) }
	if b := c.base(); b != nil {
		if b.Method != NoInterval {
			cv.SetColor(band)
			cv.Fill(box(x(0), inside(b.Low), cv.Max.X, inside(b.High)))
		}
		stroke(cv, across(y(b.Mean), x(0), cv.Max.X), lookOf(transfer.Base).color, 1)
	}
	for _, t := range uncutControls {
		b, l := c.uncut(t), lookOf(t)
		if b == nil {
			continue
		}
		l.stroke(cv, across(y(b.Mean), x(0), cv.Max.X), 1)
	}
	at := func(p Point) vg.Point { return vg.Point{X: x(float64(p.N) + c.dodge[p.Treatment]), Y: y(p.Mean)} }
	for _, p := range c.behind {
		if low, high := p.ends(); p.Count > 0 && !p.Treatment.Uncut() {
			cv.SetColor(faded(lookOf(p.Treatment).color))
			cv.Fill(box(at(p).X-behindWide, y(low)-1, at(p).X+behindWide, y(high)+1))
		}
	}
	for _, t := range c.conditions() {
		c.line(cv, t, at)
	}
	for _, p := range c.points {
		if p.Treatment.Uncut() || p.Count == 0 || p.Method == NoInterval {
			continue
		}
		c.interval(cv, p, at(p).X, y)
	}
	for _, p := range c.points {
		if p.Treatment == transfer.Base {
			c.baseNets(cv, p, x, y)
			continue
		}
		if p.Treatment.Uncut() {
			continue
		}
		l := lookOf(p.Treatment)
		if p.Count > 1 {
			for _, r := range p.Nets {
				drawDot(cv, l.color, vg.Point{X: at(p).X + beside, Y: y(p.of(r))}, dotSize)
			}
		}
		if p.Count > 0 {
			drawMark(cv, l, at(p), markSize)
		}
	}
	for _, p := range c.points {
		if len(p.Missing) == 0 {
			continue
		}
		pt := vg.Point{X: at(p).X, Y: cv.Min.Y + crossAt}
		if p.measure.loss() { // what failed lies beyond the worst
			pt.Y = cv.Max.Y - crossAt
		}
		drawCross(cv, lookOf(p.Treatment).color, pt, 2.4)
		if len(p.Missing) > 1 {
			cv.FillText(style(noteSize), vg.Point{X: pt.X + 3.4, Y: pt.Y - 0.36*noteSize}, strconv.Itoa(len(p.Missing)))
		}
	}
}

// interval draws the interval of a mean as a bar. It ends in an arrow head where the frame cuts it off.
func (c curve) interval(cv draw.Canvas, p Point, x vg.Length, y func(float64) vg.Length) {
	col := lookOf(p.Treatment).color
	ends := [2]vg.Length{y(p.Low), y(p.High)}
	for i, end := range ends {
		at, sign := cv.Min.Y, vg.Length(1)
		if i == 1 {
			at, sign = cv.Max.Y, -1
		}
		if sign*(end-at) >= 0 {
			continue
		}
		var head vg.Path
		head.Move(vg.Point{X: x - 2.2, Y: at + sign*3.5})
		head.Line(vg.Point{X: x, Y: at})
		head.Line(vg.Point{X: x + 2.2, Y: at + sign*3.5})
		stroke(cv, head, col, 1.1)
		ends[i] = at
	}
	stroke(cv, down(x, ends[0], ends[1]), col, 1.1)
}

// line joins the means of one condition, beginning at the base as in the paper. It is broken at a cut where every net
// failed.
func (c curve) line(cv draw.Canvas, t transfer.Treatment, at func(Point) vg.Point) {
	var path vg.Path
	pen := false
	for _, p := range c.points {
		if p.Treatment != t && p.Treatment != transfer.Base {
			continue
		}
		switch {
		case p.Count == 0:
			pen = false
			continue
		case pen:
			path.Line(at(p))
		default:
			path.Move(at(p))
		}
		pen = true
	}
	lookOf(t).stroke(cv, path, 1.2)
}

// baseNets draws a ring a base net at n = 0, those of no mean in grey beside them.
func (c curve) baseNets(cv draw.Canvas, p Point, x, y func(float64) vg.Length) {
	for _, r := range p.Donors {
		drawRing(cv, donor, vg.Point{X: x(0) - 9, Y: y(p.of(r))}, 1.8)
	}
	for _, r := range p.Nets {
		drawRing(cv, lookOf(transfer.Base).color, vg.Point{X: x(0), Y: y(p.of(r))}, 2.4)
	}
}

func segment(a, b vg.Point) vg.Path {
	var p vg.Path
	p.Move(a)
	p.Line(b)
	return p
}

// across is a horizontal segment, down a vertical one.
func across(y, from, to vg.Length) vg.Path {
	return segment(vg.Point{X: from, Y: y}, vg.Point{X: to, Y: y})
}
func down(x, from, to vg.Length) vg.Path {
	return segment(vg.Point{X: x, Y: from}, vg.Point{X: x, Y: to})
}

func box(x0, y0, x1, y1 vg.Length) vg.Path {
	var p vg.Path
	p.Move(vg.Point{X: x0, Y: y0})
	p.Line(vg.Point{X: x1, Y: y0})
	p.Line(vg.Point{X: x1, Y: y1})
	p.Line(vg.Point{X: x0, Y: y1})
	p.Close()
	return p
}
