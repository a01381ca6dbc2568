package dataset

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
)

// maxPixels bounds a picture before it is decoded.
const maxPixels = 64 << 20

// What files start with.
const (
	jpegStart = "\xff\xd8\xff"
	pngStart  = "\x89PNG\r\n\x1a\n"
)

// codec finds the decoder by the first bytes: ImageNet has a PNG that is called .JPEG.
func codec(data []byte) (config func() (image.Config, error), decode func() (image.Image, error), err error) {
	r := bytes.NewReader(data)
	switch {
	case bytes.HasPrefix(data, []byte(jpegStart)):
		return func() (image.Config, error) { return jpeg.DecodeConfig(r) },
			func() (image.Image, error) { r.Reset(data); return jpeg.Decode(r) }, nil
	case bytes.HasPrefix(data, []byte(pngStart)):
		return func() (image.Config, error) { return png.DecodeConfig(r) },
			func() (image.Image, error) { r.Reset(data); return png.Decode(r) }, nil
	}
	return nil, nil, whatIsWanted(data)
}

// pictureSize reads width and height from a picture's header.
func pictureSize(data []byte) (height, width int, err error) {
	config, _, err := codec(data)
	if err != nil {
		return 0, 0, err
	}
	c, err := config()
	if err != nil {
		return 0, 0, err
	}
	if c.Width < 1 || c.Height < 1 || c.Width > maxPixels/c.Height {
		return 0, 0, fmt.Errorf("%dx%d pixels; want 1 to %d in all", c.Width, c.Height, maxPixels)
	}
	return c.Height, c.Width, nil
}

// Decoder is what decodes JPEGs.
type Decoder int

const (
	// DecoderGo is image/jpeg, the same on every machine. It is the default.
	DecoderGo Decoder = iota
	// DecoderTurbo is the machine's libjpeg-turbo, several times faster. Its samples differ from Go's by a grey level here and
	// there, so that the data is other data, with another digest. What it does not take, Go's decoder decodes.
	DecoderTurbo
)

// String is the name that a digest knows it by.
func (d Decoder) String() string {
	if d == DecoderTurbo {
		return "libjpeg-turbo"
	}
	return "go"
}

// decodeRGB decodes a JPEG or PNG of any colour model into [h, w, 3] bytes; transparent parts come out over black. With
// resize, a picture of another size is warped to h x w, both sides by themselves and without keeping the aspect, as the
// pictures of 2014 were; the filter is Catmull-Rom, widened where the picture shrinks. Without, another size is an error.
// fast decodes what it can; it may be nil.
func decodeRGB(data []byte, fast *turbo, h, w int, resize bool, dst []uint8) error {
	ph, pw, err := pictureSize(data)
	if err != nil {
		return err
	}
	if !resize && (ph != h || pw != w) {
		return fmt.Errorf("%dx%d pixels, the others have %dx%d; ask for a size to have all resized", ph, pw, h, w)
	}
	img, err := decode(data, fast)
	if err != nil {
		return err
	}
	if ph != h || pw != w {
		warp(img, h, w, dst)
		return nil
	}
	if copyRGB(img, dst) {
		return nil
	}
	rgba := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(rgba, rgba.Rect, img, img.Bounds().Min, draw.Src)
	for i, o := 0, 0; o < len(dst); i, o = i+4, o+3 {
		copy(dst[o:o+3], rgba.Pix[i:i+3])
	}
	return nil
}

// decode decodes a picture whose header was found to be sound.
func decode(data []byte, fast *turbo) (image.Image, error) {
	_, slow, err := codec(data)
	if err != nil {
		return nil, err
	}
	if fast != nil && bytes.HasPrefix(data, []byte(jpegStart)) {
		if img, ok := fast.decode(data); ok {
			return img, nil
		}
	}
	return slow()
}

// copyRGB converts the common colour models without an image in between; it reports whether img has one of them.
func copyRGB(img image.Image, dst []uint8) bool {
	b := img.Bounds()
	w := b.Dx()
	switch m := img.(type) {
	case *image.YCbCr:
		o := 0
		for y := b.Min.Y; y < b.Max.Y; y++ {
			for x := b.Min.X; x < b.Max.X; x++ {
				c := m.COffset(x, y)
				dst[o], dst[o+1], dst[o+2] = color.YCbCrToRGB(m.Y[m.YOffset(x, y)], m.Cb[c], m.Cr[c])
				o += 3
			}
		}
	case *image.RGBA:
		if !m.Opaque() {
			return false
		}
		for y := range b.Dy() {
			row := m.Pix[y*m.Stride:]
			for x := range w {
				copy(dst[(y*w+x)*3:][:3], row[x*4:x*4+3])
			}
		}
	case *image.Gray:
		for y := range b.Dy() {
			for x := range w {
				v, o := m.Pix[y*m.Stride+x], (y*w+x)*3
				dst[o], dst[o+1], dst[o+2] = v, v, v
			}
		}
	default:
		return false
	}
	return true
}
