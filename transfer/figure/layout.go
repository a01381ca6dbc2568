package figure

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"coadapt/transfer"
)

// The page, from the top: title, legend, frame with the curve, notes. The legend is outside the frame, so that it
// covers no data.
const (
	margin    vg.Length = 6
	titleSize vg.Length = 11
	labelSize vg.Length = 9
	noteSize  vg.Length = 7
)

// draw lays the figure out on a canvas of its size.
func (f transferCurve) draw(c draw.Canvas) {
	c = drawTitle(c, f.opt.Title)
	cv := f.curve()
	c = drawLegend(c, cv)
	c = drawNotes(c, f.notes())
	f.frame(cv).Draw(c)
}

// frame is the plot with its axes.
func (f transferCurve) frame(cv curve) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	p.Add(cv)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = cv.DataRange()
	p.X.Label.Text = cutLabel
	p.Y.Label.Text = f.opt.YLabel
	styleAxes(p)
	p.X.Tick.Marker = cutTicks(f.opt.Layers)
	p.Y.Tick.Marker = accuracyTicks{}
	return p
}

const cutLabel = "layer n at which the network is chopped and retrained"

func styleAxes(p *plot.Plot) {
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Color, axis.Tick.Color, axis.Label.TextStyle.Color, axis.Tick.Label.Color = ink, ink, ink, ink
		axis.Label.TextStyle.Font = style(labelSize).Font
		axis.Tick.Label.Font = style(labelSize).Font
		axis.Width, axis.Tick.Width, axis.Padding = 0.7, 0.7, 0
		axis.Tick.Length = 4
	}
	p.X.Label.Padding, p.Y.Label.Padding = 4, 5
}

// cutTicks label each n with the layer below the cut.
func cutTicks(layers []string) plot.ConstantTicks {
	ticks := plot.ConstantTicks{{Value: 0, Label: "0\nbase"}}
	every := (len(layers) + 9) / 10 // there is room for ten names
	for i, name := range layers {
		tick := plot.Tick{Value: float64(i + 1)}
		if i%every == 0 {
			tick.Label = strconv.Itoa(i+1) + "\n" + name
		}
		ticks = append(ticks, tick)
	}
	return ticks
}

// accuracyTicks are multiples of 1, 2 or 5 times a power of ten, none outside [0, 1].
type accuracyTicks struct{}

// Ticks gives four to eight of them.
func (accuracyTicks) Ticks(low, high float64) []plot.Tick {
	step, digits := 0.5, 1
	for _, s := range []struct {
		step   float64
		digits int
	}{{0.2, 1}, {0.1, 1}, {0.05, 2}, {0.02, 2}, {0.01, 2}, {0.005, 3}, {0.002, 3}} {
		if (high-low)/step >= 4 {
			break
		}
		step, digits = s.step, s.digits
	}
	var ticks []plot.Tick
	for k := int(max(low, 0)/step) - 1; float64(k)*step <= min(high, 1)+1e-9; k++ {
		if v := float64(k) * step; v >= max(low, 0)-1e-9 {
			ticks = append(ticks, plot.Tick{Value: v, Label: fmt.Sprintf("%.*f", digits, v)})
		}
	}
	return ticks
}

// drawLegend draws an entry for each condition and returns the room below. Related conditions share a column if the
// columns fit.
func drawLegend(c draw.Canvas, cv curve) draw.Canvas {
	const (
		sample vg.Length = 24
		gap    vg.Length = 16
		row              = labelSize * 1.45
	)
	s := style(labelSize)
	present := append([]transfer.Treatment{transfer.Base}, cv.conditions()...)
	for _, t := range uncutControls {
		if cv.uncut(t) != nil {
			present = append(present, t)
		}
	}
	var columns [][]transfer.Treatment
	var widest vg.Length
	for _, group := range [][]transfer.Treatment{
		{transfer.Base, transfer.BasePlus, transfer.BaseTwice, transfer.Random},
		{transfer.Selffer, transfer.SelfferPlus},
		{transfer.Transfer, transfer.TransferPlus}, slices.DeleteFunc(transfer.Controls(), transfer.Treatment.Uncut),
		transfer.Practices(),
	} {
		group = slices.DeleteFunc(group, func(t transfer.Treatment) bool { return !slices.Contains(present, t) })
		for _, t := range group {
			widest = max(widest, sample+5+s.Width(lookOf(t).label)+gap)
		}
		if len(group) > 0 {
			columns = append(columns, group)
		}
	}
	if fit := max(1, int((c.Max.X-c.Min.X+gap)/widest)); fit < len(columns) {
		// Too narrow: divide the entries, in the order of their groups, into as many columns as fit.
		all := slices.Concat(columns...)
		columns = slices.Collect(slices.Chunk(all, (len(all)+fit-1)/fit))
	}
	rows := 0
	for i, column := range columns {
		rows = max(rows, len(column))
		for j, t := range column {
			at := vg.Point{X: c.Min.X + widest*vg.Length(i), Y: c.Max.Y - row*(vg.Length(j)+0.5)}
			drawEntry(c, s, t, at, sample)
		}
	}
	return draw.Crop(c, 0, 0, 0, -row*vg.Length(rows)-8)
}

