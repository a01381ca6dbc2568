package picture

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"

	"golang.org/x/sync/semaphore"
)

// Bounds of a picture, before it is decoded.
const (
	MaxBytes     = 64 << 20  // bytes of one encoded picture
	maxPixels    = 64 << 20  // of one picture
	decodeMemory = 512 << 20 // bytes of all pictures of a source that are being decoded; a larger one is decoded alone
)

// What files start with.
const (
	jpegStart = "\xff\xd8\xff"
	pngStart  = "\x89PNG\r\n\x1a\n"
)

// codecOf finds the decoders by the first bytes: ImageNet has a PNG that is called .JPEG.
func codecOf(data []byte) (*codec, error) {
	f, ok := formatOf(data)
	if !ok || f.codec == nil {
		return nil, Wanted(data)
	}
	return f.codec, nil
}

// inspect reads width, height and colour model from a picture's header.
func inspect(data []byte) (height, width int, model color.Model, err error) {
	from, err := codecOf(data)
	if err != nil {
		return 0, 0, nil, err
	}
	c, err := from.config(data)
	if err != nil {
		return 0, 0, nil, err
	}
	if c.Width < 1 || c.Height < 1 || c.Width > maxPixels/c.Height {
		return 0, 0, nil, fmt.Errorf("%dx%d pixels; want 1 to %d in all", c.Width, c.Height, maxPixels)
	}
	return c.Height, c.Width, c.ColorModel, nil
}

// Library is what decodes JPEGs.
type Library int

const (
	// Go is image/jpeg, the same on every machine. It is the default.
	Go Library = iota
	// Turbo is the machine's libjpeg-turbo, several times faster. Its samples differ from Go's by a grey level
	// here and there, so that the data is other data, with another digest. What it does not take, Go's decoder
	// decodes.
	Turbo
)

// String is the name that a digest knows it by.
func (d Library) String() string {
	if d == Turbo {
		return "libjpeg-turbo"
	}
	return "go"
}

// Decoder brings files to pixels. The zero value decodes with Go's decoders, as many files at a time as it is asked
// for.
type Decoder struct {
	Turn bool                // turns pictures upright, as their EXIF data says
	fast *turbo              // decodes the JPEGs that it can; or nil
	room *semaphore.Weighted // bytes of memory of all pictures that are being decoded, of decodeMemory; or nil
}

// NewDecoder makes a decoder of Go's own decoders that takes at most decodeMemory bytes at a time.
func NewDecoder() *Decoder { return &Decoder{room: semaphore.NewWeighted(decodeMemory)} }

// Use has a library decode JPEGs. It fails where this machine does not have it.
func (d *Decoder) Use(lib Library) (err error) {
	if lib == Turbo {
		d.fast, err = openTurbo()
	}
	return err
}

// Library is what decodes JPEGs.
func (d *Decoder) Library() Library {
	if d.fast != nil {
		return Turbo
	}
	return Go
}

// Close lets go of the library; no picture may be decoded at the time. Go's decoder decodes from then on.
func (d *Decoder) Close() error {
	if d.fast == nil {
		return nil
	}
	fast := d.fast
	d.fast = nil
	return fast.close()
}

// Size is that of a picture once it is upright.
func (d *Decoder) Size(data []byte) (height, width int, err error) {
	height, width, _, err = inspect(data)
	if d.Turn && pictureOrientation(data) >= 5 {
		height, width = width, height
	}
	return height, width, err
}

// RGB decodes a picture of any colour model into [h, w, 3] bytes; transparent parts come out over black. With resize,
// a picture of another size is warped to h x w, both sides by themselves and without keeping the aspect, as the
// pictures of 2014 were; the filter is Catmull-Rom, widened where the picture shrinks. Without, another size is an
// error.
func (d *Decoder) RGB(data []byte, h, w int, resize bool, dst []uint8) error {
	ph, pw, model, err := inspect(data)
	if err != nil {
		return err
	}
	turn := 1
	if d.Turn {
		turn = pictureOrientation(data)
	}
	sh, sw := h, w // as the file has it
	if turn >= 5 {
		sh, sw = w, h
	}
	if !resize && (ph != sh || pw != sw) {
		return fmt.Errorf("%dx%d pixels, the others have %dx%d; ask for a size to have all resized", ph, pw, sh, sw)
	}
	if d.room != nil {
		need := min(decodeCost(data, ph, pw, model), decodeMemory)
		if err := d.room.Acquire(context.Background(), need); err != nil {
			return err
		}
		defer d.room.Release(need)
	}
	img, err := decode(data, d.fast)
	if err != nil {
		return err
	}
	upright := dst
	if turn > 1 {
		dst = make([]uint8, len(upright))
	}
	if ph != sh || pw != sw {
		warp(img, sh, sw, dst)
	} else {
		copyRGB(img, dst)
	}
	if turn > 1 {
		turnUpright(dst, sh, sw, turn, upright)
	}
	return nil
}

// decode decodes a picture whose header was found to be sound.
func decode(data []byte, fast *turbo) (image.Image, error) {
	slow, err := codecOf(data)
	if err != nil {
		return nil, err
	}
	if fast != nil && bytes.HasPrefix(data, []byte(jpegStart)) {
		if img, ok := fast.decode(data); ok {
			return img, nil
		}
	}
	return slow.decode(data)
}

// copyRGB converts a picture to [h, w, 3] bytes, over black.
func copyRGB(img image.Image, dst []uint8) {
	eachStrip(img, func(y int, strip *image.RGBA) {
		to := dst[y*strip.Rect.Dx()*3:]
		for i, o := 0, 0; i < len(strip.Pix); i, o = i+4, o+3 {
			copy(to[o:o+3], strip.Pix[i:i+3])
		}
	})
}
