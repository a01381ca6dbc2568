package nb

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"coadapt/transfer"
	"coadapt/transfer/stats"
)

// kept are the nets of a report under notebooks/results.
func kept(t *testing.T, name string) []transfer.Result {
	t.Helper()
	file := "../results/" + name + "/nets.jsonl"
	if strings.HasPrefix(name, "map") || strings.HasPrefix(name, "pretrained") || strings.HasPrefix(name, "bfloat16") {
		file = "../results/" + name + ".jsonl"
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []transfer.Result
	for line := range bytes.Lines(data) {
		var r transfer.Result
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all = append(all, r)
	}
	return all
}

// deviation is how a condition lies beside its base: differences of accuracy, and nets that failed.
type deviation struct {
	dip     stats.Dip
	failure stats.Failure
}

func dips(t *testing.T, name string, m stats.Measure) func(c transfer.Treatment, n int) deviation {
	t.Helper()
	all := kept(t, name)
	differences, err := stats.Dips(all, m, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	failures, err := stats.Failures(all, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	return func(c transfer.Treatment, n int) (b deviation) {
		t.Helper()
		b.dip.Value = math.NaN()
		for _, d := range differences {
			if d.Treatment == c && d.N == n {
				b.dip = d
			}
		}
		for _, f := range failures {
			if f.Treatment == c && f.N == n {
				b.failure = f
			}
		}
		if b.failure.Of == 0 {
			t.Fatalf("%s has no %s at n = %d", name, c, n)
		}
		return b
	}
}

// TestClaimsOfTheCliff proves what results/fragility.md, README and chapter 03 say of the shapes at rate 0.02: the
// cut costs nothing at conv1 and fc7, takes every net to chance at conv4 and some at conv3 and conv5, and costs
// nothing anywhere once the features at the cut have an RMS of 1.
func TestClaimsOfTheCliff(t *testing.T) {
	at := dips(t, "scale", stats.Accuracy)
	for _, n := range []int{1, 7} {
		if b := at(transfer.Selffer, n); b.failure.Failed > 0 || b.dip.Low < -0.01 {
			t.Errorf("BnB at n = %d: %+v; claimed: no net fails and less than a point is lost", n, b)
		}
	}
	if b := at(transfer.Selffer, 4); b.failure.Failed != b.failure.Of || b.failure.Of < 6 || b.failure.P > 0.05 {
		t.Errorf("BnB at n = 4: %+v; claimed: all nets fail, more than chance explains", b.failure)
	}
	for _, n := range []int{3, 5} {
		if b := at(transfer.Selffer, n); b.failure.Failed < 2 || b.failure.Failed == b.failure.Of {
			t.Errorf("BnB at n = %d: %+v; claimed: some nets fail", n, b.failure)
		}
	}
	for _, n := range []int{3, 4, 5} {
		if b := at(transfer.Rescaled, n); b.failure.Failed > 0 || b.dip.Low < -0.005 {
			t.Errorf("BnBr at n = %d: %+v; claimed: no net fails and less than half a point is lost", n, b)
		}
	}
	if b := at(transfer.BasePlus, 0); b.failure.Failed > 0 || b.dip.High > 0.02 || b.dip.Low < 0 {
		t.Errorf("base+: %+v; claimed: the base is within two points of done, and none fails", b)
	}
	for _, r := range kept(t, "scale") {
		if r.Net.Treatment != transfer.Selffer {
			continue
		}
		// The table of the page, rounded outwards.
		most := map[int][2]float64{1: {1.8, 2.1}, 3: {4.3, 7.5}, 4: {5.5, 10.4}, 5: {6.9, 13.7}, 7: {1.8, 2.8}}[r.Net.N]
		if grown := r.Scale / r.InitialScale; grown < most[0] || grown > most[1] {
			t.Errorf("%s: features are %.1f times as large as initially; claimed: %v", r.Net, grown, most)
		}
	}
}

// TestClaimsOfTheDefault proves what README, chapters 00, 03 and 04 and results/fragility.md say of the default
// experiment, eight seeds.
func TestClaimsOfTheDefault(t *testing.T) {
	at, loss := dips(t, "plain-shapes", stats.Accuracy), dips(t, "plain-shapes", stats.TrainLoss)
	points := func(c transfer.Treatment, n int, low, high float64) {
		t.Helper()
		if b := at(c, n); b.failure.Failed > 0 || b.dip.Clusters != 8 || b.dip.Low < low/100 || b.dip.High > high/100 {
			t.Errorf("%s at n = %d: %+v; claimed: no net fails, %+v to %+v points from its base", c, n, b, low, high)
		}
	}
	points(transfer.BasePlus, 0, -2, 2) // the base is nearly done: the mean is within a point
	if b := at(transfer.BasePlus, 0).dip; math.Abs(b.Value) > 0.01 {
		t.Errorf("base+ is %+.3f from the base, claimed: within a point", b.Value)
	}
	points(transfer.Selffer, 1, -1.5, 1.5)
	points(transfer.Selffer, 6, -0.5, 0.5)
	points(transfer.Selffer, 7, -0.5, 0.5)
	for n, failed := range map[int]int{2: 2, 3: 5, 4: 7, 5: 4} {
		if b := at(transfer.Selffer, n); b.failure.Failed != failed || b.failure.Of != 8 {
			t.Errorf("BnB at n = %d: %+v; claimed: %d of 8 fail", n, b.failure, failed)
		}
	}
	if b := at(transfer.Selffer, 4); b.failure.P > 0.05 || b.failure.Share.Low < 0.5 {
		t.Errorf("BnB at n = 4: %+v; claimed: more than half of all such nets fail, beyond chance", b.failure)
	}
	for n := 1; n <= 7; n++ {
		points(transfer.Rescaled, n, -0.5, 3)
	}
	for n := 1; n <= 7; n++ {
		// Nets that never left the plateau have no dip; those that are left have a training loss above the base's
		// where they fail.
		if b := loss(transfer.Selffer, n).dip; n >= 2 && n <= 5 && !(b.Value > 0) {
			t.Errorf("BnB at n = %d: training loss %+v; claimed: above the base's", n, b)
		}
	}
	points(transfer.Transfer, 1, -2, 0)
	points(transfer.Transfer, 4, -19, -13)
	points(transfer.Transfer, 7, -39, -33)
	for _, n := range []int{1, 4, 7} {
		points(transfer.TransferPlus, n, -3, 3)
	}
	reading, err := stats.Reading(kept(t, "plain-shapes"), 0.95)
	if want := "A net cut at n = 4 and retrained on its own task (BnB) falls back to chance or near it in " +
		"7 of 8 cases"; err != nil ||
		!strings.HasPrefix(reading, want) ||
		!strings.Contains(reading, "is the scale") {
		t.Errorf("%q, %v; want it to begin with %q", reading, err, want)
	}
}

// TestClaimsOfScaleAtTheCut proves why AnB passes conv4 where BnB fails, as results/fragility.md has it: features are
// larger on pictures of the task that they were trained for, and the nets that fail are those whose features are
// large.
func TestClaimsOfScaleAtTheCut(t *testing.T) {
	var own, other []float64
	for _, r := range kept(t, "plain-shapes") {
		switch {
		case r.Net.N == 4 && r.Net.Treatment == transfer.Selffer:
			own = append(own, r.Scale)
		case r.Net.N == 4 && r.Net.Treatment == transfer.Transfer:
			other = append(other, r.Scale)
			if r.Status != transfer.OK {
				t.Errorf("%s is %s; claimed: AnB at n = 4 trains", r.Net, r.Status)
			}
		}
	}
	if len(own) != 8 || len(other) != 8 || slices.Max(other) >= slices.Min(own) {
		t.Errorf("RMS at conv4 %.1f on the own task, %.1f on the other; claimed: all of the own above all of the other",
			own, other)
	}
	if slices.Min(own) < 5.7 || slices.Max(own) > 7.8 || slices.Min(other) < 4.0 || slices.Max(other) > 5.0 {
		t.Errorf("RMS at conv4 %.2f and %.2f; claimed: 5.8 to 7.7 and 4.1 to 4.9", own, other)
	}
}

// TestClaimsOfBriefBases proves what results/fragility.md says of shapes trained for three epochs: BnB lies above its
// base at every cut, and below a base trained twice.
func TestClaimsOfBriefBases(t *testing.T) {
	at := dips(t, "shapes", stats.Accuracy)
	plus := at(transfer.BasePlus, 0).dip
	for n := 1; n <= 7; n++ {
		b := at(transfer.Selffer, n).dip
		if b.Low <= 0 || b.High >= plus.Low {
			t.Errorf("BnB at n = %d: %+.3f [%+.3f, %+.3f], base+ %+.3f; claimed: above the base and below base+", n,
				b.Value, b.Low, b.High, plus.Value)
		}
	}
}

// TestClaimsOfFewPictures proves what results/fragility.md says of CIFAR-100 with few pictures: BnB dips at every cut,
// most in the middle, and at n = 4 in each of 18 units' mean; a base trained longer loses some of it and not all;
// rescaling wins nothing back that can be told
// from zero; at the base's training loss more than a point is left; loss on training pictures falls.
func TestClaimsOfFewPictures(t *testing.T) {
	at, loss := dips(t, "few-pictures", stats.Accuracy), dips(t, "few-pictures", stats.CleanLoss)
	within := func(what string, b stats.Dip, units int, low, high float64) {
		t.Helper()
		if b.Clusters != units || 100*b.Low < low-0.006 || 100*b.High > high+0.006 {
			t.Errorf("%s: %+v; claimed: %d units, %v to %v points", what, b, units, low, high)
		}
	}
	within("BnB at n = 2", at(transfer.Selffer, 2).dip, 6, -2.48, -1.11)
	within("BnB at n = 3", at(transfer.Selffer, 3).dip, 6, -2.65, -1.89)
	within("BnB at n = 4", at(transfer.Selffer, 4).dip, 18, -2.30, -1.73)
	within("BnB at n = 5", at(transfer.Selffer, 5).dip, 6, -1.37, -0.84)
	within("BnB at n = 7", at(transfer.Selffer, 7).dip, 6, -0.73, -0.18)
	within("base+", at(transfer.BasePlus, 0).dip, 18, -1.09, -0.39)
	within("base2x", at(transfer.BaseTwice, 0).dip, 18, -1.74, -0.79)
	within("BnBr", at(transfer.Rescaled, 4).dip, 18, -2.05, -1.55)
	within("BnBs", at(transfer.Stopped, 4).dip, 18, -1.46, -0.92)
	within("BnBf", at(transfer.Fresh, 4).dip, 6, -5.32, -3.80)
	for _, n := range []int{2, 3, 4, 5, 7} {
		if l := loss(transfer.Selffer, n).dip; l.High >= 0 {
			t.Errorf("BnB at n = %d: loss on training pictures %+v; claimed: below the base's", n, l)
		}
	}
	if l := loss(transfer.Stopped, 4).dip; math.Abs(l.Value) > 0.03 {
		t.Errorf("BnBs: loss on training pictures %+v; claimed: the base's", l)
	}
	all := kept(t, "few-pictures")
	for _, c := range []struct {
		less transfer.Treatment
		low  float64
		high float64
	}{{transfer.BaseTwice, -1.26, -0.24}, {transfer.BasePlus, -1.68, -0.85}} {
		byUnit := map[stats.Unit]float64{}
		for _, r := range all {
			if r.Net.Treatment == c.less {
				byUnit[stats.UnitOf(r.Net)] = r.Accuracy
			}
		}
		var x []float64
		var units []string
		for _, r := range all {
			u := stats.UnitOf(r.Net)
			if other, ok := byUnit[u]; ok && r.Net.Treatment == transfer.Selffer && r.Net.N == 4 {
				x, units = append(x, r.Accuracy-other), append(units, u.String())
			}
		}
		e, err := stats.ClusterMean(x, units, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		within("BnB less "+c.less.String(), stats.Dip{Estimate: e}, 18, c.low, c.high)
	}
}

// TestClaimsOfTheRate proves what results/fragility.md says of the same nets at half the rate: at n = 3, where most
// fail at 0.02, none does and the difference from the base is not told from zero.
func TestClaimsOfTheRate(t *testing.T) {
	at, high := dips(t, "half-rate", stats.Accuracy), dips(t, "scale", stats.Accuracy)
	if b := at(transfer.Selffer, 3); b.failure.Failed != 0 || b.failure.Of != 6 || b.dip.Low > 0 || b.dip.High < 0 {
		t.Errorf("BnB at n = 3, rate 0.01: %+v; claimed: none of six fails, on the base", b)
	}
	if b := high(transfer.Selffer, 3); b.failure.Failed != 4 {
		t.Errorf("BnB at n = 3, rate 0.02: %+v; claimed: four fail", b.failure)
	}
	if b := at(transfer.BasePlus, 0); b.failure.Failed > 0 || b.dip.High > 0.017 {
		t.Errorf("base+, rate 0.01: %+v; claimed: the base is nearly done", b)
	}
}
