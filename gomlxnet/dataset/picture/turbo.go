//go:build (linux || darwin) && (amd64 || arm64) && !android && !faketime

package picture

import (
	"errors"
	"fmt"
	"image"
	"runtime"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"
)

// turbo is libjpeg-turbo, loaded at run time: programs build and run without it. Its TurboJPEG interface keeps these
// functions in the versions 1.5 to 3.
type turbo struct {
	library                                         uintptr
	initDecompress, destroy, header, planes, pixels uintptr
	mu                                              sync.Mutex
	idle                                            []uintptr // decompressors; each serves one goroutine at a time
}

// Of turbojpeg.h.
const (
	tjAccurateDCT   = 4096
	tjStopOnWarning = 8192
	tjLimitScans    = 32768 // of newer versions; others pass it over
	tjRGBA          = 7
	tjYCbCr, tjGray = 1, 2 // TJCS: how the file holds its colours
)

// errNoTurbo is openTurbo's where no file of the library is found.
var errNoTurbo = errors.New("libjpeg-turbo is not installed")

// openTurbo loads the library.
func openTurbo() (*turbo, error) {
	names := []string{"libturbojpeg.so.0"}
	if runtime.GOOS == "darwin" {
		names = []string{
			"libturbojpeg.0.dylib",
			"/opt/homebrew/opt/jpeg-turbo/lib/libturbojpeg.0.dylib",
			"/usr/local/opt/jpeg-turbo/lib/libturbojpeg.0.dylib",
		}
	}
	t := &turbo{}
	var errs []error
	for _, name := range names {
		library, err := purego.Dlopen(name, purego.RTLD_NOW|purego.RTLD_LOCAL)
		if err == nil {
			t.library = library
			break
		}
		errs = append(errs, err)
	}
	if t.library == 0 {
		return nil, fmt.Errorf("%w (Debian, Ubuntu: libturbojpeg0; Homebrew: jpeg-turbo); install it or choose Go's "+
			"decoder: %w", errNoTurbo, errors.Join(errs...))
	}
	for name, at := range map[string]*uintptr{"tjInitDecompress": &t.initDecompress, "tjDestroy": &t.destroy,
		"tjDecompressHeader3":     &t.header,
		"tjDecompressToYUVPlanes": &t.planes, "tjDecompress2": &t.pixels} {
		var err error
		if *at, err = purego.Dlsym(t.library, name); err != nil {
			err = fmt.Errorf("libjpeg-turbo is too old, want 1.5 or newer: %w", err)
			return nil, errors.Join(err, purego.Dlclose(t.library))
		}
	}
	return t, nil
}

// close lets go of the decompressors and the library; no decode may be under way.
func (t *turbo) close() error {
	for _, h := range t.idle {
		purego.SyscallN(t.destroy, h)
	}
	t.idle = nil
	return purego.Dlclose(t.library)
}

// decode decodes a JPEG into its planes. ok is false for what the library warns of or does not give planes of:
// damaged files, CMYK, RGB, and subsamplings that are rare. image/jpeg decides about those, so that a file is bad
// with both or with neither.
func (t *turbo) decode(data []byte) (img image.Image, ok bool) {
	h, ok := t.take()
	if !ok {
		return nil, false
	}
	defer t.give(h)
	var size [4]int32 // width, height, subsampling, colour space
	at := func(i int) uintptr { return uintptr(unsafe.Pointer(&size[i])) }
	var pin runtime.Pinner
	defer pin.Unpin()
	pin.Pin(&size)
	pin.Pin(&data[0])
	file, length := uintptr(unsafe.Pointer(&data[0])), uintptr(len(data))
	if r, _, _ := purego.SyscallN(t.header, h, file, length, at(0), at(1), at(2), at(3)); int32(r) != 0 {
		return nil, false
	}
	w, ht := int(size[0]), int(size[1])
	if w < 1 || ht < 1 || w > maxPixels/ht || size[2] < 0 {
		return nil, false
	}
	var parts [3]uintptr
	var strides [3]int32
	pin.Pin(&parts)
	pin.Pin(&strides)
	plane := func(i int, pix []uint8, stride int) {
		pin.Pin(&pix[0])
		parts[i], strides[i] = uintptr(unsafe.Pointer(&pix[0])), int32(stride)
	}
	switch ratio, known := turboRatios[size[2]]; {
	case size[3] == tjGray:
		m := image.NewGray(image.Rect(0, 0, w, ht))
		plane(0, m.Pix, m.Stride)
		img = m
	case size[3] == tjYCbCr && known:
		// Planes are padded to whole groups of samples, which Go's picture has room for once its size is rounded up.
		step := chromaSteps[ratio]
		m := image.NewYCbCr(image.Rect(0, 0, (w+step.X-1)/step.X*step.X, (ht+step.Y-1)/step.Y*step.Y), ratio)
		m.Rect = image.Rect(0, 0, w, ht)
		plane(0, m.Y, m.YStride)
		plane(1, m.Cb, m.CStride)
		plane(2, m.Cr, m.CStride)
		img = m
	default:
		return nil, false
	}
	r, _, _ := purego.SyscallN(t.planes, h, file, length, uintptr(unsafe.Pointer(&parts)), 0,
		uintptr(unsafe.Pointer(&strides)), 0, tjAccurateDCT|tjStopOnWarning)
	return img, int32(r) == 0
}

// rgba decodes a JPEG of any kind that the library knows into img, which is as large as the file says. It reports
// whether it could.
func (t *turbo) rgba(data []byte, img *image.RGBA) bool {
	h, ok := t.take()
	if !ok {
		return false
	}
	defer t.give(h)
	var pin runtime.Pinner
	defer pin.Unpin()
	pin.Pin(&data[0])
	pin.Pin(&img.Pix[0])
	r, _, _ := purego.SyscallN(t.pixels, h, uintptr(unsafe.Pointer(&data[0])), uintptr(len(data)),
		uintptr(unsafe.Pointer(&img.Pix[0])), uintptr(img.Rect.Dx()), uintptr(img.Stride), uintptr(img.Rect.Dy()),
		tjRGBA, tjAccurateDCT|tjStopOnWarning|tjLimitScans)
	return int32(r) == 0
}

// turboRatios are TJSAMP in Go's words.
var turboRatios = map[int32]image.YCbCrSubsampleRatio{
	0: image.YCbCrSubsampleRatio444, 1: image.YCbCrSubsampleRatio422, 2: image.YCbCrSubsampleRatio420,
	4: image.YCbCrSubsampleRatio440, 5: image.YCbCrSubsampleRatio411,
}

func (t *turbo) take() (h uintptr, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.idle); n > 0 {
		h, t.idle = t.idle[n-1], t.idle[:n-1]
		return h, true
	}
	h, _, _ = purego.SyscallN(t.initDecompress)
	return h, h != 0
}

func (t *turbo) give(h uintptr) {
	t.mu.Lock()
	t.idle = append(t.idle, h)
	t.mu.Unlock()
}