// drawEntry draws a sample of the condition's line and mark, of the given width, and its name.
func drawEntry(c draw.Canvas, s text.Style, t transfer.Treatment, at vg.Point, width vg.Length) {
	l := lookOf(t)
	if t == transfer.Base {
		c.SetColor(band)
		c.Fill(box(at.X, at.Y-3, at.X+width, at.Y+3))
	}
	l.stroke(c, across(at.Y, at.X, at.X+width), 1.2)
	mid := vg.Point{X: at.X + width/2, Y: at.Y}
	switch t {
	case transfer.Base:
		drawRing(c, l.color, mid, 2.4)
	case transfer.BasePlus, transfer.BaseTwice: // a line without marks
	default:
		drawMark(c, l, mid, markSize)
	}
	c.FillText(s, vg.Point{X: at.X + width + 5, Y: at.Y - 0.36*labelSize}, l.label)
}

// notes lists the sentences below the curve.
func (f transferCurve) notes() []string {
	sentences := note(f.points, drawn)
	if f.opt.Caption != "" {
		sentences = append([]string{f.opt.Caption}, sentences...)
	}
	cv := f.curve()
	if s := behindNote(cv.behind); s != "" {
		sentences = append(sentences, s)
	}
	if cv.cutsOff() {
		sentences = append(sentences, "An arrow head: the interval goes on beyond the frame.")
	}
	return sentences
}

// drawTitle clears the page, writes the title and returns the room below.
func drawTitle(c draw.Canvas, title string) draw.Canvas {
	c.SetColor(paper)
	c.Fill(box(c.Min.X, c.Min.Y, c.Max.X, c.Max.Y))
	c = draw.Crop(c, margin, -margin, margin, -margin)
	if title == "" {
		return c
	}
	bold := style(titleSize)
	bold.Font.Weight = 3 // bold
	for _, line := range wrap(bold, title, c.Max.X-c.Min.X) {
		c.FillText(bold, vg.Point{X: c.Min.X, Y: c.Max.Y - titleSize}, line)
		c = draw.Crop(c, 0, 0, 0, -titleSize*1.3)
	}
	return draw.Crop(c, 0, 0, 0, -4)
}

// drawNotes writes sentences at the bottom and returns the room above.
func drawNotes(c draw.Canvas, sentences []string) draw.Canvas {
	s := style(noteSize)
	s.Color = rgb(0x444444)
	lines := wrap(s, strings.Join(sentences, " "), c.Max.X-c.Min.X)
	lead := noteSize * 1.3
	for i, line := range lines {
		c.FillText(s, vg.Point{X: c.Min.X, Y: c.Min.Y + lead*vg.Length(len(lines)-1-i) + 0.25*noteSize}, line)
	}
	return draw.Crop(c, 0, 0, lead*vg.Length(len(lines))+6, 0)
}

func style(size vg.Length) text.Style {
	return text.Style{
		Color:   ink,
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		Handler: plot.DefaultTextHandler,
	}
}

// wrap breaks s between words into lines of at most width, unless a single word is wider.
func wrap(sty text.Style, s string, width vg.Length) []string {
	var lines []string
	for _, word := range strings.Fields(s) {
		last := len(lines) - 1
		if last >= 0 && sty.Width(lines[last]+" "+word) <= width {
			lines[last] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	return lines
}
