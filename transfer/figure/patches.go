package figure

import (
	"fmt"
	"image"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Excited has the patches that excite one unit most, strongest first.
type Excited struct {
	Unit    int
	Patches []Patch
}

// Patch is the part of a picture that a unit saw.
type Patch struct {
	Pixels image.Image // all patches of a figure have one size
	Class  string
	Value  float64 // of the activation
}

// Patches draws a row for every unit. It fails if the patches differ in size.
func Patches(net, layer string, rows []Excited, opt Options) (*Figure, error) {
	opt, err := opt.looking()
	if err != nil {
		return nil, err
	}
	alt := fmt.Sprintf("Patches of test pictures that excite units of %s, layer %s, most.", net, layer)
	most, pixels := 0, 0
	for _, r := range rows {
		most = max(most, len(r.Patches))
		for _, p := range r.Patches {
			b := p.Pixels.Bounds()
			if pixels == 0 {
				pixels = b.Dx()
			}
			if b.Dx() != pixels || b.Dy() != pixels {
				return nil, fmt.Errorf("patches of unit %d: of %d by %d pixels and of %d by %d; want one size", r.Unit,
					b.Dx(), b.Dy(), pixels, pixels)
			}
			if math.IsNaN(p.Value) || math.IsInf(p.Value, 0) {
				return nil, fmt.Errorf("patches of unit %d: an activation is %v", r.Unit, p.Value)
			}
		}
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("patches of %s, %s: no unit, want one at least", net, layer)
	}
	page := flow{width: opt.textWidth(), lead: 6}
	for _, r := range rows {
		b := excitedRow{name: fmt.Sprintf("unit %d", r.Unit), width: opt.textWidth()}
		if len(r.Patches) == 0 {
			b.second = "silent: no test picture excites it"
			alt += fmt.Sprintf(" Unit %d is silent.", r.Unit)
			page.blocks = append(page.blocks, b)
			continue
		}
		words := ""
		for i, p := range r.Patches {
			b.tiles.images = append(b.tiles.images, p.Pixels)
			b.tiles.words = append(b.tiles.words, []string{p.Class, short(p.Value)})
			if i > 0 {
				words += ", "
			}
			words += fmt.Sprintf("%s (%s)", p.Class, short(p.Value))
		}
		b.tiles.cols = len(r.Patches)
		b.tiles.side = sideFor(pixels, min(patchLength, (opt.textWidth()-rowName+tileGap)/vg.Length(most)-tileGap))
		alt += fmt.Sprintf(" Unit %d: %s.", r.Unit, words)
		page.blocks = append(page.blocks, b)
	}
	return opt.sheet(alt, nil, page), nil
}

const (
	rowName     = 96 * dot  // of the words left of a row
	patchLength = 132 * dot // the largest side of a patch
)

// excitedRow takes the full width, so that each row has a line of its own.
type excitedRow struct {
	name, second string
	tiles        tiles
	width        vg.Length
}

func (r excitedRow) size() (width, height vg.Length) {
	if len(r.tiles.images) == 0 {
		return r.width, labelSize * 1.4
	}
	_, height = r.tiles.size()
	return r.width, height
}

func (r excitedRow) draw(c draw.Canvas, at vg.Point) {
	c.FillText(bold(noteSize), vg.Point{X: at.X, Y: at.Y - labelSize}, r.name)
	right := vg.Point{X: at.X + rowName, Y: at.Y}
	if len(r.tiles.images) == 0 {
		c.FillText(style(noteSize), vg.Point{X: right.X, Y: at.Y - labelSize}, r.second)
		return
	}
	r.tiles.draw(c, right)
}
