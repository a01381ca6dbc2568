package stats_test

import (
	"math"
	"strings"
	"testing"

	"coadapt/transfer"
	"coadapt/transfer/stats"
)

// TestProportion has the roots of (p - k/n)² = z²·p(1-p)/n, found by bisection.
func TestProportion(t *testing.T) {
	for _, c := range []struct {
		k, n      int
		low, high float64
	}{{1, 8, 0.022417491450056667, 0.4708881822128535}, {4, 5, 0.3755346297625253, 0.9637758913675698},
		{0, 6, 0, 0.3903342879021653}} {
		got, err := stats.Proportion(c.k, c.n, 0.95)
		if err != nil || math.Abs(got.Low-c.low) > 1e-12 || math.Abs(got.High-c.high) > 1e-12 {
			t.Errorf("%d of %d: %v, %v; want [%v, %v]", c.k, c.n, got, err, c.low, c.high)
		}
	}
	for _, bad := range [][2]int{{0, 0}, {-1, 3}, {4, 3}} {
		if _, err := stats.Proportion(bad[0], bad[1], 0.95); err == nil {
			t.Errorf("%d of %d: no error", bad[0], bad[1])
		}
	}
}

// TestSignTest: by hand, 2·Σ_{i≤k} C(n,i)/2ⁿ.
func TestSignTest(t *testing.T) {
	for _, c := range []struct {
		a, b int
		want float64
	}{{0, 0, 1}, {1, 0, 1}, {6, 0, 2.0 / 64}, {0, 5, 2.0 / 32}, {1, 7, 2.0 * 9 / 256}, {3, 3, 1}} {
		if got := stats.SignTest(c.a, c.b); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%d against %d: p = %v, want %v", c.a, c.b, got, c.want)
		}
	}
}

// toy is a net of ten classes with an accuracy, and a training loss that says whether it trained.
func toy(t *testing.T, name string, accuracy float64) transfer.Result {
	t.Helper()
	n, err := transfer.ParseNet(name)
	if err != nil {
		t.Fatal(err)
	}
	r := transfer.Result{Net: n, Status: transfer.OK, Accuracy: accuracy, Tested: 1000, Correct: int(1000 * accuracy),
		Classes: 10, Experiment: "made", Key: name, TrainLoss: 1 - accuracy}
	if accuracy <= 0.1 {
		r.TrainLoss = math.Log(10)
	}
	return r.Judged()
}

// cliff is what the default net of five seeds does at a rate where n = 4 is lost: chance in three, a net that lost more
// than half in one, and n = 7 untouched.
func cliff(t *testing.T) (all []transfer.Result) {
	for seed, name := range []string{"", "#1", "#2", "#3", "#4"} {
		all = append(all, toy(t, "0/baseB"+name, 0.95), toy(t, "0/B7B"+name, 0.95+0.001*float64(seed)),
			toy(t, "0/B4Br"+name, 0.951+0.001*float64(seed)),
			toy(t, "0/B4B"+name, []float64{0.1, 0.1, 0.1, 0.4, 0.93}[seed]))
	}
	return all
}

func TestFailures(t *testing.T) {
	all := append(cliff(t), toy(t, "1/baseB", 0.1), toy(t, "1/B4B", 0.95)) // a base that failed, and its child did not
	blocked := toy(t, "0/B4B#9", 0)
	blocked.Status = transfer.Blocked
	got, err := stats.Failures(append(all, toy(t, "0/baseB#9", 0.95), blocked), 0.95)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][2]int{"BnB 4": {4, 5}, "BnB 7": {0, 5}, "BnBr 4": {0, 5}}
	for _, f := range got {
		name := f.Treatment.String() + " " + string(rune('0'+f.N))
		if want[name] != [2]int{f.Failed, f.Of} {
			t.Errorf("%s: %d of %d failed, want %v", name, f.Failed, f.Of, want[name])
		}
		if name == "BnB 4" && (math.Abs(f.P-stats.SignTest(4, 1)) > 1e-12 ||
			math.Abs(f.Share.Low-0.3755346297625253) > 1e-12) {
			t.Errorf("%s: p = %v, share %v", name, f.P, f.Share)
		}
		delete(want, name)
	}
	if len(want) > 0 {
		t.Errorf("nothing said of %v", want)
	}
}

