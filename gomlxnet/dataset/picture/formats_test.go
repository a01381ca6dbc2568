package picture

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"coadapt/gomlxnet/dataset/datatest"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/sync/semaphore"
)

// Formats without loss come out as a PNG of the same picture does.
func TestFormats(t *testing.T) {
	m := image.NewPaletted(image.Rect(0, 0, 5, 4),
		color.Palette{color.RGBA{200, 30, 90, 255}, color.Black, color.White})
	for i := range m.Pix {
		m.Pix[i] = uint8(i % 3)
	}
	pixels := func(encode func(io.Writer) error) []uint8 {
		var b bytes.Buffer
		if err := encode(&b); err != nil {
			t.Fatal(err)
		}
		got := make([]uint8, 5*4*3)
		if err := (&Decoder{}).RGB(b.Bytes(), 4, 5, false, got); err != nil {
			t.Error(err)
		}
		return got
	}
	want := pixels(func(w io.Writer) error { return png.Encode(w, m) })
	second := image.NewPaletted(m.Rect, m.Palette)
	for name, encode := range map[string]func(io.Writer) error{
		"BMP":  func(w io.Writer) error { return bmp.Encode(w, m) },
		"TIFF": func(w io.Writer) error { return tiff.Encode(w, m, nil) },
		"TIFF Deflate": func(w io.Writer) error {
			return tiff.Encode(w, m, &tiff.Options{Compression: tiff.Deflate, Predictor: true})
		},
		"GIF": func(w io.Writer) error { return gif.Encode(w, m, nil) },
		"GIF of two": func(w io.Writer) error {
			return gif.EncodeAll(w, &gif.GIF{Image: []*image.Paletted{m, second}, Delay: []int{1, 1}})
		},
	} {
		if got := pixels(encode); !slices.Equal(got, want) {
			t.Errorf("%s: pixels %v, want %v", name, got, want)
		}
	}
	// A first frame that is smaller than the canvas lies where it belongs, over black.
	small := m.SubImage(image.Rect(1, 2, 3, 4)).(*image.Paletted)
	got := pixels(func(w io.Writer) error {
		return gif.EncodeAll(w,
			&gif.GIF{Image: []*image.Paletted{small}, Delay: []int{1}, Config: image.Config{Width: 5, Height: 4}})
	})
	for i := range 20 {
		w := make([]uint8, 3)
		if (image.Point{i % 5, i / 5}).In(small.Rect) {
			w = want[3*i : 3*i+3]
		}
		if !slices.Equal(got[3*i:3*i+3], w) {
			t.Errorf("GIF frame: pixel %d is %v, want %v", i, got[3*i:3*i+3], w)
		}
	}
}

