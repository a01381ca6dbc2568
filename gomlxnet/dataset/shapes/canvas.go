package shapes

import "math"

// The drawing of shapes is in integers, so that the pictures are the same bytes on every machine (a compiler may fuse
// floating point multiply-adds on one and not on another). Lengths in the catalogue are thousandths of the half width
// of a figure; on the canvas they are 1/256 pixel; an angle is 1/1024 of a turn.
const (
	subpixel = 256
	turn     = 1024
)

// sineTable returns 4096*sin for each of the 1024 angles. Rounding to 12 bits leaves nothing of any difference in the
// last bits of math.Sin.
func sineTable() *[turn]int {
	t := new([turn]int)
	for i := range t {
		t[i] = int(math.Round(4096 * math.Sin(2*math.Pi*float64(i)/turn)))
	}
	return t
}

// root is the integer part of the square root; IEEE 754 roots are exact to the last bit everywhere.
func root(x int64) int64 { return int64(math.Sqrt(float64(x))) }

type point struct{ x, y int64 }

type ink [3]int32

// canvas is a square RGB picture being painted; paint covers what is below in proportion to its cover of a pixel.
type canvas struct {
	size int
	pix  []int32 // size*size*3, 0..255 times 256
}

// blend paints pixel (x, y) with cover 0..256 of c.
func (c *canvas) blend(x, y int, cover int64, k ink) {
	q := c.pix[(y*c.size+x)*3:][:3]
	for j := range q {
		q[j] += int32(int64(k[j]-q[j]) * cover / subpixel)
	}
}

// box returns the pixels that a figure between lo and hi (in subpixels), grown by r, can touch.
func (c *canvas) box(lo, hi, r int64) (from, to int) {
	from = int(max((lo-r)/subpixel-1, 0))
	to = int(min((hi+r)/subpixel+2, int64(c.size)))
	return from, to
}

// segment paints the points within r of the line from a to b, with round ends; a disc is a segment of no length.
func (c *canvas) segment(a, b point, r int64, k ink) {
	x0, x1 := c.box(min(a.x, b.x), max(a.x, b.x), r)
	y0, y1 := c.box(min(a.y, b.y), max(a.y, b.y), r)
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			p := point{int64(x)*subpixel + subpixel/2, int64(y)*subpixel + subpixel/2}
			d2 := distance2(p, a, b)
			if far := r + subpixel/2; d2 >= far*far {
				continue
			}
			if cover := r - root(d2) + subpixel/2; cover > 0 {
				c.blend(x, y, min(cover, subpixel), k)
			}
		}
	}
}

// polygon paints the inside of a closed line (even-odd), smooth at its edge.
func (c *canvas) polygon(pts []point, k ink) {
	lo, hi := pts[0], pts[0]
	for _, p := range pts {
		lo = point{min(lo.x, p.x), min(lo.y, p.y)}
		hi = point{max(hi.x, p.x), max(hi.y, p.y)}
	}
	x0, x1 := c.box(lo.x, hi.x, subpixel)
	y0, y1 := c.box(lo.y, hi.y, subpixel)
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			p := point{int64(x)*subpixel + subpixel/2, int64(y)*subpixel + subpixel/2}
			inside, near := false, int64(math.MaxInt64)
			for i, a := range pts {
				b := pts[(i+1)%len(pts)]
				near = min(near, distance2(p, a, b))
				if (a.y > p.y) != (b.y > p.y) {
					left := (p.x-a.x)*(b.y-a.y) < (b.x-a.x)*(p.y-a.y)
					if left == (b.y > a.y) {
						inside = !inside
					}
				}
			}
			d := min(root(near), subpixel/2)
			if !inside {
				d = -d
			}
			if cover := subpixel/2 + d; cover > 0 {
				c.blend(x, y, cover, k)
			}
		}
	}
}

// distance2 is the square of the distance from p to the segment from a to b.
func distance2(p, a, b point) int64 {
	vx, vy := b.x-a.x, b.y-a.y
	wx, wy := p.x-a.x, p.y-a.y
	long := vx*vx + vy*vy
	along := wx*vx + wy*vy
	switch {
	case along <= 0 || long == 0:
		return wx*wx + wy*wy
	case along >= long:
		wx, wy = p.x-b.x, p.y-b.y
		return wx*wx + wy*wy
	}
	// t is the foot of the perpendicular in 1/4096 of the segment.
	t := along * 4096 / long
	wx -= vx * t / 4096
	wy -= vy * t / 4096
	return wx*wx + wy*wy
}
