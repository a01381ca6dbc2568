package probing

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"coadapt/transfer"

	"gonum.org/v1/gonum/mat"
)

// TestForecasts asks every forecast of small nets: each says a number or why not, and a second time all is read.
func TestForecasts(t *testing.T) {
	l := small(t)
	results := trained(t, l, "A2B", "A6B", "B2A", "B6A")
	for i := range results {
		results[i].Status = transfer.OK // a few steps are not enough to have learned
	}
	r := runner(t, l)
	said := func() (all []Forecast) {
		for f, err := range r.Forecasts(t.Context(), results) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, f)
		}
		return all
	}
	first := said()
	if len(first) != 4*len(forecasters()) || r.Misses != 4 {
		t.Fatalf("%d forecasts, %d looked into", len(first), r.Misses)
	}
	numbers := 0
	for _, f := range first {
		if f.Value == nil && f.Reason == "" {
			t.Errorf("%+v has neither a number nor a reason", f)
		}
		if f.Value != nil {
			numbers++
		}
		if f.Net == "0/B6A" && (f.Cut != 6 || f.Task != "0/0B0A" || f.Accuracy != results[3].Accuracy) {
			t.Errorf("%+v, want cut 6 of the task 0B0A", f)
		}
	}
	if numbers < 4*8 {
		t.Errorf("%d numbers of %d forecasts", numbers, len(first))
	}
	if again := said(); r.Hits != 4 || len(again) != len(first) || again[5].Seconds != first[5].Seconds {
		t.Errorf("%d hits the second time, want 4", r.Hits)
	}
	if _, err := Accounts(first); err != nil {
		t.Error(err)
	}
	selffer := trained(t, l, "B2B")
	selffer[0].Status = transfer.OK
	for _, err := range r.Forecasts(t.Context(), selffer) {
		if err == nil || !strings.Contains(err.Error(), "want nets of one condition") {
			t.Errorf("error %v", err)
		}
	}
}

// made are forecasts for tasks, each at three cuts; accuracies fall with the cut, and forecast says what of it.
func made(tasks int, forecast func(task, cut int) float64) []Forecast {
	var out []Forecast
	for task := range tasks {
		for cut := 1; cut <= 3; cut++ {
			accuracy := 0.9 - 0.1*float64(cut) + 0.01*float64(task)
			if task%3 == 0 && cut > 1 { // in a third of the tasks the later cut is the better one
				accuracy = 0.5 + 0.1*float64(cut) + 0.01*float64(task)
			}
			name := fmt.Sprint("task ", task)
			for k, v := range map[string]float64{
				"wise":    accuracy,
				CutNumber: -float64(cut),
				"blind":   forecast(task, cut),
				"mute":    1,
			} {
				value := v
				out = append(out, Forecast{
					Task:     name,
					Unit:     name,
					Cut:      cut,
					Name:     k,
					Value:    &value,
					Accuracy: accuracy,
					Training: 10,
					Seconds:  1,
				})
			}
		}
	}
	return out
}

// TestAccounts has a forecast that knows the accuracies beat the cut's number, one that knows the wrong way round be
// worse, and one that says always the same order nothing.
func TestAccounts(t *testing.T) {
	said := made(12, func(task, cut int) float64 { return float64(cut) })
	accounts, err := Accounts(said)
	if err != nil {
		t.Fatal(err)
	}
	of := map[string]Account{}
	for _, a := range accounts {
		of[a.Name] = a
	}
	if a := of["wise"]; a.Verdict != Beats || a.AcrossTau.Mean != 1 || a.Regret.Mean != 0 || a.WithinTau.Mean != 1 ||
		!(a.Gain.Low > 0) {
		t.Errorf("the forecast that knows all: %+v", a)
	}
	if a := of["blind"]; a.Verdict != Worse || a.AcrossTau.Mean >= 0 || !(a.Regret.Mean > 0) {
		t.Errorf("the forecast the wrong way round: %+v", a)
	}
	if a := of["mute"]; a.Verdict != CannotSay || a.AcrossTau.Known() || a.Nets != 36 {
		t.Errorf("the forecast that says always the same: %+v", a)
	}
	if a := of[CutNumber]; a.Verdict != IsRival || a.Gain.Mean != 0 || a.Saved != 20 || a.Seconds != 1 ||
		a.WithinTau.Known() {
		t.Errorf("the cut's number: %+v", a)
	}
	// Regret of the cut's number: cut 1 has .8, cut 3 the same in a third of the tasks, so that nothing is lost.
	if a := of[CutNumber]; math.Abs(a.Regret.Mean) > 1e-9 {
		t.Errorf("regret of the cut's number %v, want 0", a.Regret.Mean)
	}
	if accounts[0].Name != "wise" {
		t.Errorf("%s stands first, want the one with the highest tau", accounts[0].Name)
	}
	again, err := Accounts(said)
	if err != nil || again[0] != accounts[0] {
		t.Errorf("a second account differs: %v", err)
	}
	few := slices.DeleteFunc(slices.Clone(said), func(f Forecast) bool { return f.Task != "task 1" })
	if _, err := Accounts(few); err == nil || !strings.Contains(err.Error(), "two at least") {
		t.Errorf("error %v", err)
	}
}

// TestForecastHelpers: softmax sums to 1, the class of a row is its largest, features are scaled, and directions are
// those with most variance.
func TestForecastHelpers(t *testing.T) {
	s := softmax(mat.NewDense(2, 2, []float64{1000, 1000, 0, math.Log(3)}))
	if !mat.EqualApprox(s, mat.NewDense(2, 2, []float64{.5, .5, .25, .75}), 1e-12) ||
		!slices.Equal(hardest(s), []int{0, 1}) {
		t.Errorf("softmax %v", mat.Formatted(s))
	}
	if z := scaled(mat.NewDense(1, 2, []float64{3, 4})); math.Abs(mat.Norm(z, 2)-math.Sqrt2) > 1e-12 {
		t.Errorf("scaled to a norm of %v, want the root of 2", mat.Norm(z, 2))
	}
	z, err := principal(mat.NewDense(4, 3, []float64{9, 1, 0, -9, 1, 0, 9, 1, 1, -9, 1, 1}), 1)
	if err != nil {
		t.Fatal(err)
	}
	if n, d := z.Dims(); n != 4 || d != 1 || math.Abs(math.Abs(z.At(0, 0))-9) > 1e-9 {
		t.Errorf("leading direction %v", mat.Formatted(z))
	}
	x := forecastInput{x: mat.NewDense(30, 2, nil), labels: make([]int, 30)}
	for i := range 30 {
		x.labels[i] = i % 2
		x.x.Set(i, 0, float64(i%2)+.01*float64(i%7))
		x.x.Set(i, 1, float64(i%5))
	}
	if got, err := heldOut(x); err != nil || got != 1 {
		t.Errorf("accuracy %v of a linear probe on classes that are apart (%v)", got, err)
	}
}
