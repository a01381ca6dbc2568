package figure

import (
	"image"
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/palette/moreland"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// scale maps values from low to high to colours, in 256 steps of evenly rising, or falling, luminance.
type scale struct {
	low, high float64
	colors    [256]color.NRGBA
}

// heat goes from black through red and yellow to white, so that 0 is invisible.
func heat(low, high float64) scale { return newScale(moreland.BlackBody(), low, high, false) }

// shade goes from white to dark blue, for fractions.
func shade(low, high float64) scale {
	m, err := moreland.NewLuminance([]color.Color{rgb(0x08306b), rgb(0x2f7fbd), rgb(0xa9cfe5), paper})
	if err != nil {
		panic(err) // the colours are in the order of their luminance
	}
	return newScale(m, low, high, true)
}

func newScale(m palette.ColorMap, low, high float64, reverse bool) scale {
	s := scale{low: low, high: high}
	if !(s.high > s.low) {
		s.high = s.low + 1 // all values are equal: they get the lowest colour
	}
	m.SetMin(0)
	m.SetMax(255)
	for i := range s.colors {
		v := i
		if reverse {
			v = 255 - i
		}
		c, err := m.At(float64(v))
		if err != nil {
			panic(err) // v is in the range
		}
		s.colors[i] = color.NRGBAModel.Convert(c).(color.NRGBA)
	}
	return s
}

func (s scale) step(v float64) uint8 {
	return uint8(math.Round(255 * min(1, max(0, (v-s.low)/(s.high-s.low)))))
}

func (s scale) at(v float64) color.NRGBA { return s.colors[s.step(v)] }

// image shows values row by row, one pixel each. Pixels after the last value are grey, a colour that no scale has.
func (s scale) image(values []float32, width int) image.Image {
	height := (len(values) + width - 1) / width
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		c := faint
		if i < len(values) {
			c = s.at(float64(values[i]))
		}
		img.SetNRGBA(i%width, i/width, c)
	}
	return img
}

// bar shows a scale, its ends, and what its values are.
type bar struct {
	scale
	name   string
	length vg.Length
	ticks  []barTick // nil: the ends
}

// barTick labels a value.
type barTick struct {
	at   float64
	word string
}

const barHeight = 16 * dot

func (b bar) size() (width, height vg.Length) {
	return b.length + 8 + style(noteSize).Width(b.name), barHeight + noteSize*1.4
}

func (b bar) draw(c draw.Canvas, at vg.Point) {
	const parts = 64 // smooth to the eye, and few colours on the page
	ramp := image.NewNRGBA(image.Rect(0, 0, parts, 1))
	for i := range parts {
		ramp.SetNRGBA(i, 0, b.colors[i*255/(parts-1)])
	}
	c.DrawImage(vg.Rectangle{Min: vg.Point{X: at.X, Y: at.Y - barHeight}, Max: vg.Point{X: at.X + b.length, Y: at.Y}},
		ramp)
	stroke(c, box(at.X, at.Y-barHeight, at.X+b.length, at.Y), ink, 0.5)
	s := style(noteSize)
	ticks := b.ticks
	if ticks == nil {
		ticks = []barTick{{b.low, short(b.low)}, {b.high, short(b.high)}}
	}
	for _, t := range ticks {
		share := vg.Length((t.at - b.low) / (b.high - b.low))
		// The first label begins at its tick, the last one ends there, and others are centred.
		c.FillText(s, vg.Point{X: at.X + share*(b.length-s.Width(t.word)), Y: at.Y - barHeight - noteSize*1.15}, t.word)
	}
	c.FillText(s, vg.Point{X: at.X + b.length + 8, Y: at.Y - barHeight/2 - 0.36*noteSize}, b.name)
}

// short prints a value with three digits. Values of similar size have as many digits behind the point.
func short(v float64) string {
	digits := 3
	for size := math.Abs(v); size >= 0.9995 && digits > 0; size /= 10 {
		digits--
	}
	if a := math.Abs(v); v == 0 || a < 0.01 {
		return strconv.FormatFloat(v, 'g', 2, 64)
	}
	return strconv.FormatFloat(v, 'f', digits, 64)
}
