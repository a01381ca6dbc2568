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

// Row is a line of a plot by rows: its name, and in each column a value for each condition.
type Row struct {
	Name   string
	Values [][]Value // by column
}

// Value is an estimate with its interval. Low and High are NaN without an interval. A Value that is NaN itself is not
// drawn.
type Value struct {
	Treatment        transfer.Treatment
	Value, Low, High float64
}

// Column is a scale of a plot by rows.
type Column struct {
	Label string
	Zero  float64 // no effect: a line is drawn here
	// Low and High bound the axis; if both are 0, it covers all values and intervals. An interval that goes on beyond
	// the bounds ends in an arrow head.
	Low, High float64
}

// Rows draws each row as a line and each column as a frame, with an interval for each value. It fails if there is no
// row or no column, or if a row lacks a list of values for some column.
func Rows(rows []Row, columns []Column, opt Options) (*Figure, error) {
	if len(rows) == 0 || len(columns) == 0 {
		return nil, fmt.Errorf("plot by rows: %d rows, %d columns, want at least one of each", len(rows), len(columns))
	}
	var treatments []transfer.Treatment
	var alt []string
	for _, r := range rows {
		if len(r.Values) != len(columns) {
			return nil, fmt.Errorf("plot by rows: row %q has values in %d columns, want %d", r.Name, len(r.Values),
				len(columns))
		}
		for i, values := range r.Values {
			for _, v := range values {
				if math.IsNaN(v.Value) {
					continue
				}
				if !slices.Contains(treatments, v.Treatment) {
					treatments = append(treatments, v.Treatment)
				}
				alt = append(alt, fmt.Sprintf("%s, %s, %s: %.3g", r.Name, v.Treatment, columns[i].Label, v.Value))
			}
		}
	}
	slices.Sort(treatments)
	row := max(15, 5+5*vg.Length(len(treatments)))
	opt = opt.filled(6.5, 0)
	if opt.Height == 0 {
		opt.Height = float64((row*vg.Length(len(rows))+110)/vg.Inch) + float64(len(opt.Caption))/1500
	}
	return opt.page("Plot by rows. "+strings.Join(alt, "; ")+".", func(c draw.Canvas) {
		c = drawTitle(c, opt.Title)
		c = rowLegend(c, treatments)
		if opt.Caption != "" {
			c = drawNotes(c, []string{opt.Caption})
		}
		drawRows(c, rows, columns, treatments)
	}), nil
}

// rowLegend draws the conditions, in as many lines as they need, and returns the room below.
func rowLegend(c draw.Canvas, treatments []transfer.Treatment) draw.Canvas {
	s, at := style(labelSize), vg.Point{X: c.Min.X, Y: c.Max.Y - labelSize}
	for _, t := range treatments {
		width := 24 + 5 + s.Width(lookOf(t).label)
		if at.X > c.Min.X && at.X+width > c.Max.X {
			at = vg.Point{X: c.Min.X, Y: at.Y - 1.45*labelSize}
		}
		drawEntry(c, s, t, at, 24)
		at.X += width + 16
	}
	return draw.Crop(c, 0, 0, 0, at.Y-labelSize-c.Max.Y)
}

func drawRows(c draw.Canvas, rows []Row, columns []Column, treatments []transfer.Treatment) {
	s := style(labelSize)
	var names vg.Length
	for _, r := range rows {
		names = max(names, s.Width(r.Name))
	}
	names += 8
	wide := (c.Max.X - c.Min.X - names) / vg.Length(len(columns))
	for i, col := range columns {
		left := c.Min.X + names + wide*vg.Length(i)
		frame := rowFrame{rows: rows, column: i, spec: col, treatments: treatments}
		p := plot.New()
		p.BackgroundColor = nil
		p.Add(frame)
		p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = frame.DataRange()
		p.X.Label.Text = col.Label
		styleAxes(p)
		p.X.Tick.Marker = rowTicks{}
		p.HideY()
		cell := draw.Crop(c, left-c.Min.X, left+wide-10-c.Max.X, 0, 0)
		p.Draw(cell)
		if i > 0 {
			continue
		}
		inner := p.DataCanvas(cell)
		_, y := p.Transforms(&inner)
		for j, r := range rows {
			c.FillText(s, vg.Point{X: c.Min.X, Y: y(-float64(j)) - 0.36*labelSize}, r.Name)
		}
	}
}

// rowTicks label a few round numbers.
type rowTicks struct{}

// Ticks are multiples of 1, 2 or 5 of some power of ten.
func (rowTicks) Ticks(low, high float64) []plot.Tick {
	return evenTicks(low, high, 100, 50, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01)
}

// rowFrame is one column of a plot by rows; row i lies at y = -i.
type rowFrame struct {
	rows       []Row
	column     int
	spec       Column
	treatments []transfer.Treatment
}

// DataRange covers the values and intervals of the column, and its zero.
func (f rowFrame) DataRange() (xmin, xmax, ymin, ymax float64) {
	low, high := f.spec.Zero, f.spec.Zero
	for _, r := range f.rows {
		for _, v := range r.Values[f.column] {
			for _, x := range []float64{v.Value, v.Low, v.High} {
				if !math.IsNaN(x) && !math.IsInf(x, 0) {
					low, high = min(low, x), max(high, x)
				}
			}
		}
	}
	if f.spec.Low != 0 || f.spec.High != 0 {
		low, high = f.spec.Low, f.spec.High
	}
	if high == low {
		high++
	}
	pad := 0.04 * (high - low)
	return low - pad, high + pad, -float64(len(f.rows)) + 0.4, 0.6
}

// Plot draws a line at zero, one under each row, and each value with its interval.
func (f rowFrame) Plot(cv draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&cv)
	for i := range f.rows {
		stroke(cv, across(y(-float64(i)), cv.Min.X, cv.Max.X), faint, 0.6)
	}
	stroke(cv, down(x(f.spec.Zero), cv.Min.Y, cv.Max.Y), donor, 0.8)
	inside := func(v float64) vg.Length { return x(min(max(v, p.X.Min), p.X.Max)) }
	for i, r := range f.rows {
		for _, v := range r.Values[f.column] {
			if math.IsNaN(v.Value) {
				continue
			}
			l := lookOf(v.Treatment)
			at := vg.Point{X: inside(v.Value), Y: y(-float64(i) + f.shift(v.Treatment))}
			if !math.IsNaN(v.Low) && !math.IsNaN(v.High) {
				stroke(cv, across(at.Y, inside(v.Low), inside(v.High)), l.color, 1.1)
				if v.Low < p.X.Min {
					stroke(cv, arrow(cv.Min.X, at.Y, 1), l.color, 1.1)
				}
				if v.High > p.X.Max {
					stroke(cv, arrow(cv.Max.X, at.Y, -1), l.color, 1.1)
				}
			}
			drawMark(cv, l, at, 2.6)
		}
	}
}

// shift is the distance of a condition from the middle of its row, so that conditions are drawn below each other.
func (f rowFrame) shift(t transfer.Treatment) float64 {
	i := slices.Index(f.treatments, t)
	return min(0.3, 0.8/float64(len(f.treatments))) * (float64(len(f.treatments)-1)/2 - float64(i))
}

// arrow is the head of an interval that goes on beyond the edge at x; side is 1 at the left edge and -1 at the right.
func arrow(x, y, side vg.Length) (head vg.Path) {
	head.Move(vg.Point{X: x + 3.5*side, Y: y - 2.2})
	head.Line(vg.Point{X: x, Y: y})
	head.Line(vg.Point{X: x + 3.5*side, Y: y + 2.2})
	return head
}
