package planes

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"math/rand/v2"
	"testing"

	"golang.org/x/image/draw"
)

func noise(rng *rand.Rand, n int) []uint8 {
	pix := make([]uint8, n)
	for i := range pix {
		pix[i] = uint8(rng.Uint32())
		if rng.IntN(3) == 0 {
			pix[i] = uint8(255 * rng.IntN(2)) // black beside white overshoots
		}
	}
	return pix
}

// C and Go make the same bytes, for planes wide, narrow and of one sample, shrunk and enlarged.
func TestFastIsSlow(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		w, h, outW, outH := 1+rng.IntN(90), 1+rng.IntN(90), 1+rng.IntN(70), 1+rng.IntN(70)
		stepX, stepY := 1+rng.IntN(4), 1+rng.IntN(2)
		p := Plane{W: (w + stepX - 1) / stepX, H: (h + stepY - 1) / stepY, StepX: stepX, StepY: stepY}
		p.Stride = p.W + rng.IntN(5)
		p.Pix = noise(rng, (p.H-1)*p.Stride+p.W)
		got, want := make([]uint8, outW*outH), make([]uint8, outW*outH)
		Resize(p, w, h, got, outW, outH)
		s := newScaling(p, w, h, outW, outH)
		s.slow(want)
		if !bytes.Equal(got, want) {
			t.Fatalf("%dx%d, step %dx%d, to %dx%d: C and Go differ", w, h, stepX, stepY, outW, outH)
		}
	}
}

// Within one grey level of the filter in floating point; a half is rounded either way by 14 bits of weight and 6 of a
// row.
func TestResizeIsCatmullRom(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, c := range [][4]int{{500, 375, 256, 256}, {375, 500, 227, 256}, {64, 64, 256, 256}, {256, 200, 255, 201},
		{1, 1, 3, 4}, {3, 900, 7, 32}, {40, 30, 1, 1}} {
		w, h, outW, outH := c[0], c[1], c[2], c[3]
		src, want := image.NewGray(image.Rect(0, 0, w, h)), image.NewGray(image.Rect(0, 0, outW, outH))
		copy(src.Pix, noise(rng, w*h))
		draw.CatmullRom.Scale(want, want.Rect, src, src.Rect, draw.Src, nil)
		got := make([]uint8, outW*outH)
		Resize(Plane{Pix: src.Pix, Stride: w, W: w, H: h, StepX: 1, StepY: 1}, w, h, got, outW, outH)
		off := 0
		for i, v := range got {
			if d := int(v) - int(want.Pix[i]); d < -1 || d > 1 {
				t.Fatalf("%v: sample %d is %d, want %d", c, i, v, want.Pix[i])
			} else if d != 0 {
				off++
			}
		}
		t.Logf("%v: %d of %d samples are off by one", c, off, len(got))
	}
}

// A plane of half as many samples, each the mean of a block, lies where the pixels do: a ramp stays the same ramp.
func TestStepsKeepPlaces(t *testing.T) {
	const w, outW = 200, 100
	full, half := make([]uint8, w), make([]uint8, w/2)
	for x := range full {
		full[x] = uint8(x + 20)
	}
	for x := range half {
		half[x] = uint8((int(full[2*x]) + int(full[2*x+1]) + 1) / 2)
	}
	a, b := make([]uint8, outW), make([]uint8, outW)
	Resize(Plane{Pix: full, Stride: w, W: w, H: 1, StepX: 1, StepY: 1}, w, 1, a, outW, 1)
	Resize(Plane{Pix: half, Stride: w / 2, W: w / 2, H: 1, StepX: 2, StepY: 1}, w, 1, b, outW, 1)
	for i := 4; i < outW-4; i++ { // the border is filtered one-sidedly
		if d := int(a[i]) - int(b[i]); d < -1 || d > 1 {
			t.Fatalf("sample %d: %d from the whole plane, %d from the half", i, a[i], b[i])
		}
	}
}