// TestUnstable: where nets are back at chance, the verdict names instability and the control, and the mean of those
// that are left is no answer. Where none failed, the verdict is the test's.
func TestUnstable(t *testing.T) {
	r, line := ask(t, cliff(t))
	at4, at7 := line("fragility", "n = 4"), line("fragility", "n = 7")
	if at4.Verdict != stats.Unstable || !strings.Contains(strings.Join(at4.Warnings, " "), "4 of 5 BnB nets failed") ||
		!strings.Contains(strings.Join(at4.Warnings, " "), "BnBr") {
		t.Errorf("n = 4: %s, %q", at4.Verdict, at4.Warnings)
	}
	if at7.Verdict == stats.Unstable {
		t.Errorf("n = 7: %s, %q", at7.Verdict, at7.Warnings)
	}
	if len(r.Failures) != 1 || r.Failures[0].N != 4 {
		t.Errorf("failures %+v, want one, at n = 4", r.Failures)
	}
	if l := line("fragility at RMS 1", "n = 4"); !l.Asked || math.Abs(l.Value+0.003) > 1e-9 {
		t.Errorf("base - BnBr is %v, want -0.003", l.Value)
	}
	plus := append(cliff(t), toy(t, "0/baseB+", 0.1))
	if _, line := ask(t, plus); line("fragility", "n = 7").Verdict != stats.Unstable {
		t.Error("a base+ that failed leaves the verdict at n = 7")
	}
	for _, l := range r.Lines {
		if l.Claim.Name == "over-fitting" {
			t.Error("a report without fresh pictures has a line on them")
		}
	}
}

// TestDips: means and errors by hand; t(0.975, 4) = 2.7764451 (R: qt(.975, 4)). TestOthers: of nets that are numbers,
// those that kept less than half of what their base has above chance are left out.
func TestOthers(t *testing.T) {
	kept, failed := toy(t, "0/B3B", 0.6), toy(t, "0/B4B", 0.4)
	kept.Classes, failed.Classes = 10, 10 // the base has .8 above chance: half of it is reached at .5
	dead := toy(t, "0/B5B", 0.1)
	dead.Status = transfer.NotTrained
	base, alone := toy(t, "0/baseB", 0.9), toy(t, "1/B4B", 0.1)
	var names []string
	for _, r := range stats.Others([]transfer.Result{base, kept, failed, dead, alone}) {
		names = append(names, r.Net.String())
	}
	if got := strings.Join(names, " "); got != "0/baseB 0/B3B 1/B4B" {
		t.Errorf("%s; want the base, the net that kept enough, and the one without a base", got)
	}
}

func TestDips(t *testing.T) {
	dips, err := stats.Dips(cliff(t), stats.Accuracy, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, d := range dips {
		if d.Treatment != transfer.Selffer || d.N != 7 {
			continue
		}
		found = true
		se := math.Sqrt(2.5e-6 / 5) // of 0, .001, .002, .003, .004
		if math.Abs(d.Value-0.002) > 1e-12 || math.Abs(d.High-(0.002+2.7764451*se)) > 1e-9 || d.Clusters != 5 {
			t.Errorf("n = 7: %+v", d)
		}
	}
	if !found {
		t.Error("no dip at n = 7")
	}
	clean, err := stats.Dips(cliff(t), stats.CleanLoss, 0.95)
	if err != nil || len(clean) != 0 {
		t.Errorf("nets without a clean pass: %v, %v; want no dip", clean, err)
	}
	one, err := stats.Dips([]transfer.Result{toy(t, "0/baseB", 0.9), toy(t, "0/B4B", 0.8)}, stats.Accuracy, 0.95)
	if err != nil || len(one) != 1 || math.Abs(one[0].Value+0.1) > 1e-12 || !math.IsNaN(one[0].Low) {
		t.Errorf("one unit: %+v, %v; want -0.1 without an interval", one, err)
	}
	for _, m := range stats.Measures() {
		if got, err := stats.ParseMeasure(string(m)); err != nil || got != m {
			t.Errorf("%s: %v", m, err)
		}
	}
	if _, err := stats.ParseMeasure("accuracies"); err == nil {
		t.Error("no error for a measure that is none")
	}
}
