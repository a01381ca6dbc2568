package nb

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"testing"

	"coadapt/transfer"
	"coadapt/transfer/stats"
)

// kept are the nets of a report under notebooks/results.
func kept(t *testing.T, name string) []transfer.Result {
	t.Helper()
	data, err := os.ReadFile("../results/" + name + "/nets.jsonl")
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

// TestClaimsOfTheCliff proves what results/fragility.md, README and chapter 03 say of the shapes at rate 0.02: the cut costs nothing at
// conv1 and fc7, takes every net to chance at conv4 and some at conv3 and conv5, and costs nothing anywhere once the features at the cut
// have an RMS of 1.
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

// TestClaimsOfTheDefault proves what chapter 03 says of the default experiment, whose nets are trained briefly: BnB lies above its base
// at every cut, and below a base trained twice; BnB+ is near that one from n = 2 on.
func TestClaimsOfTheDefault(t *testing.T) {
	at := dips(t, "shapes", stats.Accuracy)
	plus := at(transfer.BasePlus, 0).dip
	for n := 1; n <= 7; n++ {
		b := at(transfer.Selffer, n).dip
		if b.Low <= 0 || b.High >= plus.Low {
			t.Errorf("BnB at n = %d: %+.3f [%+.3f, %+.3f], base+ %+.3f; claimed: above the base and below base+", n, b.Value, b.Low, b.High, plus.Value)
		}
	}
}

// TestClaimsOfFewPictures proves what results/fragility.md says of CIFAR-100 with few pictures: BnB dips at n = 2 to 5, each interval
// apart from zero, and is not told from its base at n = 7; its loss on training pictures falls; base+, of which nothing was cut, dips as
// much; at the base's training loss no dip is told from zero.
func TestClaimsOfFewPictures(t *testing.T) {
	at, loss := dips(t, "few-pictures", stats.Accuracy), dips(t, "few-pictures", stats.CleanLoss)
	plus := at(transfer.BasePlus, 0).dip
	for _, n := range []int{2, 3, 4, 5} {
		b := at(transfer.Selffer, n).dip
		if b.High >= 0 || b.Low > plus.High || plus.Low > b.High || b.Clusters != 6 {
			t.Errorf("BnB at n = %d: %+v, base+ %+v; claimed: below the base, and not told from base+", n, b, plus)
		}
		if l := loss(transfer.Selffer, n).dip; l.High >= 0 {
			t.Errorf("BnB at n = %d: loss on training pictures %+v; claimed: below the base's", n, l)
		}
	}
	if plus.High >= 0 {
		t.Errorf("base+ %+v; claimed: below the base", plus)
	}
	for name, b := range map[string]stats.Dip{"BnB at n = 7": at(transfer.Selffer, 7).dip, "BnBs at n = 4": at(transfer.Stopped, 4).dip} {
		if b.Low > 0 || b.High < 0 {
			t.Errorf("%s: %+v; claimed: not told from zero", name, b)
		}
	}
}

// TestClaimsOfTheRate proves what results/fragility.md says of the same nets at half the rate: at n = 3, where most fail at 0.02, none
// does and the difference from the base is not told from zero.
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
