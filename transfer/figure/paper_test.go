package figure

import (
	"bytes"
	"image/png"
	"math"
	"slices"
	"strings"
	"testing"

	"coadapt/transfer"
	"coadapt/transfer/reference"
)

func published(t *testing.T) []transfer.Result {
	t.Helper()
	all, err := reference.Results(transfer.BestTen)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestFigure2Of2014: base 0.6251 and the means of ../../../shared/reference/figures.md, "Fig 2 bottom".
func TestFigure2Of2014(t *testing.T) {
	want := map[transfer.Treatment][7]float64{
		transfer.Selffer:      {0.6267, 0.6235, 0.6211, 0.6048, 0.5935, 0.6188, 0.6232},
		transfer.Transfer:     {0.6282, 0.6239, 0.6189, 0.5998, 0.5780, 0.5806, 0.5425},
		transfer.SelfferPlus:  {0.6177, 0.6215, 0.6313, 0.6287, 0.6301, 0.6276, 0.6266},
		transfer.TransferPlus: {0.6373, 0.6358, 0.6426, 0.6398, 0.6446, 0.6460, 0.6465},
	}
	counts := map[transfer.Treatment][7]int{
		transfer.Selffer: {4, 4, 4, 4, 4, 4, 4}, transfer.Transfer: {8, 8, 8, 8, 8, 8, 8},
		transfer.SelfferPlus: {1, 1, 2, 1, 2, 2, 1}, transfer.TransferPlus: {1, 2, 2, 2, 1, 1, 1},
	}
	seen := 0
	for _, p := range Summarise(Of(published(t), RandomHalves)) {
		seen++
		if p.Treatment == transfer.Base {
			if p.Count != 8 || math.Abs(p.Mean-0.6251) > 5e-5 {
				t.Errorf("base: %.5f of %d, want 0.6251 of 8", p.Mean, p.Count)
			}
			continue
		}
		if math.Abs(p.Mean-want[p.Treatment][p.N-1]) > 5.1e-5 || p.Count != counts[p.Treatment][p.N-1] {
			t.Errorf("%s at %d: %.5f of %d, want %v of %d", p.Treatment, p.N, p.Mean, p.Count, want[p.Treatment][p.N-1],
				counts[p.Treatment][p.N-1])
		}
	}
	if seen != 1+4*7 {
		t.Errorf("%d points, want 29", seen)
	}
}

// TestFigure3Of2014: the columns of figures.md, "Fig 3".
func TestFigure3Of2014(t *testing.T) {
	all := published(t)
	natman := func(target transfer.Half) func(transfer.Net) bool {
		return func(n transfer.Net) bool { return n.Split == "natman" && n.Target == target }
	}
	for name, c := range map[string]struct {
		got  series
		want []float64
		unit float64
	}{
		"target natural": {levels(all, transfer.Transfer, natman(transfer.A)),
			[]float64{0.6534, 0.6571, 0.6506, 0.6250, 0.5824, 0.5219, 0.4851, 0.3990}, 1e-4},
		"target man-made": {levels(all, transfer.Transfer, natman(transfer.B)),
			[]float64{0.5372, 0.5392, 0.5214, 0.5008, 0.4616, 0.4098, 0.3742, 0.2914}, 1e-4},
		"gain natural/man-made": {gains(all, transfer.Transfer,
			func(n transfer.Net) bool { return n.Split == "natman" }),
			[]float64{0, 0.29, -0.93, -3.24, -7.33, -12.95, -16.57, -25.01}, 0.01},
		"gain random halves": {gains(all, transfer.Transfer,
			func(n transfer.Net) bool { return KindOf(n) == RandomHalves }),
			[]float64{0, 0.31, -0.12, -0.62, -2.53, -4.71, -4.45, -8.26}, 0.01},
		"gain random filters": {gains(all, transfer.Random, func(transfer.Net) bool { return true }),
			[]float64{0, -8.46, -17.37}, 0.01},
	} {
		if len(c.got.points) != len(c.want) {
			t.Errorf("%s: %v, want %v", name, c.got.points, c.want)
			continue
		}
		for i, p := range c.got.points {
			if p.x != float64(i) || math.Abs(p.y-c.want[i]) > 0.51*c.unit {
				t.Errorf("%s at %d: %v, want %v", name, i, p, c.want[i])
			}
		}
	}
	if failed := gains(all, transfer.Random, func(transfer.Net) bool { return true }).failed; len(failed) != 5 ||
		failed[0] != 3 {
		t.Errorf("failed at %v, want 3 to 7", failed)
	}
}

// TestPaperFiguresAreDrawn looks at what readers get: a picture of the right size, and a text with its numbers.
func TestPaperFiguresAreDrawn(t *testing.T) {
	for name, c := range map[string]struct {
		make func([]transfer.Result, Options) (*Figure, error)
		says []string
	}{
		"2": {Paper2, []string{"base 0.625", "AnB at n = 1: 0.628", "7: 0.542"}},
		"3": {Paper3, []string{"AnB, natural/man-made", "7: -25"}},
		"4": {Paper4, []string{"1300: 0.552"}},
	} {
		f, err := c.make(published(t), Options{Title: "2014"})
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range c.says {
			if !strings.Contains(f.Alt(), want) {
				t.Errorf("figure %s says %q, want %q in it", name, f.Alt(), want)
			}
		}
		var img, svg bytes.Buffer
		if err := f.PNG(&img, 96); err != nil {
			t.Fatal(err)
		}
		w, _ := f.Size()
		if p, err := png.Decode(&img); err != nil || math.Abs(float64(p.Bounds().Dx())-96*w) > 1 {
			t.Errorf("figure %s: %v, %v", name, p.Bounds(), err)
		}
		if err := f.SVG(&svg); err != nil || !strings.Contains(svg.String(), "<desc>") {
			t.Errorf("figure %s as SVG: %v", name, err)
		}
		if name != "2" && !strings.Contains(svg.String(), "not trained") {
			t.Errorf("figure %s does not name the nets that did not train", name)
		}
	}
}

// TestLinesBreakAtFailedNets: no line leads from 2 to 250 images a class across the nets that did not train.
func TestLinesBreakAtFailedNets(t *testing.T) {
	s := series{failed: []float64{5, 100}}
	if !s.broken(2, 250) || s.broken(1, 2) || s.broken(250, 500) {
		t.Error("2-250 is joined, or 1-2 or 250-500 is not")
	}
}

func TestOverlay(t *testing.T) {
	ours := []transfer.Result{made("0/baseB", 0.5), made("0/A3B", 0.45)}
	f, err := Overlay(ours, published(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"AnB, ours at 0: 0, 3: -5", "AnB, 2014 at 0: 0, 1: 0.308"} {
		if !strings.Contains(f.Alt(), want) {
			t.Errorf("%q lacks %q", f.Alt(), want)
		}
	}
	if _, err := Overlay(ours[:1], published(t), Options{}); err == nil {
		t.Error("an overlay without a cut net was drawn")
	}
}

func TestPaperFiguresRefuse(t *testing.T) {
	lonely := []transfer.Result{made("0/baseB", 0.5)}
	for name, c := range map[string]struct {
		make func([]transfer.Result, Options) (*Figure, error)
		want string
	}{"2": {Paper2, "no cut net"}, "3": {Paper3, "neither"}, "4": {Paper4, "at least two"}} {
		if _, err := c.make(lonely, Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("figure %s: %v, want an error with %q", name, err, c.want)
		}
	}
}

// TestKindsAreNotMixed: a curve of random halves has no natural/man-made net in a mean, and says so.
func TestKindsAreNotMixed(t *testing.T) {
	f, err := Curve([]transfer.Result{made("0/baseB", 0.5), made("0/A3B", 0.4), made("natman/baseB", 0.9),
		made("natman/A3B", 0.8)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range f.Points() {
		if p.Count != 1 || p.Mean > 0.5 {
			t.Errorf("%s at %d: %v of %d", p.Treatment, p.N, p.Mean, p.Count)
		}
	}
	var svg bytes.Buffer
	if err := f.SVG(&svg); err != nil || !strings.Contains(svg.String(), "2 on natural and man-made") {
		t.Errorf("the figure does not say what it leaves out (%v)", err)
	}
}

func made(name string, accuracy float64) transfer.Result {
	n, err := transfer.ParseNet(name)
	if err != nil {
		panic(err)
	}
	return transfer.Result{Net: n, Status: transfer.OK, Accuracy: accuracy, Correct: int(1000 * accuracy), Tested: 1000,
		Key: name}
}

// What is shaded as a loss is one: a line that is level, 2 above and then 2 below another, cross half-way between 1
// and 3.
func TestUnderStopsWhereLinesCross(t *testing.T) {
	low, high := under([]point{{0, 5}, {1, 7}, {3, 3}}, []point{{0, 5}, {1, 5}, {3, 5}})
	if want := []point{{0, 5}, {1, 5}, {2, 5}, {3, 3}}; !slices.Equal(low, want) {
		t.Errorf("low %v, want %v", low, want)
	}
	if want := []point{{0, 5}, {1, 5}, {2, 5}, {3, 5}}; !slices.Equal(high, want) {
		t.Errorf("high %v, want %v", high, want)
	}
	// Both lines slope: 0→4 and 4→0 meet at 2.
	if low, high = under([]point{{0, 0}, {4, 4}}, []point{{0, 4}, {4, 0}}); !slices.Equal(low,
		[]point{{0, 0}, {2, 2}, {4, 0}}) || !slices.Equal(high, []point{{0, 4}, {2, 2}, {4, 0}}) {
		t.Errorf("%v below %v", low, high)
	}
}
