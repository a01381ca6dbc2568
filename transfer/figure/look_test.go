package figure

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"strings"
	"testing"
)

// The scale of activations: its ends, and the colours that Moreland gives for it (kennethmoreland.com/color-advice,
// "black body":
// 0.39 is 178,34,34, 0.58 is 227,105,5, 0.84 is 238,210,20), whose luminance rises.
func TestHeat(t *testing.T) {
	s := heat(0, 2)
	for v, want := range map[float64]color.NRGBA{0: {0, 0, 0, 255}, 2: {255, 255, 255, 255}, -1: {0, 0, 0, 255},
		9:    {255, 255, 255, 255},
		0.78: {178, 34, 34, 255}, 1.16: {227, 105, 5, 255}, 1.68: {238, 210, 20, 255}} {
		got := s.at(v)
		// 256 steps, a nearby one
		if d := max(distance(got.R, want.R), distance(got.G, want.G), distance(got.B, want.B)); d > 6 {
			t.Errorf("%v of 2 is %v, want %v", v, got, want)
		}
	}
	luminance := func(c color.NRGBA) float64 { // relative, sRGB
		sum := 0.0
		for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
			v := float64([]uint8{c.R, c.G, c.B}[i]) / 255
			if v <= 0.04045 {
				v /= 12.92
			} else {
				v = math.Pow((v+0.055)/1.055, 2.4)
			}
			sum += weight * v
		}
		return sum
	}
	up, down := heat(0, 255), shade(0, 255)
	for i := 1; i < 256; i++ {
		if luminance(up.colors[i]) < luminance(up.colors[i-1])-1e-3 ||
			luminance(down.colors[i]) > luminance(down.colors[i-1])+1e-3 {
			t.Errorf("luminance turns at step %d", i)
		}
	}
	if white := (color.NRGBA{255, 255, 255, 255}); down.at(0) != white {
		t.Errorf("a share of 0 is %v, want white", down.at(0))
	}
	if same := heat(3, 3); same.at(3) != (color.NRGBA{0, 0, 0, 255}) {
		t.Error("where all values are one, they are not the lowest")
	}
}

func TestShort(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 12.34: "12.3", 9.996: "10.0", 9.5: "9.50", 0.341: "0.341",
		1: "1.00", 123.4: "123", 1234: "1234", -6.234: "-6.23", 0.0012: "0.0012", 0.9996: "1.00"} {
		if got := short(v); got != want {
			t.Errorf("%v is %q, want %q", v, got, want)
		}
	}
}

// A filter of one pixel: its largest weight is full, the opposite black, 0 grey; half of it in between.
func TestFilters(t *testing.T) {
	banks := []FilterBank{
		{"0/baseA", 1, [][]float32{{0.5, 0, -0.5}, {0.02, 0.01, -0.04}}},
		{"0/baseB", 1, [][]float32{{0, 0, 0}}},
		{"0/A3B", 1, [][]float32{{0.5, 0, -0.5}, {0.02, 0.01, -0.04}}},
	}
	f, err := Filters(banks, Options{})
	if err != nil {
		t.Fatal(err)
	}
	img := decoded(t, f, 192)
	// Half of the page's 1216 dots, less half a gap and 48 for numbers: 541 for 8 columns and the 6 dots between them.
	side := 62
	// 0.02 of 0.04: 127.5·1.5
	for c, want := range map[color.NRGBA]int{{255, 128, 0, 255}: 2, {191, 159, 0, 255}: 2, {128, 128, 128, 255}: 1} {
		if n, _ := spots(img, c); n < want*side*side || n > want*side*side+500 { // text and scale have some greys, too
			t.Errorf("colour %v: %d pixels, want %d blocks of %d by %d", c, n, want, side, side)
		}
	}
	// 0 and 3·(0.01/3)²/0.0021 = 1.6%
	want := "Filters of the first layer. 0/baseA: 2 of 1 by 1 pixels, their largest weights from 0.040 to 0.500, 1% " +
		"grey. 0/baseB: 1 of 1 by 1 pixels, their largest weights from 0 to 0, 0% grey. 0/A3B: 2 of 1 by 1 pixels, " +
		"their largest weights from 0.040 to 0.500, 1% grey, bit for bit those of 0/baseA."
	if f.Alt() != want {
		t.Errorf("%q, want %q", f.Alt(), want)
	}
	for name, b := range map[string][]FilterBank{"no net": nil, "there is none": {{Net: "x", Size: 1}},
		"number 0 has 2 weights": {{"x", 1, [][]float32{{1, 2}}}}} {
		if _, err := Filters(b, Options{}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want it to say %q", err, name)
		}
	}
}

