package figure

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"coadapt/transfer"
	"coadapt/transfer/stats"
)

// ForestClaims are the claims that Forest draws if none is named: the decomposition of a transfer curve.
func ForestClaims() []string {
	return []string{"fragility", "specificity", "rescue", "second training", "surplus"}
}

// forest has a row for each line of a report, below the name of its claim.
type forest struct {
	rows      []forestRow
	low, high float64 // points that the frame shows
}

type forestRow struct {
	stats.Line
	head string // the claim's name, in a row of its own above its lines
}

// The widths of the words beside the frame, and the height of a row.
const (
	forestLeft            = 50
	forestRight           = 210
	rowHeight   vg.Length = 11.5
)

// Forest draws what results say of claims, which have the names of [stats.Claims]. It has a row for each cut: the
// estimate in points, its plain interval as a thick line, the simultaneous one as a thin line, and the verdict in
// words. The mark is filled if the claim is supported or opposed. Claims that cannot be asked at a cut have no row.
// Forest fails where [stats.Ask] does, for an unknown claim, and if there is no row to draw.
func Forest(results []transfer.Result, claims []string, opt Options) (*Figure, error) {
	var known []string
	for _, c := range stats.Claims() {
		known = append(known, c.Name)
	}
	if len(claims) == 0 {
		claims = ForestClaims()
	}
	for _, name := range claims {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("forest: there is no claim %q; want some of %q", name, known)
		}
	}
	opt, err := opt.looking()
	if err != nil {
		return nil, err
	}
	report, err := stats.Ask(results, Level)
	if err != nil {
		return nil, fmt.Errorf("forest: %w", err)
	}
	f := forest{}
	unasked := 0
	alt := "Forest plot, points with simultaneous 95% intervals."
	for _, l := range report.Lines {
		if !slices.Contains(claims, l.Claim.Name) {
			continue
		}
		if l.Family == 0 {
			unasked++
			continue
		}
		if len(f.rows) == 0 || f.rows[len(f.rows)-1].Claim.Name != l.Claim.Name {
			f.rows = append(f.rows,
				forestRow{head: fmt.Sprintf("%s: %s %s", l.Claim.Name, l.Claim.Estimand, l.Claim.Range())})
			alt += fmt.Sprintf(" %s (%s):", l.Claim.Name, l.Claim.Estimand)
		}
		f.rows = append(f.rows, forestRow{Line: l})
		alt += fmt.Sprintf(" %s %s, %s;", l.At, interval(l), l.Words())
	}
	if len(f.rows) == 0 {
		return nil, fmt.Errorf("forest: none of the claims %q can be asked of these nets", claims)
	}
	f.fit()
	notes := []string{"Points, one row a cut or a range of cuts. Thick: the plain 95% interval, of this row alone. " +
		"Thin, and in figures: the simultaneous one; those of a claim's cuts, or of its ranges, hold all together, " +
		"by Bonferroni. A mark is filled where that excludes what the claim is set against, zero unless said " +
		"otherwise.",
		fmt.Sprintf("%d nets are numbers, %d are not; a net's accuracy is %s.", report.Nets, len(report.Missing),
			rule(results))}
	if f.cutsOff() {
		notes = append(notes, "An arrow head: the interval goes on beyond the frame.")
	}
	if slices.ContainsFunc(f.rows, func(r forestRow) bool { return len(r.Warnings) > 0 }) {
		notes = append(notes, "*: coadapt stats and lab.Ask warn of this row, such as of few units, or of two "+
			"treatments on different targets.")
	}
	if unasked > 0 {
		notes = append(notes, fmt.Sprintf("Rows that these nets cannot be asked for: %d, left out.", unasked))
	}
	if opt.Caption != "" {
		notes = append([]string{opt.Caption}, notes...)
	}
	height := 2*margin + rowHeight*vg.Length(len(f.rows)) + 34
	if opt.Title != "" {
		height += titleSize*1.3*vg.Length(len(wrap(bold(titleSize), opt.Title, opt.textWidth()))) + 4
	}
	height += noteSize*1.3*vg.Length(len(wrap(style(noteSize), strings.Join(notes, " "), opt.textWidth()))) + 6
	opt.Height = float64(height / vg.Inch)
	return opt.page(strings.TrimSuffix(alt, ";")+".", func(c draw.Canvas) {
		c = drawTitle(c, opt.Title)
		f.draw(drawNotes(c, notes))
	}), nil
}

// interval gives the estimate and its simultaneous interval in words, in points.
func interval(l stats.Line) string {
	return fmt.Sprintf("%+.2f [%+.2f, %+.2f]", 100*l.Value, 100*l.Simultaneous.Low, 100*l.Simultaneous.High)
}

