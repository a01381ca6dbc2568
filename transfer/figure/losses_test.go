package figure

import (
	"fmt"
	"image/color"
	"math"
	"strings"
	"testing"

	"coadapt/transfer"
)

func TestLosses(t *testing.T) {
	parent, child, lost := result(t, "baseA", 60, 100), result(t, "A3B", 50, 100), failed(t, "B3B")
	lost.Steps, lost.Status = 25, transfer.Diverged
	for _, r := range []*transfer.Result{&parent, &child} {
		r.Steps, r.Loss = 42, 0.75
	}
	for _, r := range []*transfer.Result{&parent, &child, &lost} {
		r.Classes = 10
	}
	accuracy := 0.4
	metrics := []transfer.Metric{
		{Step: 10, Loss: 2.3},
		{Step: 20, Loss: 1.5, Accuracy: &accuracy},
		{Step: 30, Loss: 1.25},
		{Step: 40, Loss: 1},
		{Step: 42, Loss: 0.1},
	}
	curves := []LossCurve{{parent, metrics}, {child, metrics[:4]}, {lost, metrics[:2]}}
	f, err := Losses(curves, Options{})
	if err != nil {
		t.Fatal(err)
	}
	// The last point of the parent's is of two steps, the others of ten: it is left out.
	want := "Loss curves. 0/baseA: training loss from 2.300 at step 10 to 1.000 at step 40, test loss 0.750, " +
		"accuracy 0.600. 0/A3B: training loss from 2.300 at step 10 to 1.000 at step 40, test loss 0.750, accuracy " +
		"0.500. 0/B3B: training loss from 2.300 at step 10 to 1.500 at step 20, and it is no number: diverged."
	if f.Alt() != want {
		t.Errorf("%q, want %q", f.Alt(), want)
	}
	if _, height := f.Size(); height != 5.4 { // with the tests on the way below
		t.Errorf("%v inches high", height)
	}
	img := decoded(t, f, 192)
	for _, r := range []transfer.Result{parent, child, lost} {
		if n, _ := spots(img, lookOf(r.Net.Treatment).color); n < 100 {
			t.Errorf("%s: %d pixels in its colour", r.Net, n)
		}
	}
	idle := child // it ended at the loss that ten classes begin with, ln 10 = 2.303
	idle.TrainLoss = 2.3
	if f, err = Losses([]LossCurve{{idle.Judged(), metrics[:2]}}, Options{}); err != nil ||
		!strings.HasSuffix(f.Alt(), "and it is no number: not trained.") {
		t.Errorf("%v, %v", f, err)
	}
	for i := range metrics {
		metrics[i].Accuracy = nil
	}
	if f, err = Losses(curves[:1], Options{}); err != nil {
		t.Fatal(err)
	} else if _, height := f.Size(); height != 3.4 {
		t.Errorf("%v inches high without tests on the way", height)
	}
	for name, c := range map[string][]LossCurve{
		"no net": nil, "0/baseA: it has no point": {{Result: parent}},
		"the loss is NaN at step 3": {{parent, []transfer.Metric{{Step: 3, Loss: math.NaN()}}}},
	} {
		if _, err := Losses(c, Options{}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want it to say %q", err, name)
		}
	}
}

// Nets of one condition are told apart.
func TestLooksOfCurves(t *testing.T) {
	var curves []LossCurve
	for _, name := range []string{"baseA", "baseB", "baseB#1", "A3B", "A5B", "A7B"} {
		curves = append(curves, LossCurve{Result: result(t, name, 1, 2)})
	}
	seen := map[color.NRGBA]bool{}
	for i, l := range curveLooks(curves) {
		if seen[l.color] {
			t.Errorf("curve %d has the colour of one before it", i)
		}
		seen[l.color] = true
	}
}

func TestLossTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      string
	}{{2.2, 4.05, "2.2 2.4 2.6 2.8 3 3.2 3.4 3.6 3.8 4"}, {-0.1, 3.4, "0 0.5 1 1.5 2 2.5 3"},
		{0.011, 0.032, "0.015 0.02 0.025 0.03"}} {
		var got []string
		for _, tick := range (lossTicks{}).Ticks(c.low, c.high) {
			got = append(got, tick.Label)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%v to %v: %v, want %s", c.low, c.high, got, c.want)
		}
	}
}

func TestStepTicks(t *testing.T) {
	for last, want := range map[int]string{5: "[0 1 2 3 4 5]", 42: "[0 10 20 30 40]",
		750: "[0 100 200 300 400 500 600 700]", 450000: "[0 100000 200000 300000 400000]"} {
		var got []string
		for _, tick := range stepTicks(last) {
			got = append(got, tick.Label)
		}
		if fmt.Sprint(got) != want {
			t.Errorf("to %d: %v, want %s", last, got, want)
		}
	}
}
