package datatest

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"testing"
)

// PNG makes a picture of one colour.
func PNG(t testing.TB, w, h int, c color.Color) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		m.Set(i%w, i/w, c)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// JPEG makes a picture of one grey.
func JPEG(t testing.TB, w, h int, grey uint8) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = grey
	}
	return encoded(t, m, jpeg.DefaultQuality)
}

// Photo is a JPEG as a camera makes them: soft waves of colour, an edge, 4:2:0, with sides that fill no whole block.
func Photo(t testing.TB, w, h int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			a, b := float64(x)/23, float64(y)/31
			c := color.RGBA{
				uint8(128 + 90*math.Sin(a+b)),
				uint8(128 + 90*math.Sin(a-2*b)),
				uint8(128 + 90*math.Cos(2*a)*math.Sin(b)),
				255,
			}
			if x > w/2 && y > h/2 {
				c = color.RGBA{c.B, c.R / 2, c.G, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	return encoded(t, m, 92)
}

// encoded is a picture as a JPEG.
func encoded(t testing.TB, m image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
