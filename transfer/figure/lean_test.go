package figure

import (
	"image"
	"image/color"
	"image/draw"
	"io"
	"math/rand/v2"
	"testing"
)

func fill(img *image.RGBA, r image.Rectangle, c color.RGBA) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			img.SetRGBA(x, y, c)
		}
	}
}

// worstOf is the largest difference of a channel between two pages.
func worstOf(a, b image.Image) (worst int) {
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			p, q := color.RGBAModel.Convert(a.At(x, y)).(color.RGBA), color.RGBAModel.Convert(b.At(x, y)).(color.RGBA)
			worst = max(worst, distance(p.R, q.R), distance(p.G, q.G), distance(p.B, q.B))
		}
	}
	return worst
}

// A page with few pictures fits a palette: their colours, and those of areas, stay; shades at edges move a little.
func TestLeanPageOfFewColours(t *testing.T) {
	page, pictures := image.NewRGBA(image.Rect(0, 0, 400, 300)), shown{}
	fill(page, page.Bounds(), color.RGBA{255, 255, 255, 255})
	for i := range 160 { // pictures: one pixel each, of colours close to each other
		c := color.RGBA{uint8(i), uint8(i / 2), 7, 255}
		page.SetRGBA(i, 0, c)
		pictures[c] = true
	}
	fill(page, image.Rect(0, 10, 100, 20), color.RGBA{0xdc, 0xdc, 0xdc, 255}) // areas, near to each other
	fill(page, image.Rect(0, 20, 100, 30), color.RGBA{0xdf, 0xdf, 0xdf, 255})
	for i := range 256 { // edges: every grey, once
		page.SetRGBA(i, 40, color.RGBA{uint8(i), uint8(i), uint8(i), 255})
	}
	out, ok := lean(page, pictures).(*image.Paletted)
	if !ok {
		t.Fatal("it has no palette")
	}
	same := func(x, y int) bool { return color.RGBAModel.Convert(out.At(x, y)) == color.Color(page.RGBAAt(x, y)) }
	for i := range 160 {
		if !same(i, 0) {
			t.Errorf("picture colour %v became %v", page.At(i, 0), out.At(i, 0))
		}
	}
	for _, y := range []int{5, 15, 25} {
		if !same(50, y) {
			t.Errorf("area %v became %v", page.At(50, y), out.At(50, y))
		}
	}
	if w := worstOf(page, out); w == 0 || w > 12 {
		t.Errorf("edges moved by %d of 255, want 1 to 12", w)
	}
}

// A page of photographs keeps 32 steps; white and black stay.
func TestLeanPageOfPhotographs(t *testing.T) {
	page, pictures, rng := image.NewRGBA(image.Rect(0, 0, 100, 100)), shown{}, rand.New(rand.NewPCG(1, 2))
	for i := range page.Pix {
		page.Pix[i] = uint8(rng.IntN(256))
		if i%4 == 3 {
			page.Pix[i] = 255
		}
	}
	pictures.add(page)
	if len(pictures) <= manyColors {
		t.Fatalf("%d colours, want more than %d", len(pictures), manyColors)
	}
	page.SetRGBA(0, 0, color.RGBA{255, 255, 255, 255})
	page.SetRGBA(1, 0, color.RGBA{0, 0, 0, 255})
	out := lean(page, pictures)
	if w := worstOf(page, out); w == 0 || w > 4 {
		t.Errorf("a channel moved by %d of 255, want 1 to 4", w)
	}
	for x, want := range []uint8{255, 0} {
		if r, _, _, _ := out.At(x, 0).RGBA(); uint8(r>>8) != want {
			t.Errorf("%v became %v", page.At(x, 0), out.At(x, 0))
		}
	}
}

// What lies between stays as it is.
func TestLeanLeavesOtherPages(t *testing.T) {
	page, pictures := image.NewRGBA(image.Rect(0, 0, 100, 10)), shown{}
	for i := range 1000 {
		page.SetRGBA(i%100, i/100, color.RGBA{uint8(i), uint8(i / 4), 3, 255})
	}
	pictures.add(page)
	if out := lean(page, pictures); len(pictures) != 1000 || worstOf(page, out) != 0 {
		t.Errorf("a page of %d colours changed", len(pictures))
	}
}

// What a curve takes to become a PNG, and how much of that is spent on making it lean.
func BenchmarkPNG(b *testing.B) {
	f, err := Curve(example(b), Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("whole", func(b *testing.B) {
		for b.Loop() {
			if err := f.PNG(io.Discard, 192); err != nil {
				b.Fatal(err)
			}
		}
	})
	page := image.NewRGBA(image.Rect(0, 0, 1248, 941))
	draw.Draw(page, page.Bounds(), decoded(b, f, 192), image.Point{}, draw.Src)
	b.Run("lean", func(b *testing.B) {
		for b.Loop() {
			lean(page, nil)
		}
	})
}