func onePixel(t *testing.T, v uint8, words ...string) Picture {
	return Picture{mustRGB(t, 1, 1, v, 2*v, 5), words}
}

// Two units of 1 by 2 places: each map on the common scale, the silent unit black.
func TestActivations(t *testing.T) {
	m := Maps{
		Picture: onePixel(t, 77, "test picture 3: cat", "taken for dog"),
		Net:     "0/A3B",
		Layer:   "conv2",
		Height:  1,
		Width:   2,
		Units:   2,
		Values:  []float32{0.25, 0, 0.5, 0},
	} // place 0: units 0 and 1, place 1
	f, err := Activations(m, Options{})
	if err != nil {
		t.Fatal(err)
	}
	img := decoded(t, f, 192)
	half := heat(0, 0.5).at(0.25)
	at := aBlock(
		t,
		img,
		half,
		50,
		50,
	) // 1216 dots less 288, a gap and 48 for numbers: 8 columns of two pixels, with 6 dots between them
	aBlock(t, img, color.NRGBA{77, 154, 5, 255}, 288, 288)                 // the picture
	if c := img.At(at.Max.X+10, at.Min.Y+10); !isColor(c, 255, 255, 255) { // the highest, right of it
		t.Errorf("unit 0's second place is %v, want white", c)
	}
	for x := at.Min.X + 2*50 + 6; x < at.Min.X+4*50+6; x += 20 { // the other unit, six dots on
		if c := img.At(x, at.Min.Y+20); !isColor(c, 0, 0, 0) {
			t.Errorf("the silent unit is %v at %d, want black", c, x)
		}
	}
	want := "Activations of 0/A3B, layer conv2, for one picture (test picture 3: cat, taken for dog): 2 units of 1 " +
		"by 2, from 0 to 0.500, the highest in unit 0. 1 of 2 units is 0 everywhere."
	if f.Alt() != want {
		t.Errorf("%q, want %q", f.Alt(), want)
	}
}

func isColor(c color.Color, r, g, b uint8) bool {
	return color.NRGBAModel.Convert(c) == color.Color(color.NRGBA{r, g, b, 255})
}

// A layer without places: a block a unit, 32 a row, on one scale that goes down to the lowest where that is below 0.
func TestActivationStrip(t *testing.T) {
	values := make([]float32, 40)
	values[33], values[0] = 3, -1
	f, err := Activations(
		Maps{Picture: onePixel(t, 77, "x"), Net: "n", Layer: "fc8", Height: 1, Width: 1, Units: 40, Values: values},
		Options{},
	)
	if err != nil {
		t.Fatal(err)
	}
	img := decoded(t, f, 192)
	zero := heat(-1, 3).at(0)
	count, around := spots(img, zero)
	const side = 26 // 32 of them in what is right of the picture: 842 dots
	if around.Dx() != 32*side || count < 38*side*side {
		t.Fatalf("zeros: %d pixels within %v", count, around)
	}
	if c := img.At(around.Min.X+side+side/2, around.Min.Y+side+side/2); !isColor(c, 255, 255, 255) {
		t.Errorf("unit 33 is %v, want white: the second of the second row", c)
	}
	if c := img.At(around.Min.X+side/2, around.Min.Y+side/2); !isColor(c, 0, 0, 0) {
		t.Errorf("unit 0 is %v, want black", c)
	}
	if c := img.At(around.Min.X+8*side+side/2, around.Min.Y+side+side/2); !isColor(c, 0xe9, 0xe9, 0xe9) {
		t.Errorf("where unit 40 would be is %v, want grey", c)
	}
	if want := ": 40 units, from -1.00 to 3.00, the highest in unit 33. 38 of 40 units are 0."; !strings.HasSuffix(
		f.Alt(),
		want,
	) {
		t.Errorf("%q, want it to end in %q", f.Alt(), want)
	}
	for _, bad := range []Maps{{Net: "n", Height: 1, Width: 1, Units: 2, Values: []float32{1}},
		{Net: "n", Height: 1, Width: 1, Units: 1, Values: []float32{float32(math.NaN())}}} {
		bad.Picture = onePixel(t, 1)
		if _, err := Activations(bad, Options{}); err == nil {
			t.Errorf("%d values of %d units, or a NaN, were drawn", len(bad.Values), bad.Units)
		}
	}
}

