package datatest

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"testing"

	"coadapt/gomlxnet/splitmix"
)

// ManyPictures makes a folder of the test with train/<class>/ and test/<class>/, of each class a tenth for testing. The
// pictures are hard links to 300 JPEGs of 64 px, 4:2:0, quality 90, waves of colour under grain: a listing takes them
// for as many files, and a disk has them once.
func ManyPictures(t testing.TB, classes, perClass int) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "set")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	const distinct = 300
	file := func(i int) string { return filepath.Join(dir, "..", fmt.Sprintf("%d.jpg", i)) }
	must(os.Mkdir(dir, 0o755))
	for i := range distinct {
		must(os.WriteFile(file(i), grainy(t, uint64(i)), 0o644))
	}
	for c := range classes {
		for part, from := range map[string]int{"train": (perClass + 9) / 10, "test": 0} {
			to := perClass
			if part == "test" {
				to = (perClass + 9) / 10
			}
			folder := filepath.Join(dir, part, fmt.Sprintf("class%04d", c))
			must(os.MkdirAll(folder, 0o755))
			for i := from; i < to; i++ {
				must(os.Link(file((c*perClass+i)%distinct), filepath.Join(folder, fmt.Sprintf("picture%04d.jpg", i))))
			}
		}
	}
	return dir
}

// grainy is a JPEG of 64 px.
func grainy(t testing.TB, seed uint64) []byte {
	t.Helper()
	r := splitmix.New(seed)
	wave := func() func(x, y int) float64 {
		a, b, c := float64(r.IntN(100))/300, float64(r.IntN(100))/300, float64(r.IntN(628))/100
		return func(x, y int) float64 { return 50 * math.Sin(a*float64(x)+b*float64(y)+c) }
	}
	red, green, blue := wave(), wave(), wave()
	m := image.NewRGBA(image.Rect(0, 0, 64, 64))
	for y := range 64 {
		for x := range 64 {
			grain := float64(r.IntN(40))
			at := func(w func(x, y int) float64) uint8 { return uint8(108 + w(x, y) + grain) }
			m.SetRGBA(x, y, color.RGBA{at(red), at(green), at(blue), 255})
		}
	}
	return encoded(t, m, 90)
}
