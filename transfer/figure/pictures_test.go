package figure

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"image"
	"image/color"
	"image/png"
	"io"
	"regexp"
	"strings"
	"testing"
)

// decoded is a figure as pixels.
func decoded(t testing.TB, f *Figure, dpi int) image.Image {
	t.Helper()
	var buf bytes.Buffer
	if err := f.PNG(&buf, dpi); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(&buf)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// spots are where a colour is: its pixels, and the rectangle around them.
func spots(img image.Image, c color.NRGBA) (count int, around image.Rectangle) {
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if color.NRGBAModel.Convert(img.At(x, y)) == color.Color(c) {
				count++
				around = around.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return count, around
}

// aBlock checks that a colour fills one rectangle of width by height pixels, and says where.
func aBlock(t *testing.T, img image.Image, c color.NRGBA, width, height int) image.Rectangle {
	t.Helper()
	count, around := spots(img, c)
	if count != width*height || around.Dx() != width || around.Dy() != height {
		t.Errorf("colour %v: %d pixels within %v, want one block of %d by %d", c, count, around, width, height)
	}
	return around
}

func mustRGB(t *testing.T, width, height int, pixels ...uint8) image.Image {
	t.Helper()
	img, err := RGB(pixels, width, height)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// Every pixel of a picture is a block of its own colour, in its place, at any resolution.
func TestPicturesAreBlocks(t *testing.T) {
	red, green, blue, sand := color.NRGBA{200, 10, 20, 255}, color.NRGBA{30, 190, 40, 255},
		color.NRGBA{50, 60, 180, 255}, color.NRGBA{170, 160, 70, 255}
	f, err := Pictures([]Gallery{{Title: "task A", Pictures: []Picture{
		{mustRGB(t, 2, 2, 200, 10, 20, 30, 190, 40, 50, 60, 180, 170, 160, 70), []string{"cat"}}}}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for dpi, side := range map[int]int{192: 66, 96: 33, 384: 132} { // 132 dots for two pixels at 192
		img := decoded(t, f, dpi)
		r, g, b, s := aBlock(t, img, red, side, side), aBlock(t, img, green, side, side),
			aBlock(t, img, blue, side, side), aBlock(t, img, sand, side, side)
		if g.Min != r.Min.Add(image.Pt(side, 0)) || b.Min != r.Min.Add(image.Pt(0, side)) ||
			s.Min != r.Min.Add(image.Pt(side, side)) {
			t.Errorf("at %d dots an inch the blocks lie at %v, %v, %v, %v", dpi, r, g, b, s)
		}
	}
	if want := "Pictures. task A: cat."; f.Alt() != want {
		t.Errorf("%q, want %q", f.Alt(), want)
	}
}

// Two galleries stand side by side, each picture at the same size.
func TestTwoGalleries(t *testing.T) {
	one := func(v uint8) Picture { return Picture{mustRGB(t, 1, 1, v, v/2, 0), []string{"x"}} }
	f, err := Pictures([]Gallery{{"A", []Picture{one(100), one(110)}}, {"B", []Picture{one(120), one(130)}}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	img := decoded(t, f, 192)
	var at []image.Rectangle
	for _, v := range []uint8{100, 110, 120, 130} {
		at = append(at, aBlock(t, img, color.NRGBA{v, v / 2, 0, 255}, 132, 132))
	}
	for i := 1; i < 4; i++ {
		if at[i].Min.Y != at[0].Min.Y || at[i].Min.X < at[i-1].Max.X {
			t.Errorf("picture %d at %v is not right of %v", i, at[i], at[i-1])
		}
	}
	if width := img.Bounds().Dx(); at[3].Max.X > width {
		t.Errorf("the last picture ends at %d of %d", at[3].Max.X, width)
	}
}

// A picture larger than its place is averaged, not thinned out.
func TestLargePicturesAreAveraged(t *testing.T) {
	const n = 800
	pixels := make([]uint8, 3*n*n)
	for i := range n * n {
		if (i%n+i/n)%2 == 0 {
			copy(pixels[3*i:], []uint8{200, 200, 0})
		}
	}
	f, err := Pictures([]Gallery{{"A", []Picture{{mustRGB(t, n, n, pixels...), []string{"x"}}}}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	img := decoded(t, f, 192)
	mid := color.NRGBAModel.Convert(img.At(16+66, img.Bounds().Dy()-100)).(color.NRGBA)
	if mid.R < 90 || mid.R > 110 || mid.B > 5 {
		t.Errorf("the middle is %v, want about half of 200, 200, 0", mid)
	}
}

// In an SVG pictures stay sharp too, and are what they are called.
func TestPicturesInSVG(t *testing.T) {
	f, err := Pictures([]Gallery{{"A & B", []Picture{{mustRGB(t, 2, 1, 1, 2, 3, 4, 5, 6), []string{"<x>"}}}}},
		Options{})
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := f.SVG(&buf); err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`<image style="image-rendering:pixelated"[^>]* width="49.5" height="24.75" xlink:href="data:image/png;base64,([^"]*)"`).FindSubmatch(buf.Bytes())
	if m == nil {
		t.Fatalf("no sharp picture of 132 by 66 dots:\n%s", buf.String())
	}
	raw, err := base64.StdEncoding.DecodeString(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil || img.Bounds().Dx() != 2 ||
		color.NRGBAModel.Convert(img.At(1, 0)) != color.Color(color.NRGBA{4, 5, 6, 255}) {
		t.Errorf("the picture in it: %v, %v", img, err)
	}
	for d := xml.NewDecoder(&buf); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("not XML: %v", err)
		}
	}
}

func TestPicturesRefused(t *testing.T) {
	p := func(w, h int, words ...string) Picture {
		return Picture{image.NewNRGBA(image.Rect(0, 0, w, h)), words}
	}
	for name, g := range map[string][]Gallery{
		"no gallery": nil, "there is none": {{Title: "A"}},
		"want one size":    {{"A", []Picture{p(2, 2, "x"), p(2, 3, "x")}}},
		"2 lines of words": {{"A", []Picture{p(2, 2, "x", "y"), p(2, 2, "x")}}},
	} {
		if _, err := Pictures(g, Options{}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want it to say %q", err, name)
		}
	}
	if _, err := Pictures([]Gallery{{"A", []Picture{p(2, 2, "x")}}}, Options{Width: 3}); err == nil ||
		!strings.Contains(err.Error(), "want 4 to 40") {
		t.Errorf("3 inches: %v", err)
	}
	if _, err := RGB([]uint8{1, 2}, 1, 1); err == nil {
		t.Error("a picture of two bytes was made")
	}
}

func TestShorten(t *testing.T) {
	s := style(tinySize)
	if got := shorten(s, "cup", 100); got != "cup" {
		t.Errorf("%q", got)
	}
	got := shorten(s, "aquarium fish", s.Width("aquarium f…"))
	if got != "aquarium f…" {
		t.Errorf("%q", got)
	}
	if got := shorten(s, "aquarium fish", s.Width("aquarium f…")-0.1); got != "aquarium…" { // no blank before the dots
		t.Errorf("%q", got)
	}
	if got := shorten(s, "wide", 1); got != "" {
		t.Errorf("%q, want nothing where nothing fits", got)
	}
}
