package figure

import (
	"bytes"
	"strings"
	"testing"

	"coadapt/transfer/probing"
)

// number is a value of a probe.
func number(probe, layer, name, unit string, x float64) probing.Value {
	return probing.Value{Probe: probe, Net: "0/baseB", Layer: layer, Name: name, Unit: unit, Value: &x}
}

// words are what a figure says.
func words(t *testing.T, f *Figure) string {
	t.Helper()
	var svg bytes.Buffer
	if err := f.SVG(&svg); err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(textOf(t, svg.Bytes())), " ")
}

// TestProbedLayers has a frame for each value, and for a stitch one for each pair, with the failing control named.
func TestProbedLayers(t *testing.T) {
	values := []probing.Value{
		number(
			"scale",
			"conv1",
			probing.RMS,
			"1",
			2.5,
		), number("scale", "conv1", probing.EffectiveRank, "directions", 40),
		number(
			"scale",
			"conv2",
			probing.RMS,
			"1",
			0.5,
		), number("scale", "conv2", probing.EffectiveRank, "directions", 20),
	}
	f, err := Probed(values, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := "effective rank, 0/baseB: conv1 40.0, conv2 20.0."; !strings.Contains(f.Alt(), want) {
		t.Errorf("%s; want %q in it", f.Alt(), want)
	}
	for _, want := range []string{"root mean square", "effective rank", "directions", "conv2"} {
		if !strings.Contains(words(t, f), want) {
			t.Errorf("the figure does not say %q: %s", want, words(t, f))
		}
	}
	failing := number("stitch", "conv2", probing.StitchRandom, "share", 0.5)
	failing.Control, failing.Reason = probing.Fails, "a random net serves as well"
	values = []probing.Value{failing, number("stitch", "", probing.Receiver, "share", 0.7),
		number(
			"stitch",
			"conv1",
			probing.Stitched,
			"share",
			0.6,
		), number("stitch", "conv2", probing.Stitched, "share", 0.4),
		number("stitch", "conv1", probing.StitchFit, "share of variance", 0.9)}
	for i := range values {
		values[i].Other = "0/B1B"
	}
	if f, err = Probed(values, Options{}); err != nil {
		t.Fatal(err)
	}
	if said := words(t, f); !strings.Contains(said, "A control fails at conv2: a random net serves as well.") ||
		!strings.Contains(said, "0/baseB and 0/B1B") || strings.Index(said, "conv1") > strings.Index(said, "conv2") {
		t.Errorf("the figure says %s", said)
	}
	if !strings.Contains(f.Alt(), "accuracy, stitched: conv1 0.600, conv2 0.400.") ||
		strings.Contains(f.Alt(), "0.900") {
		t.Errorf("alt %s", f.Alt())
	}
}

// TestProbedNulls has what permuted labels give as bars in the frame of the value, in words, and explained.
func TestProbedNulls(t *testing.T) {
	const name = probing.LinearAccuracy
	values := []probing.Value{
		number("linear", "conv1", name, "share", 0.7), number("linear", "conv1", name+probing.Permuted, "share", 0.25),
		number("linear", "conv1", name+probing.Permuted+probing.From, "share", 0.2),
		number("linear", "conv1", name+probing.Permuted+probing.To, "share", 0.3),
		number("linear", "conv1", name+probing.PermutedP, "1", 0.025),
		number("linear", "fc7", name, "share", 0.9),
	}
	f, err := Probed(values, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := "Probe linear. " + name + ", 0/baseB: conv1 0.700, fc7 0.900. " + name +
		", labels permuted, 0/baseB: conv1 0.250 [0.200, 0.300]."
	if f.Alt() != want {
		t.Errorf("alt %s, want %s", f.Alt(), want)
	}
	if said := words(t, f); !strings.Contains(said, "A bar is what permuted labels give") {
		t.Errorf("the figure does not say what a bar is: %s", said)
	}
	painted := func(f *Figure) int {
		var svg bytes.Buffer
		if err := f.SVG(&svg); err != nil {
			t.Fatal(err)
		}
		return strings.Count(svg.String(), "opacity")
	}
	plain, err := Probed(append(values[:1:1], values[5]), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if a, b := painted(f), painted(plain); a != b+1 {
		t.Errorf("%d areas, %d without a null: want one more", a, b)
	}
}

// TestProbedCKA has a matrix with the diagonal in its alternative text, and no figure for layers that differ.
func TestProbedCKA(t *testing.T) {
	var values []probing.Value
	for _, name := range []string{probing.CKAUnbiased, probing.CKAWithin} {
		for _, a := range []string{"conv1", "conv2"} {
			for _, b := range []string{"conv1", "conv2"} {
				v := number("cka", a, name, "1", map[bool]float64{true: 0.9, false: -0.2}[a == b])
				v.Beside, v.Other = b, "0/B1B"
				values = append(values, v)
			}
		}
	}
	f, err := Probed(values, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := "unbiased CKA of 0/baseB and 0/B1B, layer by layer: conv1 0.900, conv2 0.900."; !strings.Contains(
		f.Alt(),
		want,
	) {
		t.Errorf("%s; want %q", f.Alt(), want)
	}
	if said := words(t, f); !strings.Contains(said, "within-class CKA") ||
		!strings.Contains(said, "0/baseB down, 0/B1B across") {
		t.Errorf("the figure says %s", said)
	}
	if _, err := Probed(values[:3], Options{}); err == nil {
		t.Error("no error for a matrix that lacks a value")
	}
	// The cut of B1B is a red line in both matrices; two base nets have none.
	lines := func(values []probing.Value) int {
		f, err := Probed(values, Options{})
		if err != nil {
			t.Fatal(err)
		}
		var svg bytes.Buffer
		if err := f.SVG(&svg); err != nil {
			t.Fatal(err)
		}
		return strings.Count(strings.ToUpper(svg.String()), "#A8201A")
	}
	marked := lines(values)
	for i := range values {
		values[i].Other = "0/baseA"
	}
	if plain := lines(values); plain != 0 || marked != 2 {
		t.Errorf("%d red lines for a net with a cut and %d for one without, want 2 and 0", marked, plain)
	}
}

// TestProbedPath has the barrier with its interval.
func TestProbedPath(t *testing.T) {
	var values []probing.Value
	for i, x := range []float64{1, 3, 1} {
		at := float64(i) / 2
		v := number("path", "", probing.PathLoss, "nats", x)
		v.At = &at
		values = append(values, v)
	}
	for name, x := range map[string]float64{"": 2, probing.From: 1.5, probing.To: 2.5} {
		values = append(values, number("path", "", probing.Barrier+probing.PathLoss+name, "nats", x))
	}
	for i := range values {
		values[i].Other = "0/B1B+"
	}
	f, err := Probed(values, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := "Barrier of test loss: 0/baseB and 0/B1B+ 2.00 [1.50, 2.50]."; !strings.Contains(f.Alt(), want) ||
		!strings.Contains(words(t, f), want) {
		t.Errorf("%s; want %q", f.Alt(), want)
	}
}

// TestProbedRefuses names what it cannot draw.
func TestProbedRefuses(t *testing.T) {
	mixed := []probing.Value{number("scale", "conv1", "x", "1", 1), number("knn", "conv1", "y", "share", 1)}
	for want, values := range map[string][]probing.Value{
		"scale and knn":         mixed,
		"none of them a number": {{Probe: "scale"}},
		"no value has a layer":  {number("knn", "", "x", "share", 1)}} {
		if _, err := Probed(values, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
