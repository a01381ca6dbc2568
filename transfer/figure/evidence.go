package figure

import (
	"fmt"
	"image"
	"image/color"

	"gonum.org/v1/plot/vg"
)

// Evidence is a picture as a net is shown it, with maps of where what it takes it for is seen.
type Evidence struct {
	Picture Picture // its words say what it is taken for
	Maps    []EvidenceMap
}

// EvidenceMap lies over a picture.
type EvidenceMap struct {
	Values []float64 // of each pixel, row by row; those of 0 and below are not shown
	Words  []string  // below it, as many lines as below the picture
}

// evidenceLength is the largest side of a picture.
const evidenceLength = 340 * dot

// Evidences draws a row for each picture: the picture, then each of its maps over the picture in grey, from nothing at
// 0 to white at the map's largest value. It fails without a picture, and where a map has not a value for each pixel.
func Evidences(net string, rows []Evidence, opt Options) (*Figure, error) {
	opt, err := opt.looking()
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("evidence of %s: no picture, want one at least", net)
	}
	if opt.Title == "" {
		opt.Title = net
	}
	page := flow{width: opt.textWidth()}
	alt := fmt.Sprintf("Where in pictures %s sees what it takes them for.", net)
	most := 1
	for _, r := range rows {
		most = max(most, 1+len(r.Maps))
	}
	for i, r := range rows {
		b := r.Picture.Pixels.Bounds()
		t := tiles{images: []image.Image{r.Picture.Pixels}, words: [][]string{r.Picture.Words}, cols: 1 + len(r.Maps)}
		for _, m := range r.Maps {
			if len(m.Values) != b.Dx()*b.Dy() || len(m.Words) != len(r.Picture.Words) {
				return nil, fmt.Errorf("evidence of %s: a map of picture %d has %d values and %d lines of words, "+
					"want %d and %d",
					net, i, len(m.Values), len(m.Words), b.Dx()*b.Dy(), len(r.Picture.Words))
			}
			t.images, t.words = append(t.images, over(r.Picture.Pixels, m.Values)), append(t.words, m.Words)
		}
		for _, words := range t.words {
			for _, w := range words {
				alt += " " + w + "."
			}
		}
		t.side = sideFor(b.Dx(), min(evidenceLength, (opt.textWidth()+tileGap)/vg.Length(most)-tileGap))
		page.blocks = append(page.blocks, evidenceRow{t, opt.textWidth()})
	}
	return opt.sheet(alt, nil, page), nil
}

// evidenceRow takes the full width, so that each picture has a row of its own.
type evidenceRow struct {
	tiles
	width vg.Length
}

func (r evidenceRow) size() (width, height vg.Length) {
	_, height = r.tiles.size()
	return r.width, height
}

// over is a picture in dark grey with a map in the colours of heat over it.
func over(picture image.Image, values []float64) image.Image {
	b := picture.Bounds()
	most := 0.0
	for _, v := range values {
		most = max(most, v)
	}
	s := heat(0, most)
	out := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	for i, v := range values {
		grey := color.GrayModel.Convert(picture.At(b.Min.X+i%b.Dx(), b.Min.Y+i/b.Dx())).(color.Gray).Y
		c, share := color.NRGBA{A: 255}, 0.0
		if most > 0 && v > 0 {
			c, share = s.at(v), 0.7*v/most
		}
		mix := func(x uint8) uint8 { return uint8((1-share)*0.6*float64(grey) + share*float64(x)) }
		out.SetNRGBA(i%b.Dx(), i/b.Dx(), color.NRGBA{mix(c.R), mix(c.G), mix(c.B), 255})
	}
	return out
}
