package nb

import (
	"strings"
	"testing"

	"coadapt/transfer"
	"coadapt/transfer/probing"
)

// probesOf draws what probes say of two nets and shows it as tables; what there is not is refused in one sentence.
func probesOf(t *testing.T, l *Lab, nets []transfer.Result) {
	d, err := l.probe("scale", nets)
	if err != nil {
		t.Fatal(err)
	}
	if want := "effective rank, " + nets[0].Net.String() + ": conv1 "; !strings.Contains(d.Alt(), want) {
		t.Errorf("%s; want %q in it", d.Alt(), want)
	}
	stamped, ok := d.(drawn)
	if !ok || len(stamped.results) != 2 {
		t.Error("the figure does not know its nets")
	}
	v, err := l.values("scale", nets, []string{probing.DeadUnits})
	if err != nil {
		t.Fatal(err)
	}
	if len(v.rows) != 16 || v.rows[0][2] != probing.DeadUnits || v.rows[8][0] != nets[1].Net.String() {
		t.Errorf("%d rows: %v", len(v.rows), v.rows)
	}
	if v, err = l.values("matched path", nets, nil); err != nil || len(v.rows) == 0 {
		t.Errorf("path: %d rows, %v", len(v.rows), err)
	}
	if v, err = l.values("cka on 20", nets, []string{probing.CKAUnbiased}); err != nil || len(v.rows) != 8 ||
		v.rows[7][1] != "fc8" {
		t.Errorf("CKA on 20 pictures: %v, %v", v.rows, err)
	}
	made, err := l.maximise(nets[0], "conv2", []int{1})
	if err != nil || !strings.Contains(made.Alt(), "Unit 1: ") {
		t.Errorf("%v, %v", made, err)
	}
	made, err = l.maximise(nets[0], "conv9", nil)
	says(t, made, err, "want one of conv1")
	for kind, want := range map[string]string{
		"map":           "want 3 at least",
		"cka on many":   "want a number",
		"ckb":           "want one of",
		"matched scale": "only \"matched path\"",
	} {
		d, err := l.probe(kind, nets)
		says(t, d, err, want)
	}
	d, err = l.probe("scale", nil)
	says(t, d, err, "no net")
	if _, err := l.values("scale", nets, []string{"weight"}); err == nil ||
		!strings.Contains(err.Error(), "want some of") {
		t.Errorf("error %v", err)
	}
}

// forecastsOf says which cut forecasts name; one task gives no interval, and nets of their own task no forecast.
func forecastsOf(t *testing.T, l *Lab, nets []transfer.Result) {
	child := nets[1]
	child.Status = transfer.OK // a few steps are not enough to have learned
	a, err := l.advice([]transfer.Result{nets[0], child})
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, row := range a.rows {
		found = found || row[0] == probing.CutNumber && row[1] == "2"
	}
	if !found {
		t.Errorf("no row for the cut's number: %v", a.rows)
	}
	if _, err := l.forecast([]transfer.Result{child}); err == nil || !strings.Contains(err.Error(), "two at least") {
		t.Errorf("error %v", err)
	}
	kept, err := savedForecast()
	if err != nil || len(kept.rows) != 13 || kept.rows[1][0] != probing.CutNumber {
		t.Errorf("kept forecasts: %v, %v", kept.rows, err)
	}
	if _, err := l.forecast(nets[:1]); err == nil || !strings.Contains(err.Error(), "want AnB nets") {
		t.Errorf("error %v", err)
	}
}
