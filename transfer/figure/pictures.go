package figure

import (
	"fmt"
	"image"
	"strings"
)

// Picture is an image with lines of words below it.
type Picture struct {
	Pixels image.Image
	Words  []string
}

// Gallery is pictures of one size with a title.
type Gallery struct {
	Title    string
	Pictures []Picture
}

// RGB makes an image of width × height × 3 bytes.
func RGB(pixels []uint8, width, height int) (image.Image, error) {
	if width < 1 || height < 1 || len(pixels) != 3*width*height {
		return nil, fmt.Errorf("picture of %d bytes, want %d × %d × 3", len(pixels), width, height)
	}
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		copy(img.Pix[4*i:], pixels[3*i:3*i+3])
		img.Pix[4*i+3] = 0xff
	}
	return img, nil
}

// Pictures draws galleries side by side, with every pixel enlarged to a block. It fails if there is no picture, or if
// the pictures of a gallery differ in size or in their number of lines of words.
func Pictures(galleries []Gallery, opt Options) (*Figure, error) {
	opt, err := opt.looking()
	if err != nil {
		return nil, err
	}
	page := flow{width: opt.textWidth()}
	width := (opt.textWidth() - blockGap) / 2
	if len(galleries) == 1 {
		width = opt.textWidth()
	}
	alt := "Pictures."
	for _, g := range galleries {
		if len(g.Pictures) == 0 {
			return nil, fmt.Errorf("pictures of %q: there is none", g.Title)
		}
		t := tiles{title: g.Title}
		var words []string
		for _, p := range g.Pictures {
			if p.Pixels.Bounds().Size() != g.Pictures[0].Pixels.Bounds().Size() ||
				len(p.Words) != len(g.Pictures[0].Words) {
				return nil, fmt.Errorf("pictures of %q: of %v pixels and %d lines of words, and of %v and %d; "+
					"want one size", g.Title,
					g.Pictures[0].Pixels.Bounds().Size(), len(g.Pictures[0].Words), p.Pixels.Bounds().Size(),
					len(p.Words))
			}
			t.images, t.words = append(t.images, p.Pixels), append(t.words, p.Words)
			words = append(words, strings.Join(p.Words, " "))
		}
		t.fit(t.images[0].Bounds().Dx(), pictureLength, width)
		page.blocks = append(page.blocks, t)
		alt += fmt.Sprintf(" %s: %s.", g.Title, strings.Join(words, ", "))
	}
	if len(page.blocks) == 0 {
		return nil, fmt.Errorf("pictures: no gallery, want one at least")
	}
	return opt.sheet(alt, nil, page), nil
}

// pictureLength is the approximate side of a picture.
const pictureLength = 132 * dot
