package figure

import (
	"image/color"
	"math"
	"testing"

	"coadapt/transfer"
)

// sight turns linear RGB into what an eye sees. Machado, Oliveira and Fernandes 2009, IEEE TVCG 15(6), severity 1.
var sight = map[string][3][3]float64{
	"full":         {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protanopia":   {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"deuteranopia": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	"tritanopia":   {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
}

// lab is CIE 1976 L*a*b* for sRGB's white, D65 (IEC 61966-2-1).
func lab(c color.NRGBA, eye [3][3]float64) [3]float64 {
	linear := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	mul := func(m [3][3]float64, v [3]float64) (out [3]float64) {
		for i := range m {
			for j := range v {
				out[i] += m[i][j] * v[j]
			}
		}
		return out
	}
	rgb := mul(eye, [3]float64{linear(c.R), linear(c.G), linear(c.B)})
	for i := range rgb {
		rgb[i] = min(max(rgb[i], 0), 1)
	}
	xyz := mul([3][3]float64{{0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722}, {0.0193, 0.1192, 0.9505}}, rgb)
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	x, y, z := f(xyz[0]/0.9505), f(xyz[1]), f(xyz[2]/1.089)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

// Conditions differ in luminance by 7 at least, of 100, and in colour by 15 to every eye; a difference of 2.3 is just
// noticed.
func TestColoursDiffer(t *testing.T) {
	all := transfer.Treatments()
	for i, a := range all {
		for _, b := range all[:i] {
			ca, cb := lookOf(a).color, lookOf(b).color
			if d := math.Abs(lab(ca, sight["full"])[0] - lab(cb, sight["full"])[0]); d < 7 {
				t.Errorf("%s and %s: luminance differs by %.1f, want 7", a, b, d)
			}
			for name, eye := range sight {
				la, lb := lab(ca, eye), lab(cb, eye)
				if d := math.Hypot(math.Hypot(la[0]-lb[0], la[1]-lb[1]), la[2]-lb[2]); d < 15 {
					t.Errorf("%s and %s: colours differ by %.1f with %s, want 15", a, b, d, name)
				}
			}
		}
	}
}

// Looks chosen by hand have the marks that their treatments would get.
func TestShapeOf(t *testing.T) {
	for tr, l := range looks {
		if got := shapeOf(tr); got != l.shape {
			t.Errorf("%s: mark %v, want %v", tr, got, l.shape)
		}
	}
}

// No two conditions share shape, filling and dashes, so that the figure reads without colour.
func TestMarksDiffer(t *testing.T) {
	all := transfer.Treatments()
	for i, a := range all {
		for _, b := range all[:i] {
			la, lb := lookOf(a), lookOf(b)
			if la.shape == lb.shape && la.filled == lb.filled && len(la.dashes) == len(lb.dashes) {
				t.Errorf("%s and %s look the same in grey", a, b)
			}
		}
	}
	for _, tr := range all {
		if lookOf(tr).filled != tr.Frozen() {
			t.Errorf("%s: filled %v, frozen %v", tr, lookOf(tr).filled, tr.Frozen())
		}
	}
}
