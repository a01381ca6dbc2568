package shapes

// figure is an entry of the catalogue: a name and how it is drawn.
type figure struct {
	name string
	draw func(p *pen)
}

// naturalFigures are the natural-like classes: things that branch, swell, repeat with variation and have no straight
// edge.
func naturalFigures() []figure {
	return []figure{
		{"tree", func(p *pen) { p.branch(0, 950, -turn/4, 700, 4) }},
		{"flower", func(p *pen) {
			n, r := 5, p.jit(430, 50)
			for i := range n {
				x, y := p.at(0, 0, i*turn/n, 560)
				p.disc(x, y, r*7/10)
			}
			p.spot(0, 0, 300, p.second)
		}},
		{"fish", func(p *pen) {
			p.leafShape(-900, 0, 500, 0, p.jit(420, 50), p.fore)
			p.fill(p.fore, 350, 0, 950, -430, 800, 0, 950, 430)
			p.spot(-520, -90, 90, p.back)
			p.arcInk(-250, 0, 300, -150, 150, p.back)
		}},
		{"snail", func(p *pen) {
			p.spiral(150, -150, 620, 2)
			p.path(p.stroke*3/2, -900, 640, -300, 700, 700, 680)
			p.path(p.stroke, -800, 600, -950, 150)
		}},
		{"fern", func(p *pen) {
			p.path(p.stroke, 0, 950, 40, 0, 0, -950)
			for i := range 6 {
				y, l := 650-i*270, 720-i*95
				p.path(p.stroke*3/4, 0, y, l*2/3, y-l/4, l, y-l/2)
				p.path(p.stroke*3/4, 0, y, -l*2/3, y-l/4, -l, y-l/2)
			}
		}},
		{"starfish", func(p *pen) {
			for i := range 5 {
				x, y := p.at(0, 0, i*turn/5, p.jit(920, 80))
				mx, my := p.at(0, 0, i*turn/5+12, 480)
				p.bar(0, 0, mx, my, 420)
				p.bar(mx, my, x, y, 230)
			}
		}},
		{"caterpillar", func(p *pen) {
			for i := range 6 {
				x := -800 + i*310
				y := p.sin(i*190) * 260 / 4096
				p.disc(x, y, 235)
				if i%2 == 0 {
					p.spot(x, y, 120, p.second)
				}
				p.path(p.stroke/2+20, x, y, x, y+420)
			}
		}},
		{"mushroom", func(p *pen) {
			p.bar(0, 850, 0, 0, p.jit(330, 40))
			p.fill(p.fore, -850, 50, -700, -450, -350, -750, 0, -850, 350, -750, 700, -450, 850, 50)
			p.spot(-350, -250, 130, p.second)
			p.spot(300, -350, 150, p.second)
		}},
		{"leaf", func(p *pen) {
			p.leafShape(0, -900, 0, 650, p.jit(560, 60), p.fore)
			p.path(p.stroke, 0, 950, 0, 500)
			k := p.fore
			p.fore = p.back
			p.path(p.stroke*2/3, 0, 600, 0, -600)
			for i := range 3 {
				y := 350 - i*330
				p.path(p.stroke/2, 0, y, 330, y-250)
				p.path(p.stroke/2, 0, y, -330, y-250)
			}
			p.fore = k
		}},
		{"snake", func(p *pen) {
			px, py := -950, 0
			for i := 1; i <= 20; i++ {
				x, y := -950+i*95, p.sin(i*turn/9)*430/4096
				p.bar(px, py, x, y, 210)
				px, py = x, y
			}
			p.disc(px, py, 200)
		}},
		{"grapes", func(p *pen) {
			for row := range 4 {
				for i := range 4 - row {
					p.berry((2*i-3+row)*225, -480+row*370, 205)
				}
			}
			p.path(p.stroke, 0, -500, 100, -950)
		}},
		{"spider", func(p *pen) {
			p.disc(0, 200, 370)
			p.disc(0, -280, 220)
			for i := range 4 {
				y, o := -350+i*190, -600+i*420
				p.path(p.stroke*2/3, 150, y, 600, y+o/3-100, 900, o+200)
				p.path(p.stroke*2/3, -150, y, -600, y+o/3-100, -900, o+200)
			}
		}},
		{"cloud", func(p *pen) {
			p.bar(-600, 300, 600, 300, 560)
			p.disc(-300, -80, 420)
			p.disc(280, 0, 400)
			p.disc(p.jit(20, 80), -330, 330)
		}},
		{"ripples", func(p *pen) {
			for k := range 4 {
				y0 := -750 + k*500
				py := y0
				for i := 1; i <= 10; i++ {
					y := y0 + p.sin(i*turn/6+k*90)*130/4096
					p.bar(-1150+i*200, py, -950+i*200, y, p.stroke)
					py = y
				}
			}
		}},
		{"pebbles", func(p *pen) {
			for i := range 7 {
				x, y := p.at(0, 0, i*turn/6, 660)
				if i == 6 {
					x, y = 0, 0
				}
				x, y = p.jit(x, 80), p.jit(y, 80)
				p.blob(x, y, p.r.Between(200, 290))
			}
		}},
		{"coral", func(p *pen) {
			for i := range 5 {
				a := -turn/4 + (i-2)*95
				x, y := p.at(0, 850, a, p.jit(1250, 120))
				mx, my := p.at(0, 850, a+p.r.Between(-25, 25), 700)
				p.path(p.stroke, 0, 850, mx, my, x, y)
				p.disc(x, y, 190)
			}
		}},
		{"butterfly", func(p *pen) {
			for _, s := range []int{-1, 1} {
				p.disc(s*500, -400, 430)
				p.disc(s*400, 420, 330)
				p.spot(s*520, -400, 190, p.second)
				p.path(p.stroke/2+20, 0, -500, s*200, -950)
			}
			p.path(p.stroke*3/2, 0, -550, 0, 650)
		}},
		{"grass", func(p *pen) {
			for i := range 7 {
				x := -840 + i*280
				top, lean := p.r.Between(-950, -100), p.r.Between(-330, 330)
				p.path(p.stroke, x, 950, x+lean/4, (950+top)/2, x+lean, top)
			}
		}},
		{"shell", func(p *pen) {
			for i := range 6 {
				a := -turn/4 + (2*i-5)*40
				x, y := p.at(0, 750, a, 1350)
				p.path(p.stroke*3/4, 0, 750, x, y)
				p.berry(x, y, 210)
			}
			p.disc(0, 780, 200)
		}},
		{"cells", func(p *pen) {
			for row := range 3 {
				for i := range 3 {
					x, y := -700+i*650+row%2*150-50, -650+row*650
					x, y = p.jit(x, 70), p.jit(y, 70)
					p.outline(x, y, p.r.Between(270, 330))
					p.disc(p.jit(x, 80), p.jit(y, 80), 90)
				}
			}
		}},
	}
}