// WebP of one pixel: with loss, without, with alpha, and an animation; one frame of it on a larger canvas.
func TestWebP(t *testing.T) {
	animation := "UklGRlIAAABXRUJQVlA4WAoAAAASAAAAAAAAAAAAQU5JTQYAAAD/////AABBTk1GJgAAAAAAAAAAAAAAAAAAAGQAAABWUDhMDQAAAC8AAAAQBxAREYiI/gcA"
	for name, text := range map[string]string{
		"lossy":     "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA",
		"lossless":  "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==",
		"alpha":     "UklGRkoAAABXRUJQVlA4WAoAAAAQAAAAAAAAAAAAQUxQSAwAAAARBxAR/Q9ERP8DAABWUDggGAAAABQBAJ0BKgEAAQAAAP4AAA3AAP7mtQAAAA==",
		"animation": animation,
	} {
		data, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		if h, w, _, err := inspect(data); h != 1 || w != 1 || err != nil {
			t.Errorf("%s: %dx%d, %v; want 1x1", name, h, w, err)
		}
		if err := (&Decoder{}).RGB(data, 1, 1, false, make([]uint8, 3)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for n := range data { // cut off, it is an error or a picture
			_ = (&Decoder{}).RGB(data[:n], 1, 1, true, make([]uint8, 3))
			orientation(data[:n])
		}
	}
	data, _ := base64.StdEncoding.DecodeString(animation)
	data[12+8+4], data[12+8+7] = 3, 1 // a canvas of 4 x 2 pixels
	if h, w, _, err := inspect(data); h != 2 || w != 4 || err != nil {
		t.Errorf("animation: %dx%d, %v; want 2x4", h, w, err)
	}
	if img, err := webpDecode(data); err != nil || img.Bounds() != image.Rect(0, 0, 4, 2) {
		t.Errorf("animation: %v, want its canvas", err)
	}
}

// Levels of lossy WebP are those of video. The numbers are those of BT.601: black, white, and red within libwebp's
// rounding.
func TestWebPLevels(t *testing.T) {
	for _, c := range []struct {
		y, cb, cr uint8
		want      [3]int
	}{{16, 128, 128, [3]int{0, 0, 0}}, {235, 128, 128, [3]int{255, 255, 255}}, {81, 90, 240, [3]int{254, 0, 0}},
		{126, 128, 128, [3]int{128, 128, 128}}} {
		m := image.NewYCbCr(image.Rect(0, 0, 1, 1), image.YCbCrSubsampleRatio420)
		m.Y[0], m.Cb[0], m.Cr[0] = c.y, c.cb, c.cr
		got := fromStudio(m, nil, 0).Pix
		for i, w := range c.want {
			if d := int(got[i]) - w; d < -1 || d > 1 {
				t.Errorf("%d %d %d becomes %v, want %v", c.y, c.cb, c.cr, got, c.want)
			}
		}
		if half := fromStudio(m, []uint8{0}, 1).Pix; half[0] != 0 || half[3] != 255 {
			t.Errorf("a transparent pixel becomes %v, want black", half)
		}
	}
}

// A large picture of 16 bits takes its own eight bytes a pixel and one a colour, and no copies beside.
func TestDecodeMemory(t *testing.T) {
	const side = 1024
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewNRGBA64(image.Rect(0, 0, side, side))); err != nil {
		t.Fatal(err)
	}
	dst := make([]uint8, 24*24*3)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := (&Decoder{}).RGB(b.Bytes(), 24, 24, true, dst); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	h, w, model, err := inspect(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if got, most := after.TotalAlloc-before.TotalAlloc, uint64(decodeCost(b.Bytes(), h, w, model)); got > most ||
		most != 12*side*side {
		t.Errorf("%d bytes allocated, want at most %d, 12 a pixel", got, most)
	}
}

// Pictures that together take more than the bound wait for each other; one that is larger by itself is decoded.
func TestDecodersShareMemory(t *testing.T) {
	data := datatest.JPEG(t, 64, 64, 7)
	cost := decodeCost(data, 64, 64, color.GrayModel)
	d := &Decoder{room: semaphore.NewWeighted(decodeMemory)}
	if !d.room.TryAcquire(decodeMemory - cost + 1) {
		t.Fatal("the bound is not free")
	}
	var done atomic.Bool
	var wg sync.WaitGroup
	started := make(chan struct{})
	wg.Go(func() {
		close(started)
		if err := d.RGB(data, 64, 64, false, make([]uint8, 64*64*3)); err != nil {
			t.Error(err)
		}
		done.Store(true)
	})
	<-started
	runtime.Gosched()
	if done.Load() {
		t.Error("a picture was decoded beyond the bound")
	}
	d.room.Release(decodeMemory - cost + 1)
	wg.Wait()
	if !d.room.TryAcquire(decodeMemory) {
		t.Error("the memory of a decoded picture is not given back")
	}
	if huge := decodeCost(nil, 8192, 8192, color.NRGBA64Model); huge <= decodeMemory {
		t.Errorf("8192 x 8192 pixels of 16 bits count as %d bytes, want more than %d, so that it is decoded alone",
			huge, decodeMemory)
	}
}

// The sentence about a format that is not read names it.
func TestUnreadFormats(t *testing.T) {
	for head, want := range map[string]string{"P6\n3 2\n255\n": "Netpbm", "\x00\x00\x00\x1cftypavif": "AVIF",
		"8BPS\x00\x01": "Photoshop", "II+\x00": "BigTIFF"} {
		err := (&Decoder{}).RGB([]byte(head+strings.Repeat("\x00", 16)), 4, 4, true, make([]uint8, 48))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "PNG or JPEG") {
			t.Errorf("%q: %v, want an error that names %s", head, err, want)
		}
	}
	if k := KindOf("photo.nef", append([]byte("MM\x00*"), binary.BigEndian.AppendUint32(nil, 8)...)); k != Unread {
		t.Errorf("a camera's raw picture is of kind %d, want %d: what looks like a TIFF in it is a thumbnail", k,
			Unread)
	}
}
