package planes

import "fmt"

// Plane is one colour plane of a picture, or all of a grey one. A sample stands for StepX x StepY pixels.
type Plane struct {
	Pix          []uint8 // sample x, y is Pix[y*Stride+x]
	Stride       int
	W, H         int // samples, from 1
	StepX, StepY int // pixels, from 1
}

// Resize brings a plane of a picture of width x height pixels to outW x outH samples, one after another in dst. Steps
// count: a plane of half as many samples lies where its pixels do. It panics for a plane, or a dst, that is too short.
// Its parameters are the measures of both pictures, which no plane knows.
func Resize(p Plane, width, height int, dst []uint8, outW, outH int) {
	if p.W < 1 || p.H < 1 || p.W > p.Stride || len(p.Pix) < (p.H-1)*p.Stride+p.W || outW < 1 || outH < 1 ||
		len(dst) < outW*outH ||
		p.W*p.StepX < width || p.H*p.StepY < height {
		panic(fmt.Sprintf("planes: %dx%d samples of step %dx%d in %d bytes, stride %d, from %dx%d pixels to "+
			"%dx%d in %d bytes",
			p.W, p.H, p.StepX, p.StepY, len(p.Pix), p.Stride, width, height, outW, outH, len(dst)))
	}
	s := newScaling(p, width, height, outW, outH)
	s.fast(dst)
}

// Colour turns rows of Y, Cb and Cr, of one length, into RGB: the bytes of color.YCbCrToRGB. It panics where one is
// too short.
func Colour(y, cb, cr, rgb []uint8) {
	n := len(y)
	fastColour(y, cb[:n], cr[:n], rgb[:3*n])
}

// scaling is a resize with its weights laid out.
type scaling struct {
	Plane
	outW, outH   int
	down, across taps
	row          []int16 // a row of the plane's width and the height wanted, with room to read a lane too far
}

func newScaling(p Plane, width, height, outW, outH int) *scaling {
	return &scaling{Plane: p, outW: outW, outH: outH, row: make([]int16, p.W+lane),
		down: catmullRom(p.H, p.StepY, height, outH, 1), across: catmullRom(p.W, p.StepX, width, outW, lane)}
}

const (
	lane    = 8 // samples that C takes at a time
	rowBits = 6 // more bits of a row between the two passes; 255 << 6 leaves room in 16 bits for overshoot
	shift   = tapBits - rowBits
)

// slow is the twin in Go.
func (s *scaling) slow(dst []uint8) {
	sum := make([]int32, s.W)
	for y := range s.outH {
		s.blend(y, sum)
		out := dst[y*s.outW:][:s.outW]
		for o := range out {
			from, w := s.row[s.across.first[o]:][:s.across.n], s.across.w[o*s.across.stride:][:s.across.n]
			v := int32(1) << (tapBits + rowBits - 1)
			for k, x := range from {
				v += int32(x) * int32(w[k])
			}
			out[o] = clamp(v >> (tapBits + rowBits))
		}
	}
}

// blend makes row y of the wanted height.
func (s *scaling) blend(y int, sum []int32) {
	for i := range sum {
		sum[i] = 1 << (shift - 1)
	}
	for k := range s.down.n {
		from, w := s.Pix[(int(s.down.first[y])+k)*s.Stride:][:len(sum)], int32(s.down.w[y*s.down.stride+k])
		for i, v := range from {
			sum[i] += int32(v) * w
		}
	}
	for i, v := range sum {
		s.row[i] = int16(v >> shift)
	}
}

func slowColour(y, cb, cr, rgb []uint8) {
	for i, v := range y {
		l, b, r := int32(v)*0x10101, int32(cb[i])-128, int32(cr[i])-128
		o := rgb[i*3:][:3]
		o[0] = clamp((l + 91881*r) >> 16)
		o[1] = clamp((l - 22554*b - 46802*r) >> 16)
		o[2] = clamp((l + 116130*b) >> 16)
	}
}

func clamp(v int32) uint8 {
	return uint8(min(max(v, 0), 255))
}
