package figure

import (
	"bytes"
	"encoding/xml"
	"flag"
	"fmt"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coadapt/transfer"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with a file of testdata; go test -update writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; look at the change and run the test with -update if it is meant. Got:\n%.2000s", path,
			got)
	}
}

// example has every condition, two seeds at some cuts, and nets that are no numbers.
func example(t testing.TB) []transfer.Result {
	t.Helper()
	results := []transfer.Result{
		result(t, "baseA", 1840, 5000), result(t, "baseB", 1800, 5000), result(t, "baseB#1", 1850, 5000),
	}
	for n := 1; n <= 7; n++ {
		results = append(results,
			result(t, fmt.Sprintf("B%dB", n), 1830-20*min(n, 8-n), 5000),
			result(t, fmt.Sprintf("B%dB+", n), 1850+5*n, 5000),
			result(t, fmt.Sprintf("A%dB", n), 1850-100*n, 5000),
			result(t, fmt.Sprintf("A%dB#1", n), 1860-95*n, 5000),
			result(t, fmt.Sprintf("A%dB+", n), 1900+10*n, 5000))
		if n < 5 {
			results = append(results, result(t, fmt.Sprintf("R%dB", n), 1700-300*n, 5000))
		} else {
			results = append(results, failed(t, fmt.Sprintf("R%dB", n)))
		}
	}
	return append(results, failed(t, "B4B#1"))
}

func TestSVG(t *testing.T) {
	f, err := Curve(example(t), Options{Title: "Half < half & seeds", Caption: "Made up."})
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := f.SVG(&buf); err != nil {
		t.Fatal(err)
	}
	golden(t, "curve.svg", buf.Bytes())
	for d := xml.NewDecoder(&buf); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("not XML: %v", err)
		}
	}
}

