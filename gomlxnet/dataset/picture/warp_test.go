package picture

import (
	"bytes"
	"errors"
	"image"
	"image/draw"
	"image/jpeg"
	"testing"

	"coadapt/gomlxnet/dataset/datatest"

	xdraw "golang.org/x/image/draw"
)

// warped is the slow twin: colour the whole picture, then resize in floating point.
func warped(img image.Image, w, h int) []uint8 {
	rgba := image.NewRGBA(image.Rect(0, 0, w, h))
	xdraw.CatmullRom.Scale(rgba, rgba.Rect, img, img.Bounds(), xdraw.Src, nil)
	var out []uint8
	for i := 0; i < len(rgba.Pix); i += 4 {
		out = append(out, rgba.Pix[i:i+3]...)
	}
	return out
}

// Red, green and blue of pictures that are not planar are within one grey level of the twin. A JPEG's planes are
// about one level off on average; at edges of colour they differ by more, as the twin repeats a sample of colour over
// four pixels and the planes have it interpolated.
func TestWarp(t *testing.T) {
	whole, err := jpeg.Decode(bytes.NewReader(datatest.Photo(t, 251, 187)))
	if err != nil {
		t.Fatal(err)
	}
	rgba := image.NewRGBA(whole.Bounds())
	draw.Draw(rgba, rgba.Rect, whole, image.Point{}, draw.Src)
	grey := image.NewGray(whole.Bounds())
	draw.Draw(grey, grey.Rect, whole, image.Point{}, draw.Src)
	for _, size := range []int{64, 128, 200} {
		for _, c := range []struct {
			name string
			img  image.Image
			mean float64
			most int
		}{{"planes", whole, 1.5, 40}, {"rgb", rgba, 0.5, 1}, {"grey", grey, 0.5, 1},
			{"part", rgba.SubImage(image.Rect(10, 20, 170, 180)), 0.5, 1},
			{"part of planes", whole.(*image.YCbCr).SubImage(image.Rect(10, 20, 170, 180)), 1.5, 40}} {
			got := make([]uint8, size*size*3)
			warp(c.img, size, size, got)
			mean, most := datatest.Apart(got, warped(c.img, size, size))
			if mean > c.mean || most > c.most {
				t.Errorf("%s to %d px: %.2f grey levels off on average, %d at most, want at most %.1f and %d", c.name,
					size, mean, most, c.mean, c.most)
			}
			t.Logf("%s to %d px: %.3f, %d", c.name, size, mean, most)
		}
	}
}

func turboOf(t testing.TB) *turbo {
	t.Helper()
	fast, err := openTurbo()
	if errors.Is(err, errNoTurbo) {
		t.Skip(err)
	}
	if err != nil { // it is there, and cannot be used
		t.Fatal(err)
	}
	t.Cleanup(func() { fast.close() })
	return fast
}

// The two decoders' samples are within 2 levels: both round the transform, at different places.
func TestTurboIsGo(t *testing.T) {
	fast := turboOf(t)
	var grey bytes.Buffer
	m := image.NewGray(image.Rect(0, 0, 33, 21))
	for i := range m.Pix {
		m.Pix[i] = uint8(i * 7)
	}
	if err := jpeg.Encode(&grey, m, nil); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"colour": datatest.Photo(t, 251, 187),
		"one pixel": datatest.Photo(t, 1, 1), "grey": grey.Bytes()} {
		slow, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		got, ok := fast.decode(data)
		if !ok || got.Bounds() != slow.Bounds() {
			t.Errorf("%s: not decoded, or of another size", name)
			continue
		}
		want, _ := takeApart(slow)
		planes, _ := takeApart(got)
		if len(want) != len(planes) {
			t.Fatalf("%s: %d planes, want %d", name, len(planes), len(want))
		}
		for i, p := range want {
			for y := range p.H {
				if _, most := datatest.Apart(planes[i].Pix[y*planes[i].Stride:][:p.W],
					p.Pix[y*p.Stride:][:p.W]); most > 2 {
					t.Fatalf("%s: row %d of plane %d is %d levels off", name, y, i, most)
				}
			}
		}
	}
}

// What libjpeg-turbo warns of, Go judges: a file that is cut off is bad with either decoder.
func TestTurboLeavesDamage(t *testing.T) {
	fast := turboOf(t)
	whole := datatest.Photo(t, 100, 80)
	cut := whole[:len(whole)*2/3]
	_, want := jpeg.Decode(bytes.NewReader(cut))
	err := (&Decoder{fast: fast}).RGB(cut, 50, 50, true, make([]uint8, 7500))
	if want == nil || err == nil || err.Error() != want.Error() {
		t.Errorf("error %v for a file that is cut off, want Go's: %v", err, want)
	}
}
