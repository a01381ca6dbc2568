package figure

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// shape is the outline of a mark.
type shape int

const (
	circle shape = iota
	diamond
	triangle
)

// path of the shape around at; size is the radius of the circle, and the others are as large as it to the eye.
func (s shape) path(at vg.Point, size vg.Length) vg.Path {
	var p vg.Path
	corners := func(radius vg.Length, angles ...float64) {
		for i, a := range angles {
			sin, cos := math.Sincos(a * math.Pi / 180)
			pt := vg.Point{X: at.X + radius*vg.Length(cos), Y: at.Y + radius*vg.Length(sin)}
			if i == 0 {
				p.Move(pt)
				continue
			}
			p.Line(pt)
		}
	}
	switch s {
	case diamond:
		corners(size*1.3, 0, 90, 180, 270)
	case triangle:
		corners(size*1.35, 90, 210, 330)
	default:
		p.Move(vg.Point{X: at.X + size, Y: at.Y})
		p.Arc(at, size, 0, 2*math.Pi)
	}
	p.Close()
	return p
}

// drawMark draws a mean: filled with a white rim, or open.
func drawMark(c draw.Canvas, l look, at vg.Point, size vg.Length) {
	p := l.shape.path(at, size)
	c.SetLineDash(nil, 0)
	if l.filled {
		c.SetColor(l.color)
		c.Fill(p)
		stroke(c, p, paper, 0.5)
		return
	}
	c.SetColor(paper)
	c.Fill(p)
	stroke(c, l.shape.path(at, size-0.5), l.color, 1.2)
}

// drawCross draws a net that is not a number.
func drawCross(c draw.Canvas, col color.Color, at vg.Point, size vg.Length) {
	for _, sign := range []vg.Length{1, -1} {
		var p vg.Path
		p.Move(vg.Point{X: at.X - size, Y: at.Y - sign*size})
		p.Line(vg.Point{X: at.X + size, Y: at.Y + sign*size})
		stroke(c, p, col, 1.4)
	}
}

func drawDot(c draw.Canvas, col color.Color, at vg.Point, radius vg.Length) {
	c.SetColor(col)
	c.Fill(circle.path(at, radius))
}

func drawRing(c draw.Canvas, col color.Color, at vg.Point, radius vg.Length) {
	p := circle.path(at, radius)
	c.SetColor(paper)
	c.Fill(p)
	stroke(c, p, col, 0.9)
}

func stroke(c draw.Canvas, p vg.Path, col color.Color, width vg.Length) {
	c.SetLineDash(nil, 0)
	c.SetLineWidth(width)
	c.SetColor(col)
	c.Stroke(p)
}