// The order in which nets finish changes no figure.
func TestOrderOfResults(t *testing.T) {
	results := example(t)
	var want, got bytes.Buffer
	for i, buf := range []*bytes.Buffer{&want, &got} {
		if i == 1 {
			slices.Reverse(results)
		}
		f, err := Curve(results, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SVG(buf); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(want.Bytes(), got.Bytes()) {
		t.Error("the figure depends on the order of the results")
	}
}

func TestPNG(t *testing.T) {
	f, err := Curve(example(t), Options{Width: 5, Height: 4})
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := f.PNG(&buf, 100); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(&buf)
	if err != nil {
		t.Fatal(err)
	}
	if size := img.Bounds().Size(); size.X != 500 || size.Y != 400 {
		t.Errorf("%v pixels, want 500 by 400", size)
	}
	seen := make(map[color.NRGBA]int)
	for y := range 400 {
		for x := range 500 {
			seen[color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)]++
		}
	}
	for _, tr := range transfer.Treatments() {
		if l := lookOf(tr); seen[l.color] == 0 {
			t.Errorf("no pixel has the colour of %s", tr)
		}
	}
	if white := seen[paper]; white < 100_000 || white > 190_000 {
		t.Errorf("%d of 200000 pixels are white, want most but not nearly all", white)
	}
	if err := f.PNG(io.Discard, 0); err == nil {
		t.Error("0 dots an inch did not fail")
	}
}

func TestAlt(t *testing.T) {
	f, err := Curve([]transfer.Result{result(t, "baseB", 500, 1000), result(t, "A3B", 400, 1000), failed(t, "A5B")},
		Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := "Transfer curve: top-1 accuracy on B against the cut n. Means: base 0.500; AnB at n = 3: 0.400, " +
		"5: no number."
	if f.Alt() != want {
		t.Errorf("%q, want %q", f.Alt(), want)
	}
}

func TestCurveOfFewNets(t *testing.T) {
	for _, results := range [][]transfer.Result{
		{result(t, "baseB", 500, 1000)},
		{failed(t, "baseB")},
		{failed(t, "A5B")},
		{result(t, "R5B", 0, 10)},
		{result(t, "A5B", 10, 10), result(t, "A5B#1", 10, 10)},
	} {
		f, err := Curve(results, Options{})
		if err != nil {
			t.Fatal(err)
		}
		var buf bytes.Buffer
		if err := f.SVG(&buf); err != nil {
			t.Error(err)
		}
		if s := buf.String(); strings.Contains(s, "NaN") || strings.Contains(s, "Inf") {
			t.Errorf("%v: the drawing holds a number that is none", results[0].Net)
		}
	}
}

func TestCurveRefuses(t *testing.T) {
	r := result(t, "A3B", 1, 10)
	other := r
	other.Key = "another"
	for what, c := range map[string]struct {
		results []transfer.Result
		opt     Options
	}{
		"no results":       {nil, Options{}},
		"two experiments":  {[]transfer.Result{r, other}, Options{}},
		"too small":        {[]transfer.Result{r}, Options{Width: 1}},
		"too few layers":   {[]transfer.Result{r}, Options{Layers: []string{"one"}}},
		"cut beyond layer": {[]transfer.Result{result(t, "A8B", 1, 10)}, Options{}},
	} {
		if _, err := Curve(c.results, c.opt); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}

// Nets of the same experiment stand behind the curve: on the same tasks and at the same places, in no mean, and the
// note counts those that failed.
func TestNetsBehindACurve(t *testing.T) {
	results := []transfer.Result{result(t, "baseB", 1800, 5000), result(t, "B4B", 1700, 5000),
		result(t, "A4B", 1600, 5000)}
	behind := []transfer.Result{
		result(t, "baseB#1", 1850, 5000), result(t, "B4B#1", 1500, 5000), failed(t, "B4B#2"),
		result(t, "A4B#1", 900, 5000),
		result(t, "A4A#1", 400, 5000), result(t, "B5B#1", 300, 5000), // another task, another cut: not drawn
	}
	alone, err := Curve(results, Options{})
	if err != nil {
		t.Fatal(err)
	}
	f, err := Curve(results, Options{Behind: behind})
	if err != nil {
		t.Fatal(err)
	}
	if f.Alt() != alone.Alt() || len(f.Points()) != len(alone.Points()) {
		t.Errorf("nets behind changed the means: %s; want %s", f.Alt(), alone.Alt())
	}
	var with, without bytes.Buffer
	if err := f.SVG(&with); err != nil {
		t.Fatal(err)
	}
	if err := alone.SVG(&without); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Boxes: from the lowest to the highest of 1 to 2 saved nets",
		"not a number: BnB at n = 4: 1 of 2"} {
		if words := strings.Join(strings.Fields(textOf(t, with.Bytes())), " "); !strings.Contains(words, want) {
			t.Errorf("the figure does not say %q: %s", want, words)
		}
	}
	// The lowest net that stands at a place is the A4B of 0.18; the frame reaches down to it and not to those of
	// other places.
	if _, _, low, _ := newCurve(f.Points(), Summarise(behind[:4]), 7).DataRange(); low > 0.18 || low < 0.1 {
		t.Errorf("the frame begins at %v, want a little below 0.18", low)
	}
	for _, c := range []transfer.Treatment{transfer.Selffer, transfer.Transfer} {
		col := faded(lookOf(c).color)
		fill := fmt.Sprintf("fill:#%02X%02X%02X", col.R, col.G, col.B)
		if n, before := strings.Count(with.String(), fill), strings.Count(without.String(), fill); n != before+1 {
			t.Errorf("%d boxes of %s, want one", n-before, c)
		}
	}
	other := result(t, "B4B", 1600, 5000)
	other.Key = "another"
	if _, err := Curve(results, Options{Behind: []transfer.Result{other}}); err == nil {
		t.Error("nets of another experiment are drawn behind a curve")
	}
}

// textOf is the text of an SVG.
func textOf(t *testing.T, svg []byte) string {
	t.Helper()
	var words []string
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		token, err := d.Token()
		if err == io.EOF {
			return strings.Join(words, " ")
		}
		if err != nil {
			t.Fatal(err)
		}
		if s, ok := token.(xml.CharData); ok {
			words = append(words, string(s))
		}
	}
}
