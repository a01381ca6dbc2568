package shapes

import "coadapt/gomlxnet/splitmix"

// pen draws one figure: it turns the catalogue's coordinates (-1000..1000, y down) into the place, size, slant and
// warp of this picture, and holds its inks. Every number it draws comes from the picture's own stream.
type pen struct {
	c    *canvas
	sine *[turn]int
	r    *splitmix.Stream

	axx, axy, ayx, ayy int   // 2x2 matrix, 1/4096
	cx, cy             int64 // the figure's centre on the canvas, subpixels
	half               int64 // subpixels of 1000 units
	warp               int   // greatest displacement by the warp, units
	warpFreq           [2]int
	warpPhase          [2]int

	fore, second, back ink
	stroke             int // usual width of a line, units
}

func (p *pen) sin(a int) int { return p.sine[((a%turn)+turn)%turn] }
func (p *pen) cos(a int) int { return p.sin(a + turn/4) }

// place maps a point of the figure to the canvas.
func (p *pen) place(x, y int) point {
	if p.warp > 0 {
		dx := p.sin(y*p.warpFreq[0]/8+p.warpPhase[0]) * p.warp / 4096
		dy := p.sin(x*p.warpFreq[1]/8+p.warpPhase[1]) * p.warp / 4096
		x, y = x+dx, y+dy
	}
	u := int64(p.axx*x + p.axy*y)
	v := int64(p.ayx*x + p.ayy*y)
	return point{p.cx + u*p.half/(4096*1000), p.cy + v*p.half/(4096*1000)}
}

// radius maps a length to the canvas.
func (p *pen) radius(r int) int64 { return int64(r) * p.half / 1000 }

// at returns the point at angle a and distance d from (x, y).
func (p *pen) at(x, y, a, d int) (int, int) { return x + p.cos(a)*d/4096, y + p.sin(a)*d/4096 }

// jit returns v moved by at most by.
func (p *pen) jit(v, by int) int { return v + p.r.Between(-by, by) }

// line draws a straight line of the usual width.
func (p *pen) line(x0, y0, x1, y1 int) { p.bar(x0, y0, x1, y1, p.stroke) }

// bar draws a straight line of a width, with round ends.
func (p *pen) bar(x0, y0, x1, y1, w int) {
	p.c.segment(p.place(x0, y0), p.place(x1, y1), p.radius(w)/2, p.fore)
}

// path draws a line through points x0, y0, x1, y1, ...
func (p *pen) path(w int, xy ...int) {
	for i := 0; i+3 < len(xy); i += 2 {
		p.bar(xy[i], xy[i+1], xy[i+2], xy[i+3], w)
	}
}

// frame draws the closed outline through points.
func (p *pen) frame(xy ...int) {
	p.path(p.stroke, append(xy, xy[0], xy[1])...)
}

// disc fills a circle.
func (p *pen) disc(x, y, r int) { p.spot(x, y, r, p.fore) }

// spot fills a circle with an ink.
func (p *pen) spot(x, y, r int, k ink) {
	q := p.place(x, y)
	p.c.segment(q, q, p.radius(r), k)
}

// fill fills the polygon through points.
func (p *pen) fill(k ink, xy ...int) {
	pts := make([]point, 0, len(xy)/2)
	for i := 0; i+1 < len(xy); i += 2 {
		pts = append(pts, p.place(xy[i], xy[i+1]))
	}
	p.c.polygon(pts, k)
}

// arc draws a part of a circle from angle a0 to a1. The other parameters are its middle, radius and width.
func (p *pen) arc(x, y, r, a0, a1, w int) {
	n := max(3, (a1-a0)*14/turn)
	px, py := p.at(x, y, a0, r)
	for i := 1; i <= n; i++ {
		qx, qy := p.at(x, y, a0+(a1-a0)*i/n, r)
		p.bar(px, py, qx, qy, w)
		px, py = qx, qy
	}
}

// ring draws a circle.
func (p *pen) ring(x, y, r int) { p.arc(x, y, r, 0, turn, p.stroke) }
