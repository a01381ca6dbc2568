package nb

import (
	"fmt"
	"strings"
)

// The drawing's size, and where its axes lie, in units of its view box.
const (
	drawingWidth, drawingHeight = 560, 260
	axesLeft, axesRight         = 60, 540
	axesTop, axesBottom         = 10, 220
)

// drawing is axes on which a pointer draws what the sliders say, and the beginning of a fold with those: the page
// closes it where the pointer works, and keys and readers of screens have them still. Colours are the page's own,
// light or dark.
func (p panel) drawing() string {
	first := p.controls[0]
	x := func(i int) float64 {
		return axesLeft + float64(i)*float64(axesRight-axesLeft)/float64(max(len(p.controls)-1, 1))
	}
	y := func(v int) float64 {
		return axesBottom - float64(v-first.min)*float64(axesBottom-axesTop)/float64(first.max-first.min)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="coadapt-axes" viewBox="0 0 %d %d" `+
		`data-left="%d" data-right="%d" data-top="%d" data-bottom="%d" `+
		`style="width:100%%;max-width:%dpx;touch-action:none;cursor:crosshair" `+
		`font-size="12" fill="currentColor" aria-hidden="true">`,
		drawingWidth, drawingHeight, axesLeft, axesRight, axesTop, axesBottom, drawingWidth)
	line := func(x1, y1, x2, y2 float64, opacity string) {
		fmt.Fprintf(&b, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="currentColor" stroke-opacity="%s"/>`,
			x1, y1, x2, y2, opacity)
	}
	for v := first.min; v <= first.max; v += axesStep {
		opacity := "0.15"
		if v == 0 {
			opacity = "0.8"
		}
		line(axesLeft, y(v), axesRight, y(v), opacity)
		fmt.Fprintf(&b, `<text x="%d" y="%.1f" text-anchor="end">%+d</text>`, axesLeft-14, y(v)+4, v)
	}
	for i, c := range p.controls {
		line(x(i), axesTop, x(i), axesBottom, "0.15")
		fmt.Fprintf(&b, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`, x(i), axesBottom+18, escape(c.name))
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle">%s</text>`,
		(axesLeft+axesRight)/2, axesBottom+36, escape(p.axes))
	b.WriteString(`<polyline fill="none" stroke="currentColor" stroke-width="2"/>`)
	for range p.controls {
		b.WriteString(`<circle r="5"/>`)
	}
	b.WriteString(`</svg><details open><summary>the same by sliders</summary>`)
	return b.String()
}

// axesStep is how far the lines of the drawing lie apart.
const axesStep = 10
