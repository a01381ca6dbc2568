package figure

import (
	"image"
	"math"

	imagedraw "golang.org/x/image/draw"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// sharp is a canvas of pixels that enlarges pictures by whole blocks: vgimg's own would blur what a net sees pixel by pixel. All
// pictures of one size on the page come out at one size, at the nearest dot. Pictures that have to be made smaller are averaged.
type sharp struct {
	*vgimg.Canvas
	pictures shown
}

// DrawImage takes canvases that are neither turned nor scaled, as those of this package are while pictures are drawn.
func (s sharp) DrawImage(rect vg.Rectangle, img image.Image) {
	page := s.Image()
	dots := func(l vg.Length) int { return int(math.Round(l.Dots(s.DPI()))) }
	size := image.Pt(dots(rect.Max.X-rect.Min.X), dots(rect.Max.Y-rect.Min.Y))
	at := image.Pt(dots(rect.Min.X), page.Bounds().Dy()-dots(rect.Min.Y)-size.Y)
	var by imagedraw.Scaler = imagedraw.NearestNeighbor
	if b := img.Bounds(); size.X < b.Dx() || size.Y < b.Dy() {
		by = imagedraw.BiLinear
	}
	s.pictures.add(img)
	by.Scale(page, image.Rectangle{Min: at, Max: at.Add(size)}, img, img.Bounds(), imagedraw.Over, nil)
}

// dot is a pixel of a page at 192 dots an inch. What is drawn from pixels is laid out in whole dots, so that blocks are
// of one size there.
const dot = vg.Inch / 192

// place draws an image with its upper left corner at the point, each of its pixels that large, in a thin frame: some are
// white at the edge, as the page is.
func place(c draw.Canvas, img image.Image, at vg.Point, side vg.Length) {
	b := img.Bounds()
	r := vg.Rectangle{
		Min: vg.Point{X: at.X, Y: at.Y - side*vg.Length(b.Dy())},
		Max: vg.Point{X: at.X + side*vg.Length(b.Dx()), Y: at.Y},
	}
	stroke(c, box(r.Min.X, r.Min.Y, r.Max.X, r.Max.Y), band, 2*dot) // what is inside is painted over
	c.DrawImage(r, img)
}
