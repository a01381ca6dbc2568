package shapes

// manMadeFigures are the man-made-like classes: straight edges, exact circles, right angles, exact repetition.
func manMadeFigures() []figure {
	return []figure{
		{"house", func(p *pen) {
			p.frame(-650, -100, 650, -100, 650, 900, -650, 900)
			p.fill(p.fore, -900, -100, 0, -900, 900, -100)
			p.path(p.stroke*3/2, 150, 850, 150, 400)
		}},
		{"key", func(p *pen) {
			p.ring(-550, 0, 360)
			p.line(-190, 0, 950, 0)
			p.path(p.stroke, 900, 0, 900, 380)
			p.path(p.stroke, 550, 0, 550, 300)
		}},
		{"wheel", func(p *pen) {
			p.ring(0, 0, 850)
			for i := range 6 {
				x, y := p.at(0, 0, i*turn/6, 850)
				p.path(p.stroke*2/3, 0, 0, x, y)
			}
			p.disc(0, 0, 200)
		}},
		{"ladder", func(p *pen) {
			p.line(-420, -950, -420, 950)
			p.line(420, -950, 420, 950)
			for i := range 5 {
				y := -760 + i*380
				p.line(-420, y, 420, y)
			}
		}},
		{"window", func(p *pen) {
			p.frame(-800, -800, 800, -800, 800, 800, -800, 800)
			p.line(0, -800, 0, 800)
			p.line(-800, 0, 800, 0)
		}},
		{"arrow", func(p *pen) {
			p.bar(-850, 0, 400, 0, p.stroke*2)
			p.fill(p.fore, 950, 0, 150, -560, 150, 560)
		}},
		{"gear", func(p *pen) {
			for i := range 8 {
				x0, y0 := p.at(0, 0, i*turn/8, 600)
				x1, y1 := p.at(0, 0, i*turn/8, 900)
				p.bar(x0, y0, x1, y1, 250)
			}
			p.disc(0, 0, 680)
			p.spot(0, 0, 330, p.back)
		}},
		{"hammer", func(p *pen) {
			p.bar(0, 950, 0, -500, p.stroke*3/2)
			p.fill(p.fore, -650, -850, 500, -850, 500, -300, -650, -300)
			p.fill(p.fore, 500, -750, 900, -420, 500, -400)
		}},
		{"chair", func(p *pen) {
			p.line(-550, -950, -550, 950)
			p.line(-550, 100, 550, 100)
			p.line(550, 100, 550, 950)
			p.line(-550, -600, -300, -600)
			p.line(-550, 550, 550, 550)
		}},
		{"hourglass", func(p *pen) {
			p.fill(p.fore, -650, -800, 650, -800, 0, 0)
			p.fill(p.fore, -650, 800, 650, 800, 0, 0)
			p.line(-800, -880, 800, -880)
			p.line(-800, 880, 800, 880)
		}},
		{"stairs", func(p *pen) {
			p.path(p.stroke, -950, 900, -950, 450, -320, 450, -320, -100, 320, -100, 320, -650, 950, -650)
			p.path(p.stroke, 950, -650, 950, 900, -950, 900)
		}},
		{"checkers", func(p *pen) {
			for y := range 4 {
				for x := range 4 {
					if (x+y)%2 == 0 {
						l, t := -900+x*450, -900+y*450
						p.fill(p.fore, l, t, l+450, t, l+450, t+450, l, t+450)
					}
				}
			}
		}},
		{"glasses", func(p *pen) {
			p.ring(-560, 0, 370)
			p.ring(560, 0, 370)
			p.line(-190, -60, 190, -60)
			p.path(p.stroke, -930, 0, -980, -450)
			p.path(p.stroke, 930, 0, 980, -450)
		}},
		{"grating", func(p *pen) {
			for i := range 5 {
				p.line(-840+i*420, -900, -840+i*420, 900)
			}
		}},
		{"bricks", func(p *pen) {
			for row := range 4 {
				y := -825 + row*550
				p.line(-950, y, 950, y)
				for i := range 2 {
					x := -500 + i*900 + row%2*450
					if row < 3 {
						p.line(x, y, x, y+550)
					}
				}
			}
		}},
		{"mug", func(p *pen) {
			p.fill(p.fore, -750, -700, 350, -700, 350, 750, -750, 750)
			p.arc(350, 0, 430, -turn/4, turn/4, p.stroke)
			p.fill(p.back, -600, -560, 200, -560, 200, -400, -600, -400)
		}},
		{"comb", func(p *pen) {
			p.bar(-900, -500, 900, -500, p.stroke*3/2)
			for i := range 6 {
				p.path(p.stroke*4/5, -860+i*344, -500, -860+i*344, 650)
			}
		}},
		{"target", func(p *pen) {
			p.ring(0, 0, 850)
			p.ring(0, 0, 480)
			p.disc(0, 0, 180)
		}},
		{"bridge", func(p *pen) {
			p.bar(-980, 250, 980, 250, p.stroke*5/4)
			p.arc(0, 250, 800, turn/2, turn, p.stroke)
			for i := range 3 {
				x := -400 + i*400
				p.path(p.stroke*2/3, x, 250, x, -450)
			}
			p.line(-700, 250, -700, 800)
			p.line(700, 250, 700, 800)
		}},
		{"kite", func(p *pen) {
			p.frame(0, -950, 560, -300, 0, 400, -560, -300)
			p.path(p.stroke*2/3, 0, -950, 0, 400)
			p.path(p.stroke*2/3, -560, -300, 560, -300)
			p.path(p.stroke*2/3, 0, 400, 200, 600, -100, 780, 150, 980)
		}},
	}
}
