package dataset

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"testing"

	xdraw "golang.org/x/image/draw"
)

// photo is a JPEG as a camera makes them: soft waves of colour, an edge, 4:2:0, with sides that fill no whole block.
func photo(t testing.TB, w, h int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			a, b := float64(x)/23, float64(y)/31
			c := color.RGBA{uint8(128 + 90*math.Sin(a+b)), uint8(128 + 90*math.Sin(a-2*b)), uint8(128 + 90*math.Cos(2*a)*math.Sin(b)), 255}
			if x > w/2 && y > h/2 {
				c = color.RGBA{c.B, c.R / 2, c.G, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 92}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// apart is the mean and the largest difference of two pictures.
func apart(a, b []uint8) (mean float64, most int) {
	for i := range a {
		d := int(a[i]) - int(b[i])
		d = max(d, -d)
		mean += float64(d) / float64(len(a))
		most = max(most, d)
	}
	return mean, most
}

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

// Red, green and blue of pictures that are not planar are within one grey level of the twin. A JPEG's planes are about one
// level off on average; at edges of colour they differ by more, as the twin repeats a sample of colour over four pixels and
// the planes have it interpolated.
func TestWarp(t *testing.T) {
	whole, err := jpeg.Decode(bytes.NewReader(photo(t, 251, 187)))
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
		}{{"planes", whole, 1.5, 40}, {"rgb", rgba, 0.5, 1}, {"grey", grey, 0.5, 1}, {"part", rgba.SubImage(image.Rect(10, 20, 170, 180)), 0.5, 1},
			{"part of planes", whole.(*image.YCbCr).SubImage(image.Rect(10, 20, 170, 180)), 1.5, 40}} {
			got := make([]uint8, size*size*3)
			warp(c.img, size, size, got)
			mean, most := apart(got, warped(c.img, size, size))
			if mean > c.mean || most > c.most {
				t.Errorf("%s to %d px: %.2f grey levels off on average, %d at most, want at most %.1f and %d", c.name, size, mean, most, c.mean, c.most)
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
	for name, data := range map[string][]byte{"colour": photo(t, 251, 187), "one pixel": photo(t, 1, 1), "grey": grey.Bytes()} {
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
				if _, most := apart(planes[i].Pix[y*planes[i].Stride:][:p.W], p.Pix[y*p.Stride:][:p.W]); most > 2 {
					t.Fatalf("%s: row %d of plane %d is %d levels off", name, y, i, most)
				}
			}
		}
	}
}

// What libjpeg-turbo warns of, Go judges: a file that is cut off is bad with either decoder.
func TestTurboLeavesDamage(t *testing.T) {
	fast := turboOf(t)
	whole := photo(t, 100, 80)
	cut := whole[:len(whole)*2/3]
	_, want := jpeg.Decode(bytes.NewReader(cut))
	err := (&decoder{fast: fast}).rgb(cut, 50, 50, true, make([]uint8, 7500))
	if want == nil || err == nil || err.Error() != want.Error() {
		t.Errorf("error %v for a file that is cut off, want Go's: %v", err, want)
	}
}

// TestTurboIsOtherData: a source says who decoded it, by its digest and to a pack; resized pictures are of version 2.
func TestTurboIsOtherData(t *testing.T) {
	turboOf(t)
	dir := writeTree(t, map[string][]byte{"train/a/1.JPEG": photo(t, 90, 70), "test/a/2.JPEG": photo(t, 70, 90)})
	open := func(d Decoder) Source {
		src, err := Open(t.Context(), dir, Options{Size: 40, Decoder: d})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { src.(*Folder).Close() })
		return src
	}
	slow, fast := open(DecoderGo), open(DecoderTurbo)
	if slow.Digest() == fast.Digest() {
		t.Error("the digests are equal, whatever decodes")
	}
	out := t.TempDir()
	if _, err := Pack(t.Context(), fast, out, PackOptions{}); err != nil {
		t.Fatal(err)
	}
	packed := openPacked(t, out)
	if packed.Digest() != fast.Digest() || packed.file.Decoder != "libjpeg-turbo" {
		t.Errorf("the pack has digest %s and decoder %q, want %s and libjpeg-turbo", packed.Digest(), packed.file.Decoder, fast.Digest())
	}
	a, b := make([]uint8, 4800), make([]uint8, 4800)
	if err := slow.Image(Train, 0, a); err != nil {
		t.Fatal(err)
	}
	if err := packed.Image(Train, 0, b); err != nil {
		t.Fatal(err)
	}
	if mean, most := apart(a, b); mean > 0.5 || most > 6 {
		t.Errorf("the decoders' pictures are %.2f grey levels apart, %d at most", mean, most)
	}
	if _, err := Pack(t.Context(), slow, out, PackOptions{}); err == nil {
		t.Error("Go's pictures were packed over libjpeg-turbo's")
	}
}