func TestPatches(t *testing.T) {
	patch := func(v uint8, class string, value float64) Patch {
		return Patch{mustRGB(t, 1, 1, v, 0, 9), class, value}
	}
	f, err := Patches(
		"0/baseB",
		"conv3",
		[]Excited{
			{7, []Patch{patch(90, "cat", 9.5), patch(100, "dog", 8.25)}},
			{12, nil},
			{3, []Patch{patch(110, "cat", 1)}},
		},
		Options{},
	)
	if err != nil {
		t.Fatal(err)
	}
	img := decoded(t, f, 192)
	a := aBlock(t, img, color.NRGBA{90, 0, 9, 255}, 132, 132)
	b := aBlock(t, img, color.NRGBA{100, 0, 9, 255}, 132, 132)
	c := aBlock(t, img, color.NRGBA{110, 0, 9, 255}, 132, 132)
	if b.Min != a.Min.Add(image.Pt(138, 0)) || c.Min.X != a.Min.X || c.Min.Y <= a.Max.Y {
		t.Errorf("patches at %v, %v and %v", a, b, c)
	}
	want := "Patches of test pictures that excite units of 0/baseB, layer conv3, most. Unit 7: cat (9.50), dog " +
		"(8.25). Unit 12 is silent. Unit 3: cat (1.00)."
	if f.Alt() != want {
		t.Errorf("%q, want %q", f.Alt(), want)
	}
	for name, rows := range map[string][]Excited{
		"no unit": nil, "want one size": {{1, []Patch{patch(1, "x", 1), {mustRGB(t, 2, 1, 1, 2, 3, 4, 5, 6), "x", 1}}}},
		"is NaN": {{1, []Patch{patch(1, "x", math.NaN())}}},
	} {
		if _, err := Patches("n", "l", rows, Options{}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want it to say %q", err, name)
		}
	}
}

// A matrix of two classes: a cell is 96 by 96 dots and as dark as its share of the row.
func TestConfusion(t *testing.T) {
	f, err := Confusion(Confused{"0/baseB", []string{"cat", "dog"}, [][]int{{3, 1}, {0, 12}}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	img, s := decoded(t, f, 192), shade(0, 1)
	var at []image.Rectangle
	for _, share := range []float64{0.75, 0.25, 1} {
		n, r := spots(img, s.at(share))
		if r.Dx() < 96 || r.Dy() < 96 ||
			n < 96*96*3/4 { // the percentage is written into it; the scale below has the colour again
			t.Errorf("share %v: %d pixels within %v", share, n, r)
		}
		at = append(at, image.Rectangle{r.Min, r.Min.Add(image.Pt(96, 96))})
	}
	if at[1].Min.X < at[0].Max.X-96 || at[2].Min.Y < at[0].Max.Y-1 {
		t.Errorf("cells at %v", at)
	}
	// Wilson's interval of 15 of 16: R's prop.test(15, 16, correct = FALSE), 0.7167 to 0.9889.
	want := "Confusion of 2 classes by 0/baseB: accuracy 0.938 (15 of 16 test pictures; 95% Wilson 0.717 to 0.989). " +
		"Most often taken: cat for dog (1 of 4)."
	if f.Alt() != want {
		t.Errorf("%q, want %q", f.Alt(), want)
	}
	if f.title != "0/baseB: accuracy 0.938 (15 of 16 test pictures; 95% Wilson 0.717 to 0.989)" {
		t.Errorf("title %q", f.title)
	}
	for name, m := range map[string]Confused{
		"1 classes":               {"n", []string{"a"}, [][]int{{1}}},
		"row 1 has counts [1]":    {"n", []string{"a", "b"}, [][]int{{1, 0}, {1}}},
		"row 0 has counts [-1 1]": {"n", []string{"a", "b"}, [][]int{{-1, 1}, {0, 0}}},
		"confusion of n":          {"n", []string{"a", "b"}, [][]int{{0, 0}, {0, 0}}},
	} {
		if _, err := Confusion(m, Options{}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want it to say %q", err, name)
		}
	}
}

// The five most frequent confusions are told, of equal ones those of the first class.
func TestConfusionTellsTheMostFrequent(t *testing.T) {
	m := Confused{Net: "n"}
	for i := range 8 {
		m.Classes = append(m.Classes, fmt.Sprint("c", i))
		row := make([]int, 8)
		row[i], row[(i+1)%8] = 10, 2
		m.Counts = append(m.Counts, row)
	}
	m.Counts[6][0] = 5
	f, err := Confusion(m, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := "Most often taken: c6 for c0 (5 of 17), c0 for c1 (2 of 12), c1 for c2 (2 of 12), c2 for c3 (2 of " +
		"12), c3 for c4 (2 of 12)."; !strings.HasSuffix(
		f.Alt(),
		want,
	) {
		t.Errorf("%q, want it to end in %q", f.Alt(), want)
	}
}
