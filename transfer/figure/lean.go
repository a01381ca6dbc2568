package figure

import (
	"cmp"
	"image"
	"image/color"
	"slices"
)

// shown is the colours of the pictures on a page.
type shown map[color.RGBA]bool

const (
	fewColors  = 192  // of pictures: beside them there is room in a palette for text and lines
	manyColors = 4096 // of pictures: photographs
)

// add takes note of an image's colours, as far as they matter.
func (s shown) add(img image.Image) {
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y && len(s) <= manyColors; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			s[color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)] = true
		}
	}
}

// lean is a page in a form that a PNG needs half or a third of the room for, with no difference to the eye. A notebook keeps its figures.
//
// Text and lines have hundreds of colours at their edges: of pages with few others, these are taken from 256, while all
// colours of pictures and those of larger areas stay as they are. Photographs have thousands: such a page keeps 32
// steps of red, green and blue, each within 4 of 255. Other pages stay as they are.
func lean(page *image.RGBA, pictures shown) image.Image {
	switch {
	case len(pictures) <= fewColors:
		return paletted(page, pictures)
	case len(pictures) > manyColors:
		out := image.NewRGBA(page.Bounds())
		var step [256]uint8
		for v := range step {
			step[v] = uint8(((v*31+127)/255*255 + 15) / 31)
		}
		for i, v := range page.Pix {
			out.Pix[i] = step[v]
		}
		return out
	}
	return page
}

// paletted takes colours of edges from what is there already, where that is near.
func paletted(page *image.RGBA, pictures shown) image.Image {
	const (
		near = 12   // of 255, in each of red, green and blue
		area = 2000 // a colour of more than one in so many pixels is kept
	)
	count := map[color.RGBA]int{}
	runs(page, func(c color.RGBA, from, to int) { count[c] += to - from })
	var colors []color.RGBA
	for c := range count {
		colors = append(colors, c)
	}
	slices.SortFunc(colors, func(a, b color.RGBA) int {
		return cmp.Or(later(pictures[a], pictures[b]), cmp.Compare(count[b], count[a]), cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	var palette color.Palette
	index := make(map[color.RGBA]uint8, len(colors))
	for _, c := range colors {
		at, far := nearest(palette, c)
		if len(palette) < 256 && (far > near || far > 0 && (pictures[c] || count[c] > len(page.Pix)/4/area)) {
			at, palette = len(palette), append(palette, c)
		}
		index[c] = uint8(at)
	}
	out := image.NewPaletted(page.Bounds(), palette)
	runs(page, func(c color.RGBA, from, to int) {
		at := index[c]
		for i := from; i < to; i++ {
			out.Pix[i] = at
		}
	})
	return out
}

// runs yields pixels that lie side by side in one colour: most of a page is white.
func runs(page *image.RGBA, f func(c color.RGBA, from, to int)) {
	at := func(i int) color.RGBA {
		p := page.Pix[4*i : 4*i+4]
		return color.RGBA{p[0], p[1], p[2], p[3]}
	}
	n := len(page.Pix) / 4
	for from := 0; from < n; {
		c, to := at(from), from+1
		for to < n && at(to) == c {
			to++
		}
		f(c, from, to)
		from = to
	}
}

// later orders what is so before what is not.
func later(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// nearest is the place of the palette's nearest colour, and how far the worst of its channels is; 256 where there is none.
func nearest(palette color.Palette, c color.RGBA) (at, far int) {
	far = 256
	for i, p := range palette {
		q := p.(color.RGBA)
		d := max(distance(q.R, c.R), distance(q.G, c.G), distance(q.B, c.B))
		if d < far {
			at, far = i, d
		}
	}
	return at, far
}

func distance(a, b uint8) int { return max(int(a)-int(b), int(b)-int(a)) }