func TestWeightsSumToOne(t *testing.T) {
	for _, c := range [][3]int{{500, 1, 256}, {188, 2, 256}, {3, 4, 300}, {1, 1, 1}, {2000, 1, 3}} {
		size := c[0] * c[1]
		taps := catmullRom(c[0], c[1], size, c[2], 8)
		for o := range c[2] {
			sum := int32(0)
			for _, w := range taps.w[o*taps.stride:][:taps.stride] {
				sum += int32(w)
			}
			if sum != 1<<tapBits || taps.first[o] < 0 || int(taps.first[o])+taps.n > c[0] {
				t.Fatalf("%v: sample %d takes %d samples from %d on, of weights that sum to %d", c, o, taps.n,
					taps.first[o], sum)
			}
		}
	}
}

// All 16.7 million colours.
func TestColour(t *testing.T) {
	y, cb, cr := make([]uint8, 256), make([]uint8, 256), make([]uint8, 256)
	got, slow := make([]uint8, 3*256), make([]uint8, 3*256)
	for i := range y {
		y[i] = uint8(i)
	}
	for c := range 1 << 16 {
		for i := range cb {
			cb[i], cr[i] = uint8(c), uint8(c>>8)
		}
		Colour(y, cb, cr, got)
		slowColour(y, cb, cr, slow)
		if !bytes.Equal(got, slow) {
			t.Fatalf("Cb %d, Cr %d: C and Go differ", cb[0], cr[0])
		}
		for i := range y {
			if r, g, b := color.YCbCrToRGB(y[i], cb[i], cr[i]); got[3*i] != r || got[3*i+1] != g || got[3*i+2] != b {
				t.Fatalf("%d %d %d becomes %v, want %d %d %d", y[i], cb[i], cr[i], got[3*i:3*i+3], r, g, b)
			}
		}
	}
	for n := range 20 { // ends that fill no vector
		got := make([]uint8, 3*n+1)
		Colour(y[:n], cb, cr, got)
		if !bytes.Equal(got[:3*n], slow[:3*n]) || got[3*n] != 0 {
			t.Errorf("%d pixels: %v", n, got)
		}
	}
}

func TestResizeRefuses(t *testing.T) {
	good := Plane{Pix: make([]uint8, 12), Stride: 4, W: 4, H: 3, StepX: 1, StepY: 1}
	for name, change := range map[string]func(p *Plane){"short": func(p *Plane) { p.Pix = p.Pix[:11] },
		"stride": func(p *Plane) { p.Stride = 3 },
		"empty":  func(p *Plane) { p.W = 0 }, "too few samples": func(p *Plane) { p.W = 3 }} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			p := good
			change(&p)
			Resize(p, 4, 3, make([]uint8, 4), 2, 2)
		})
	}
}

func BenchmarkResize(b *testing.B) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, c := range []struct{ w, h, step int }{{500, 375, 1}, {500, 375, 2}} {
		p := Plane{W: c.w / c.step, H: (c.h + c.step - 1) / c.step, StepX: c.step, StepY: c.step}
		p.Stride = p.W
		p.Pix = noise(rng, p.W*p.H)
		dst := make([]uint8, 256*256)
		b.Run(fmt.Sprintf("fast/%dx%d", p.W, p.H), func(b *testing.B) {
			for b.Loop() {
				Resize(p, c.w, c.h, dst, 256, 256)
			}
		})
		b.Run(fmt.Sprintf("slow/%dx%d", p.W, p.H), func(b *testing.B) {
			for b.Loop() {
				s := newScaling(p, c.w, c.h, 256, 256)
				s.slow(dst)
			}
		})
	}
	y, rgb := noise(rng, 256*256), make([]uint8, 3*256*256)
	b.Run("colour", func(b *testing.B) {
		for b.Loop() {
			Colour(y, y, y, rgb)
		}
	})
}