// warned marks a line that has warnings.
func warned(l stats.Line) string {
	if len(l.Warnings) > 0 {
		return " *"
	}
	return ""
}

// fit sets the range of the frame. It has zero, all estimates and all nulls; intervals are cut off so that these keep
// at least a third of the width.
func (f *forest) fit() {
	low, high := 0.0, 0.0
	ends := []float64{0}
	for _, r := range f.rows {
		if r.head != "" {
			continue
		}
		low, high = min(low, 100*r.Value, 100*r.Claim.Null), max(high, 100*r.Value, 100*r.Claim.Null)
		ends = append(ends, 100*r.Simultaneous.Low, 100*r.Simultaneous.High, 100*r.Low, 100*r.High)
	}
	room := max(high-low, 0.1)
	f.low, f.high = max(slices.Min(ends), low-room), min(slices.Max(ends), high+room)
	pad := 0.03 * (f.high - f.low)
	f.low, f.high = f.low-pad, f.high+pad
}

func (f *forest) cutsOff() bool {
	return slices.ContainsFunc(f.rows, func(r forestRow) bool {
		return r.head == "" && (100*r.Simultaneous.Low < f.low || 100*r.Simultaneous.High > f.high)
	})
}

// draw draws a plot's frame between the words on its two sides.
func (f *forest) draw(c draw.Canvas) {
	p := plot.New()
	p.BackgroundColor = nil
	p.Add(f)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = f.DataRange()
	p.X.Label.Text = "points"
	styleAxes(p)
	p.X.Tick.Marker = pointTicks{}
	p.HideY()
	p.Draw(draw.Crop(c, forestLeft, -forestRight, 0, 0))
}

// DataRange is the range in points, and one unit for each row.
func (f *forest) DataRange() (xmin, xmax, ymin, ymax float64) {
	return f.low, f.high, 0, float64(len(f.rows))
}

// Plot draws the grid and then the rows, the first on top.
func (f *forest) Plot(cv draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&cv)
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		stroke(cv, down(x(t.Value), cv.Min.Y, cv.Max.Y), faint, 0.6)
	}
	dashed.stroke(cv, down(x(0), cv.Min.Y, cv.Max.Y), 0.8)
	small := style(noteSize)
	drop := 0.36 * noteSize
	for i, r := range f.rows {
		at := y(float64(len(f.rows)-i) - 0.5)
		if r.head != "" {
			band := box(cv.Min.X-forestLeft, at-rowHeight/2+1, cv.Max.X+forestRight, at+rowHeight/2-1)
			cv.SetColor(faint)
			cv.Fill(band)
			cv.FillText(bold(noteSize), vg.Point{X: cv.Min.X - forestLeft + 2, Y: at - drop}, r.head)
			continue
		}
		if null := 100 * r.Claim.Null; null != 0 {
			dashed.stroke(cv, down(x(null), at-rowHeight/2, at+rowHeight/2), 0.8)
		}
		filled := r.Verdict == stats.Supported || r.Verdict == stats.Opposite
		col := forestColor(r.Verdict)
		bar := func(iv stats.Interval, width vg.Length) {
			low, high := max(100*iv.Low, f.low), min(100*iv.High, f.high)
			if low > high || math.IsNaN(low) || math.IsNaN(high) {
				return
			}
			stroke(cv, across(at, x(low), x(high)), col, width)
			if low > 100*iv.Low { // the frame cuts it off
				stroke(cv, arrow(x(low), at, 1), col, 0.9)
			}
			if high < 100*iv.High {
				stroke(cv, arrow(x(high), at, -1), col, 0.9)
			}
		}
		bar(r.Simultaneous, 0.9)
		bar(r.Interval, 2.6)
		drawMark(cv, look{color: col, shape: diamond, filled: filled}, vg.Point{X: x(100 * r.Value), Y: at}, 2.6)
		cv.FillText(small, vg.Point{X: cv.Min.X - forestLeft + 8, Y: at - drop}, r.At)
		cv.FillText(small, vg.Point{X: cv.Max.X + 8, Y: at - drop}, interval(r.Line))
		cv.FillText(small, vg.Point{X: cv.Max.X + 90, Y: at - drop}, r.Words()+warned(r.Line))
	}
}

// forestColor is dark if a claim is supported or opposed, so that the figure can be read in grey.
func forestColor(v stats.Verdict) color.NRGBA {
	switch v {
	case stats.Supported:
		return lookOf(transfer.Selffer).color
	case stats.Opposite:
		return lookOf(transfer.Transfer).color
	}
	return rgb(0x747474)
}
