package figure

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"coadapt/transfer"
	"coadapt/transfer/stats"
)

// TestCurveOfALoss draws a loss: means are of the loss, one net's loss has no interval, what failed stands beyond the
// worst, and nets that were trained before the measure are left out and named.
func TestCurveOfALoss(t *testing.T) {
	measured := func(name string, loss float64) transfer.Result {
		r := result(t, name, 1700, 5000)
		r.TrainLoss, r.CleanLoss, r.CleanAccuracy, r.CleanTested = loss, loss/2, 0.75, 2000
		return r
	}
	old := result(t, "B5B", 1700, 5000)
	old.CleanTested = 0
	results := []transfer.Result{
		measured("baseB", 2.5), measured("B3B", 1.5), measured("B3B#1", 3.5), measured("B7B", 0.5), failed(t, "B4B"),
		old,
	}
	f, err := Curve(results, Options{Measure: stats.CleanLoss})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range f.Points() {
		want := map[int]float64{0: 1.25, 3: 1.25, 7: 0.25}
		if w, ok := want[p.N]; ok && p.Mean != w {
			t.Errorf("n = %d: mean %v, want %v", p.N, p.Mean, w)
		}
		if p.N == 7 && p.Method != NoInterval || p.N == 3 && p.Method != StudentT || p.N == 5 && p.Count != 0 {
			t.Errorf("n = %d: %d nets, interval by %s", p.N, p.Count, p.Method)
		}
	}
	_, _, low, high := newCurve(f.Points(), nil, 7).DataRange()
	if low > 0.25 || high < 1.75 || high < 1 { // the nets; a loss has no end at 1
		t.Errorf("the frame is from %v to %v, want the nets' 0.25 to 1.75 in it", low, high)
	}
	var svg bytes.Buffer
	if err := f.SVG(&svg); err != nil {
		t.Fatal(err)
	}
	words := strings.Join(strings.Fields(textOf(t, svg.Bytes())), " ")
	for _, want := range []string{"loss on training pictures of B, nats",
		"on training pictures shown as test pictures are (2000 images)", "A single net's loss has no interval",
		"trained before this was measured: 0/B5B", "0/B4B"} {
		if !strings.Contains(words, want) {
			t.Errorf("the figure does not say %q: %s", want, words)
		}
	}

	one, err := Curve(results[:2], Options{Measure: stats.CleanAccuracy})
	if err != nil {
		t.Fatal(err)
	}
	iv, err := WilsonInterval(1500, 2000)
	if p := one.Points()[0]; err != nil || p.Mean != 0.75 || math.Abs(p.Low-iv.Low) > 1e-12 || p.Method != Wilson {
		t.Errorf("clean accuracy %+v, want .75 with the Wilson interval of 1500 of 2000", p)
	}
	if _, err := Curve([]transfer.Result{old}, Options{Measure: stats.CleanLoss}); err == nil ||
		!strings.Contains(err.Error(), "before it was measured") {
		t.Errorf("error %v, want that no net has the measure", err)
	}
	if _, err := Curve(results, Options{Measure: "depth"}); err == nil || !strings.Contains(err.Error(), "train_loss") {
		t.Errorf("error %v, want the measures that there are", err)
	}
}
