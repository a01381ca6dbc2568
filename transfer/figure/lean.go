package figure

import (
	"cmp"
	"image"
	"image/color"
	"slices"
)

// shown has the colours of the pictures on a page.
type shown map[color.RGBA]bool

const (
	fewColors  = 192  // with so few, a palette has room for text and lines
	manyColors = 4096 // with more, pictures count as photographs
)

// add records an image's colours, up to manyColors.
func (s shown) add(img image.Image) {
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y && len(s) <= manyColors; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			s[color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)] = true
		}
	}
}

// lean reduces a page's colours, so that its PNG is a half or a third as large and looks the same. Notebooks keep their
// figures, so size matters.
//
// Text and lines have hundreds of colours at their edges. On pages with few other colours, edges take theirs from a
// palette of 256, while the colours of pictures and of larger areas stay as they are. Photographs have thousands of
// colours: such a page keeps 32 steps of red, green and blue, each within 4 of 255. Other pages are not changed.
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

// paletted gives edges colours that the palette has already, if one is near.
func paletted(page *image.RGBA, pictures shown) image.Image {
	const (
		near = 12   // of 255, in each of red, green and blue
		area = 2000 // a colour that covers more than 1/area of the pixels is kept
	)
	count := map[color.RGBA]int{}
	runs(page, func(c color.RGBA, from, to int) { count[c] += to - from })
	var colors []color.RGBA
	for c := range count {
		colors = append(colors, c)
	}
	slices.SortFunc(colors, func(a, b color.RGBA) int {
		return cmp.Or(later(pictures[a], pictures[b]), cmp.Compare(count[b], count[a]), cmp.Compare(a.R, b.R),
			cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
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

// runs yields the runs of neighbouring pixels of one colour: most of a page is white.
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

// later orders true before false.
func later(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// nearest is the index of the palette's nearest colour, and the distance in the channel where it is largest; 256 if
// there is no colour.
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
