package figure

import (
	"image"
	"math"

	imagedraw "golang.org/x/image/draw"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// sharp is a canvas that enlarges each pixel of a picture to a block: vgimg's own canvas would blur what a net sees
// pixel by pixel. All pictures of one size on a page are drawn at one size, rounded to dots. Pictures that are made
// smaller are averaged.
type sharp struct {
	*vgimg.Canvas
	pictures shown
}

// DrawImage works on canvases that are neither turned nor scaled, like those on which this package draws pictures.
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

// dot is a pixel of a page at 192 dots an inch. Pictures are laid out in whole dots, so that all blocks have one size.
const dot = vg.Inch / 192

// place draws an image with its upper left corner at a point and its pixels at the given size. It has a thin frame,
// because some images are white at the edge, as the page is.
func place(c draw.Canvas, img image.Image, at vg.Point, side vg.Length) {
	b := img.Bounds()
	r := vg.Rectangle{
		Min: vg.Point{X: at.X, Y: at.Y - side*vg.Length(b.Dy())},
		Max: vg.Point{X: at.X + side*vg.Length(b.Dx()), Y: at.Y},
	}
	stroke(c, box(r.Min.X, r.Min.Y, r.Max.X, r.Max.Y), band, 2*dot) // the image covers its inner half
	c.DrawImage(r, img)
}
