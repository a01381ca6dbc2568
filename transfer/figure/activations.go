package figure

import (
	"fmt"
	"image"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Maps has the activations of a layer of a net for one picture.
type Maps struct {
	Picture              Picture // as the net sees it
	Net, Layer           string
	Height, Width, Units int       // for an inner product 1, 1 and the number of units
	Values               []float32 // [Height, Width, Units]
}

// Activations draws the maps of a layer beside the picture: one map a unit, in the order of the units, all on one
// scale. A layer without places, such as fc6, is drawn as a strip with a block a unit. It fails if the number of values
// is not that of the dimensions.
func Activations(m Maps, opt Options) (*Figure, error) {
	opt, err := opt.looking()
	if err != nil {
		return nil, err
	}
	if m.Height < 1 || m.Width < 1 || m.Units < 1 || len(m.Values) != m.Height*m.Width*m.Units {
		return nil, fmt.Errorf("activations of %s, %s: %d values, want %d × %d × %d", m.Net, m.Layer, len(m.Values),
			m.Height, m.Width, m.Units)
	}
	low, high := 0.0, 0.0
	silent, strongest := 0, 0
	for u := range m.Units {
		active := false
		for i := u; i < len(m.Values); i += m.Units {
			v := float64(m.Values[i])
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("activations of %s, %s: unit %d is %v", m.Net, m.Layer, u, v)
			}
			active = active || v != 0
			if low = min(low, v); v > high {
				high, strongest = v, u
			}
		}
		if !active {
			silent++
		}
	}
	s := heat(low, high)
	left := tiles{images: []image.Image{m.Picture.Pixels}, words: [][]string{m.Picture.Words}, cols: 1,
		side: sideFor(m.Picture.Pixels.Bounds().Dx(), seenLength)}
	leftWidth, _ := left.size()
	width := opt.textWidth() - leftWidth - blockGap
	var right block
	if m.Height*m.Width == 1 {
		right = newStrip(m.Values, s, width)
	} else {
		t := tiles{index: true, cols: columns(m.Units, 128)}
		for u := range m.Units {
			t.images = append(t.images, s.image(m.unit(u), m.Width))
		}
		t.side = sideFor(max(m.Height, m.Width), (width-indexWidth+tileGap)/vg.Length(t.cols)-tileGap)
		right = t
	}
	_, rightHeight := right.size()
	page := flow{width: opt.textWidth(),
		blocks: []block{left, right, bar{s, "activation, all units on one scale", barLength, nil}}}
	if _, h := left.size(); h > rightHeight+blockGap+barHeight { // the bar fits below the maps
		page.blocks = []block{left, flow{width: width, blocks: page.blocks[1:]}}
	}
	notes := []string{fmt.Sprintf("Left of a row: the number of its first unit, from 0. %s.", m.silence(silent))}
	alt := fmt.Sprintf("Activations of %s, layer %s, for one picture (%s): %d units", m.Net, m.Layer,
		strings.Join(m.Picture.Words, ", "), m.Units)
	if m.Height*m.Width > 1 {
		alt += fmt.Sprintf(" of %d by %d", m.Height, m.Width)
	}
	alt += fmt.Sprintf(", from %s to %s, the highest in unit %d. %s.", short(low), short(high), strongest,
		m.silence(silent))
	return opt.sheet(alt, notes, page), nil
}

const (
	seenLength = 288 * dot // the picture
	barLength  = 240 * dot
)

func (m Maps) silence(n int) string {
	zero := "0"
	if m.Height*m.Width > 1 {
		zero = "0 everywhere"
	}
	switch n {
	case 0:
		return "No unit is " + zero
	case 1:
		return fmt.Sprintf("1 of %d units is %s", m.Units, zero)
	}
	return fmt.Sprintf("%d of %d units are %s", n, m.Units, zero)
}

// unit is the map of one unit, row by row.
func (m Maps) unit(u int) []float32 {
	var out []float32
	for i := u; i < len(m.Values); i += m.Units {
		out = append(out, m.Values[i])
	}
	return out
}

// strip has one block a unit, in rows of 32, or of 64 if there are many units.
type strip struct {
	image image.Image
	side  vg.Length
}

func newStrip(values []float32, s scale, width vg.Length) strip {
	cols := 32
	if len(values) > 1024 {
		cols = 64
	}
	cols = min(cols, len(values))
	return strip{s.image(values, cols), sideFor(cols, width-indexWidth)}
}

func (s strip) size() (width, height vg.Length) {
	b := s.image.Bounds()
	return indexWidth + s.side*vg.Length(b.Dx()), s.side * vg.Length(b.Dy())
}

func (s strip) draw(c draw.Canvas, at vg.Point) {
	place(c, s.image, vg.Point{X: at.X + indexWidth, Y: at.Y}, s.side)
	small, b := style(tinySize), s.image.Bounds()
	every := int(math.Ceil(float64(tinySize * 1.3 / s.side)))
	for row := 0; row < b.Dy(); row += every {
		number := strconv.Itoa(row * b.Dx())
		c.FillText(small, vg.Point{X: at.X + indexWidth - 4 - small.Width(number),
			Y: at.Y - s.side*(vg.Length(row)+0.5) - 0.36*tinySize}, number)
	}
}
