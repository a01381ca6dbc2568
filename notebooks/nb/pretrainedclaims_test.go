package nb

import (
	"math"
	"testing"

	"coadapt/transfer"
)

// TestClaimsOfPretrained proves what results/pretrained.md says, by its nets: of frozen features of ImageNet's, as they
// are and at an RMS of 1, which train and how far.
func TestClaimsOfPretrained(t *testing.T) {
	for name, want := range map[string]map[string]float64{ // accuracies; 0: it did not train
		"cifar100": {"pretrained/baseB": 0, "pretrained/A9B": 0, "pretrained/A8B": 0, "pretrained/A5Br": 0,
			"pretrained/A7Br": 0.371,
			"pretrained/A8Br": 0.367, "pretrained/A9Br": 0.489},
		"tiny-imagenet": {"pretrained/baseB": 0, "pretrained/A5Br": 0, "pretrained/A7Br": 0, "pretrained/A9Br": 0.232},
	} {
		nets := kept(t, "pretrained/"+name)
		if len(nets) != len(want) {
			t.Errorf("%s: %d nets, want %d", name, len(nets), len(want))
		}
		for _, r := range nets {
			accuracy, ok := want[r.Net.String()]
			switch {
			case !ok:
				t.Errorf("%s: %s is not on the page", name, r.Net)
			case accuracy == 0 && r.Status != transfer.NotTrained:
				t.Errorf("%s: %s is %s; claimed: it did not train", name, r.Net, r.Status)
			case accuracy > 0 && math.Abs(r.Accuracy-accuracy) > 0.0006:
				t.Errorf("%s: %s has %.4f; claimed: %.3f", name, r.Net, r.Accuracy, accuracy)
			}
			rms := map[int]float64{5: 119, 7: 42.0, 8: 28.8, 9: 9.4}[r.Net.N]
			if name == "cifar100" && math.Abs(r.Scale-rms) > 0.06 {
				t.Errorf("RMS %v of %s; claimed: %v", r.Scale, r.Net, rms)
			}
		}
	}
}

// TestClaimsOfPretrainedWithBatchNorm: what results/pretrained.md says of CIFAR-10's ResNet-20: no net fails, features
// have an RMS near 1, and bringing them to 1 changes little.
func TestClaimsOfPretrainedWithBatchNorm(t *testing.T) {
	want := map[string]float64{"pretrained/A5B": 0.417, "pretrained/A5Br": 0.420, "pretrained/A9B": 0.485,
		"pretrained/A9Br": 0.483, "pretrained/A10B": 0.355, "pretrained/A10Br": 0.341}
	accuracy := map[string]float64{}
	for _, r := range kept(t, "pretrained/cifar100-resnet20") {
		if r.Net.Treatment == transfer.Base {
			if share := float64(r.Correct) / float64(r.Tested); r.Status != transfer.NotTrained ||
				math.Abs(share-0.218) > 0.0006 {
				t.Errorf("%s is %s with %.4f; claimed: not trained, with 0.218", r.Net, r.Status, share)
			}
			continue
		}
		accuracy[r.Net.String()] = r.Accuracy
		if r.Status != transfer.OK || math.Abs(r.Accuracy-want[r.Net.String()]) > 0.0006 {
			t.Errorf("%s is %s with %.4f; claimed: %.3f", r.Net, r.Status, r.Accuracy, want[r.Net.String()])
		}
		if rms := map[int]float64{5: 0.85, 9: 0.75, 10: 1.36}[r.Net.N]; math.Abs(r.Scale-rms) > 0.006 {
			t.Errorf("RMS %v of %s; claimed: %v", r.Scale, r.Net, rms)
		}
	}
	if len(accuracy) != len(want) {
		t.Errorf("%d cut nets, want %d", len(accuracy), len(want))
	}
	for _, n := range []string{"5", "9", "10"} {
		if moved := accuracy["pretrained/A"+n+"Br"] - accuracy["pretrained/A"+n+"B"]; math.Abs(moved) > 0.015 {
			t.Errorf("n = %s: rescaling moves it by %.4f; claimed: by 0.015 at most", n, moved)
		}
	}
	if more := accuracy["pretrained/A9B"] - accuracy["pretrained/A10B"]; math.Abs(more-0.13) > 0.005 {
		t.Errorf("n = 9 is %.4f above n = 10; claimed: 0.13", more)
	}
}

// TestClaimsOfResNet20: what results/README.md says of a net with batch norm.
func TestClaimsOfResNet20(t *testing.T) {
	nets := map[string]transfer.Result{}
	for _, r := range kept(t, "resnet20") {
		nets[r.Net.String()] = r
	}
	for _, n := range []string{"1", "5", "9"} {
		for _, name := range []string{"0/B" + n + "B", "0/B" + n + "Br"} {
			r := nets[name]
			if off := r.Accuracy - nets["0/baseB"].Accuracy; r.Status != transfer.OK || math.Abs(off) > 0.02 {
				t.Errorf("%s is %s, %+.4f from its base; claimed: within 0.02", name, r.Status, off)
			}
			if r.Scale < 0.65 || r.Scale > 1.05 {
				t.Errorf("%s: RMS %v; claimed: 0.7 to 1.0", name, r.Scale)
			}
		}
	}
	if lost := nets["0/B9B"].Accuracy - nets["0/A9B"].Accuracy; math.Abs(lost-0.034) > 0.0006 {
		t.Errorf("at n = 9 AnB is %.4f below BnB; claimed: 0.034", lost)
	}
}

// TestClaimsOfTwoDataSets: what results/pretrained.md says of CIFAR-100 and Tiny ImageNet.
func TestClaimsOfTwoDataSets(t *testing.T) {
	accuracy := map[string]float64{}
	for _, r := range kept(t, "two-data-sets") {
		accuracy[r.Net.String()] = r.Accuracy
	}
	base := accuracy["pair/baseB"]
	if math.Abs(base-0.106) > 0.0006 {
		t.Errorf("base %.4f; claimed: 10.6%%", base)
	}
	for name, gain := range map[string]float64{"pair/A3B+": 0.0315, "pair/A5B+": 0.028} {
		if got := accuracy[name] - base; math.Abs(got-gain) > 0.0006 {
			t.Errorf("%s: %+.4f from its base; claimed: %+.4f", name, got, gain)
		}
	}
	for _, n := range []string{"1", "3", "5", "7"} {
		if plus, frozen := accuracy["pair/A"+n+"B+"], accuracy["pair/A"+n+"B"]; plus <= frozen || frozen < base {
			t.Errorf("n = %s: base %.3f, AnB %.3f, AnB+ %.3f; drawn: each above the one before", n, base, frozen, plus)
		}
	}
}
