package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"sync"
)

// Some sound JPEGs can neither be decoded by Go nor be taken apart: those of several scans whose planes are sampled
// unevenly, and those with arithmetic coding. libjpeg-turbo decodes them on machines that have it. The pixels are the
// same wherever they can be read, so the data's digest does not say which decoder it was.

// Reasons for which planes are not taken apart, and libjpeg-turbo is asked.
var (
	errProgressive = errors.New("a progressive JPEG with planes sampled unevenly, which Go does not decode")
	errOwnScans    = errors.New(
		"a JPEG with planes sampled unevenly, each in a scan of its own, which Go does not decode")
)

// spare is libjpeg-turbo. It stays open, as any source may meet such a file at any time.
var spare = sync.OnceValues(openTurbo)

// jpegHeader is what the frame of a JPEG says, of whatever kind it is.
type jpegHeader struct {
	marker           byte
	depth, w, h      int
	planes, sampling int // sampling is where the first plane's factors stand
}

// jpegHeaderOf looks for the frame; a header without a marker says that there is none.
func jpegHeaderOf(data []byte) (h jpegHeader) {
	for marker, at := range jpegSegments(data) {
		switch {
		case marker == 0xda:
			return h
		case marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc:
			if at+13 > len(data) {
				return h
			}
			return jpegHeader{marker: marker, depth: int(data[at+4]), h: int(binary.BigEndian.Uint16(data[at+5:])),
				w: int(binary.BigEndian.Uint16(data[at+7:])), planes: int(data[at+9]), sampling: at + 11}
		}
	}
	return h
}

// evenGrey is data with factors of 1 for a picture of one plane, of which they say nothing: Go refuses those of 3.
func evenGrey(data []byte) []byte {
	h := jpegHeaderOf(data)
	if h.planes != 1 || data[h.sampling]>>4 != 3 && data[h.sampling]&15 != 3 {
		return data
	}
	data = bytes.Clone(data)
	data[h.sampling] = 0x11
	return data
}

// spareDecodes says whether what Go does not decode is for libjpeg-turbo: 8 bits a sample, grey or three planes.
func spareDecodes(data []byte, err error) bool {
	h := jpegHeaderOf(data)
	if h.depth != 8 || h.planes != 1 && h.planes != 3 {
		return false
	}
	var unsupported jpeg.UnsupportedError
	arithmetic := errors.As(err, &unsupported) && h.marker >= 0xc9 && h.marker <= 0xca
	return arithmetic || errors.Is(err, errProgressive) || errors.Is(err, errOwnScans)
}

// withoutSpare is nil where libjpeg-turbo is there. Else it is err with what can be done.
func withoutSpare(err error) error {
	if _, missing := spare(); missing != nil {
		return fmt.Errorf("%w; convert it to PNG, or install libjpeg-turbo (Debian, Ubuntu: libturbojpeg0; "+
			"Homebrew: jpeg-turbo), which does", err)
	}
	return nil
}

// spareDecode decodes a file that Go refused with err.
func spareDecode(data []byte, err error) (image.Image, error) {
	if err := withoutSpare(err); err != nil {
		return nil, err
	}
	h := jpegHeaderOf(data)
	if h.w < 1 || h.h < 1 || h.w > maxPixels/h.h {
		return nil, fmt.Errorf("%dx%d pixels; want 1 to %d in all", h.w, h.h, maxPixels)
	}
	img := image.NewRGBA(image.Rect(0, 0, h.w, h.h))
	t, _ := spare()
	if !t.rgba(data, img) {
		return nil, fmt.Errorf("%w; nor does libjpeg-turbo, so it is damaged, or sampled as no program decodes it", err)
	}
	return img, nil
}
