package shapes

import "coadapt/gomlxnet/splitmix"

// draw paints a whole picture: inks, background, clutter, the figure in its pose, and sometimes something before it.
func (s *Source) draw(c *canvas, r *splitmix.Stream, f figure) {
	p := &pen{c: c, r: r, sine: s.sine}
	s.inks(p)
	s.background(p)
	s.pose(p)
	p.stroke = r.Between(140, 230)
	f.draw(p)
	if r.IntN(100) < s.p.Occlude {
		s.strokeOf(p, r.Between(2, 4)*c.size*subpixel/32, p.back)
	}
}

// luma is Rec. 601's, in 256ths of a grey level.
func luma(k ink) int { return int(77*k[0]+150*k[1]+29*k[2]) / 256 }

// inks draws colours from one distribution for every class: a grey level and, about it, some colour. The figure is
// lighter than the background by Contrast or more; which of the two is the stronger colour is open.
func (s *Source) inks(p *pen) {
	shade := func(grey int) (k ink) {
		for j := range k {
			k[j] = int32(min(max(grey+p.r.Between(-70, 70), 0), 255) * subpixel)
		}
		return k
	}
	least := s.p.Contrast
	back := p.r.Between(40, 190-least)
	p.back = shade(back)
	p.fore = shade(p.r.Between(back+least, 215))
	p.second = shade(back)
	for range 20 {
		if (luma(p.fore)-luma(p.back))/subpixel >= least {
			break
		}
		p.fore = shade(p.r.Between(back+least, 215))
	}
}

// mix mixes two inks, t of 0..256 for b.
func mix(a, b ink, t int) (k ink) {
	for j := range k {
		k[j] = a[j] + (b[j]-a[j])*int32(t)/subpixel
	}
	return k
}

// background fills the canvas with a slope between two near colours and strews strokes, dots and rings over it whose
// colours lie between background and figure.
func (s *Source) background(p *pen) {
	size := p.c.size
	var slope [3][2]int
	for j := range slope {
		slope[j] = [2]int{p.r.Between(-30, 30) * subpixel, p.r.Between(-30, 30) * subpixel}
	}
	for y := range size {
		for x := range size {
			for j := range 3 {
				p.c.pix[(y*size+x)*3+j] = p.back[j] + int32((slope[j][0]*(2*x-size)+slope[j][1]*(2*y-size))/(2*size))
			}
		}
	}
	if s.p.Clutter == 0 {
		return
	}
	for range p.r.IntN(s.p.Clutter + 1) {
		k := mix(p.back, p.fore, p.r.Between(64, 170))
		if p.r.IntN(2) == 0 {
			k = mix(p.back, p.second, p.r.Between(64, 170))
		}
		s.strokeOf(p, p.r.Between(3, 10)*size*subpixel/(32*4), k)
	}
}

// strokeOf paints a line, a bent line, a dot or a ring of a radius anywhere.
func (s *Source) strokeOf(p *pen, radius int, k ink) {
	side := p.c.size * subpixel
	at := func() point { return point{int64(p.r.IntN(side)), int64(p.r.IntN(side))} }
	a := at()
	reach := func(q point) point {
		return point{q.x + int64(p.r.Between(-side/3, side/3)), q.y + int64(p.r.Between(-side/3, side/3))}
	}
	switch p.r.IntN(4) {
	case 0:
		p.c.segment(a, reach(a), int64(radius), k)
	case 1:
		b := reach(a)
		p.c.segment(a, b, int64(radius), k)
		p.c.segment(b, reach(b), int64(radius), k)
	case 2:
		p.c.segment(a, a, int64(radius)*2, k)
	default:
		big := p.r.Between(side/12, side/6)
		var prev point
		for i := range 9 {
			q := point{a.x + int64(p.cos(i*turn/8)*big/4096), a.y + int64(p.sin(i*turn/8)*big/4096)}
			if i > 0 {
				p.c.segment(prev, q, int64(radius)/2+1, k)
			}
			prev = q
		}
	}
}

// pose draws place, size, rotation, stretch, slant and warp.
func (s *Source) pose(p *pen) {
	side := int64(p.c.size * subpixel)
	scale := p.r.Between(62, 96) // per cent of the half width of the canvas
	p.half = side / 2 * int64(scale) / 100
	free := int(side/2-p.half) + int(side)/16
	p.cx = side/2 + int64(p.r.Between(-free, free))
	p.cy = side/2 + int64(p.r.Between(-free, free))

	rot := s.p.Rotate * turn / 360
	a := p.r.Between(-rot, rot)
	stretch, slant := p.r.Between(3500, 4700), p.r.Between(-700, 700)
	sx, sy := stretch, 4096*4096/stretch
	sin, cos := p.sin(a), p.cos(a)
	p.axx = cos * sx / 4096
	p.ayx = sin * sx / 4096
	p.axy = (cos*slant/4096 - sin) * sy / 4096
	p.ayy = (sin*slant/4096 + cos) * sy / 4096

	p.warp = p.r.Between(s.p.Warp/4, s.p.Warp)
	for j := range 2 {
		p.warpFreq[j] = p.r.Between(2, 4)
		p.warpPhase[j] = p.r.IntN(turn)
	}
}

// expose adds noise and rounds to bytes.
func (s *Source) expose(c *canvas, r *splitmix.Stream, dst []uint8) {
	// The sum of four random bytes is near a normal distribution of mean 510, deviation sqrt(4*(256^2-1)/12) = 147.8.
	amp := int32(s.p.Noise * subpixel * 256 / 148)
	var bits uint64
	for i := range dst {
		v := c.pix[i]
		if amp > 0 {
			if i%2 == 0 {
				bits = r.Next()
			}
			sum := int32(bits&255 + bits>>8&255 + bits>>16&255 + bits>>24&255)
			bits >>= 32
			v += (sum - 510) * amp / 256
		}
		dst[i] = uint8(min(max((v+subpixel/2)/subpixel, 0), 255))
	}
}