// branch draws a stem and, at its end, two thinner ones.
func (p *pen) branch(x, y, a, long, depth int) {
	ex, ey := p.at(x, y, a, long)
	p.bar(x, y, ex, ey, max(p.stroke*(depth+1)/4, 60))
	if depth == 0 {
		return
	}
	p.branch(ex, ey, a-p.r.Between(65, 115), long*p.r.Between(62, 76)/100, depth-1)
	p.branch(ex, ey, a+p.r.Between(65, 115), long*p.r.Between(62, 76)/100, depth-1)
}

// spiral draws turns of a line winding outward to radius r.
func (p *pen) spiral(x, y, r, turns int) {
	n := 12 * turns
	px, py := x, y
	for i := 1; i <= n; i++ {
		qx, qy := p.at(x, y, i*turn/12, r*i/n)
		p.bar(px, py, qx, qy, p.stroke)
		px, py = qx, qy
	}
}

// leafShape fills a lens from one tip to the other, broad at its middle. The parameters
// are the two tips, the breadth and the ink.
func (p *pen) leafShape(x0, y0, x1, y1, broad int, k ink) {
	const n = 6
	var xy []int
	for side := -1; side <= 1; side += 2 {
		for i := range n {
			t := i
			if side > 0 {
				t = n - i
			}
			b := side * p.sin(t*turn/(2*n)) * broad / 4096
			dx, dy := x1-x0, y1-y0
			long := int(root(int64(dx*dx + dy*dy)))
			xy = append(xy, x0+dx*t/n-dy*b/long, y0+dy*t/n+dx*b/long)
		}
	}
	p.fill(k, xy...)
}

// arcInk draws an arc of the usual width with another ink; its other parameters are those of arc.
func (p *pen) arcInk(x, y, r, a0, a1 int, k ink) {
	was := p.fore
	p.fore = k
	p.arc(x, y, r, a0, a1, p.stroke*2/3)
	p.fore = was
}

// berry is a disc with a rim, so that neighbours stay apart.
func (p *pen) berry(x, y, r int) {
	p.spot(x, y, r+50, p.back)
	p.disc(x, y, r)
}

// blob fills a round thing with an uneven edge.
func (p *pen) blob(x, y, r int) { p.fill(p.fore, p.uneven(x, y, r)...) }

// outline draws the uneven edge of a round thing.
func (p *pen) outline(x, y, r int) { p.frame(p.uneven(x, y, r)...) }

func (p *pen) uneven(x, y, r int) []int {
	var xy []int
	for i := range 8 {
		qx, qy := p.at(x, y, i*turn/8, r*p.r.Between(75, 120)/100)
		xy = append(xy, qx, qy)
	}
	return xy
}
