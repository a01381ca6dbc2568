package figure

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"coadapt/transfer"
)

// Paper2 makes the paper's figure 2 from results on random halves. The upper frame
// has a mark for each net. The lower one has lines through the means of each
// condition, beginning at the base; the areas between them are shaded and numbered
// as in the paper. It fails if no cut net has a number.
func Paper2(results []transfer.Result, opt Options) (*Figure, error) {
	if err := Check(results); err != nil {
		return nil, fmt.Errorf("figure 2: %w", err)
	}
	opt = opt.filled(6.5, 7.6)
	points := Summarise(Of(results, RandomHalves))
	cv := newCurve(points, nil, len(opt.Layers))
	if len(cv.conditions()) == 0 || cv.base() == nil {
		return nil, fmt.Errorf("figure 2: no cut net with its base on random halves is a number; `coadapt " +
			"curve` trains some")
	}
	top := panel{ylabel: "top-1 accuracy", xticks: cutTicks(opt.Layers), xmin: -0.5,
		xmax: float64(len(opt.Layers)) + 0.5}
	bottom := top
	bottom.xlabel = cutLabel
	base := cv.base()
	for _, p := range points {
		if p.Treatment.Uncut() && p.Treatment != transfer.Base {
			continue
		}
		s := series{look: lookOf(p.Treatment), dots: true}
		x := float64(p.N) + cv.dodge[p.Treatment]
		for _, r := range p.Nets {
			s.points = append(s.points, point{x, r.Accuracy})
		}
		for range min(len(p.Missing), 1) {
			s.failed = append(s.failed, x)
		}
		top.series = append(top.series, s)
	}
	lines := make(map[transfer.Treatment][]point)
	for _, t := range cv.conditions() {
		if t == transfer.Random {
			continue
		}
		lines[t] = []point{{0, base.Mean}}
		for _, p := range points {
			if p.Treatment == t && p.Count > 0 {
				lines[t] = append(lines[t], point{float64(p.N), p.Mean})
			}
		}
		bottom.series = append(bottom.series, series{look: lookOf(t), points: lines[t], line: true})
	}
	if twice := cv.uncut(transfer.BasePlus); twice != nil {
		bottom.series = append(bottom.series, series{look: lookOf(transfer.BasePlus), line: true, bare: true,
			points: []point{{0, twice.Mean}, {float64(len(opt.Layers)), twice.Mean}}})
	}
	level := base.Mean
	bottom.level = &level
	says := bottom.regions(lines, level)
	opt.YLabel = top.ylabel
	alt := transferCurve{points, nil, opt}.alt()
	below := "Below: dashed, the mean of the base; " + strings.Join(says, "; ")
	notes := append([]string{strings.TrimSuffix(below, "; ") + "."}, note(points, plain)...)
	return opt.page(alt, func(c draw.Canvas) {
		c = drawTitle(c, opt.Title)
		c = drawLegend(c, cv)
		c = drawNotes(c, notes)
		mid := (c.Min.Y + c.Max.Y) / 2
		top.draw(draw.Crop(c, 0, 0, mid-c.Min.Y+3, 0))
		bottom.draw(draw.Crop(c, 0, 0, 0, mid-c.Max.Y-3))
	}), nil
}

// under gives the area in which one row of values lies below another at the same x, including their crossings: low is
// nowhere above high.
func under(low, high []point) (l, h []point) {
	for i, b := range high {
		a := low[i]
		if i > 0 {
			was, is := low[i-1].y-high[i-1].y, a.y-b.y
			if was*is < 0 {
				share := was / (was - is)
				x, y := a.x-(1-share)*(a.x-low[i-1].x), b.y-(1-share)*(b.y-high[i-1].y)
				l, h = append(l, point{x, y}), append(h, point{x, y})
			}
		}
		l, h = append(l, point{a.x, min(a.y, b.y)}), append(h, b)
	}
	return l, h
}

// regions shades the areas between lines, numbers those that exist as the paper does, and explains the numbers.
func (p *panel) regions(lines map[transfer.Treatment][]point, base float64) []string {
	flat := func(to []point) []point {
		var out []point
		for _, pt := range to {
			out = append(out, point{pt.x, base})
		}
		return out
	}
	add := func(low, high []point, c color.NRGBA) {
		if len(low) > 1 && len(low) == len(high) {
			low, high = under(low, high)
			p.areas = append(p.areas, area{low, high, c})
		}
	}
	add(lines[transfer.Selffer], flat(lines[transfer.Selffer]), rgb(0xdfe8f5))
	add(lines[transfer.Transfer], lines[transfer.Selffer], rgb(0xf6e0de))
	_, _, low, high := p.DataRange()
	var says []string
	for _, number := range []struct {
		text, is string
		t        transfer.Treatment
		low      bool // the number is at the line's lowest point, otherwise above its right end
		there    func(at point) bool
	}{
		{"2", "BnB below it, fragile co-adaptation", transfer.Selffer, true,
			func(at point) bool { return at.y < base }},
		{"3", "BnB+, recovered by fine-tuning", transfer.SelfferPlus, false, func(point) bool { return true }},
		{"4", "AnB below BnB, specificity", transfer.Transfer, true, func(at point) bool {
			return slices.ContainsFunc(lines[transfer.Selffer], func(b point) bool { return b.x == at.x && at.y < b.y })
		}},
		{"5", "AnB+ above the base", transfer.TransferPlus, false, func(at point) bool { return at.y > base }},
	} {
		line := lines[number.t]
		if len(line) < 2 {
			continue
		}
		at, up := line[len(line)-1], vg.Length(7)
		if number.low {
			up = 0
			for _, pt := range line[1:] {
				if pt.y < at.y {
					at = pt
				}
			}
		}
		if !number.there(at) {
			continue
		}
		says = append(says, number.text+", "+number.is)
		for _, l := range p.labels { // avoid a number that is there already
			if math.Abs(l.x-at.x-0.2) > 0.1 || math.Abs(l.y-at.y) > 0.1*(high-low) {
				continue
			}
			if up = l.up + labelSize; at.y < l.y {
				up = l.up - 2*labelSize
			}
		}
		p.labels = append(p.labels, label{point{at.x + 0.2, at.y}, number.text, up})
	}
	return says
}

// filled gives the options with defaults for zero fields.
func (o Options) filled(width, height float64) Options {
	if o.Layers == nil {
		o.Layers = []string{"conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7"}
	}
	if o.Width == 0 {
		o.Width = width
	}
	if o.Height == 0 {
		o.Height = height
	}
	return o
}

// page is a figure of the options' size.
func (o Options) page(alt string, paint func(draw.Canvas)) *Figure {
	return &Figure{title: o.Title, alt: alt, width: vg.Length(o.Width) * vg.Inch, height: vg.Length(o.Height) * vg.Inch,
		paint: paint}
}
