package transfer

import "testing"

// TestEveryTreatmentParsesBack has a net of every row of the table.
func TestEveryTreatmentParsesBack(t *testing.T) {
	want := map[Treatment]string{
		Base: "1/baseB", Selffer: "1/B4B", SelfferPlus: "1/B4B+", Transfer: "1/A4B", TransferPlus: "1/A4B+", Random: "1/R4B", BasePlus: "1/baseB+",
		BaseTwice: "1/baseB2x", Rescaled: "1/B4Br", AsInitial: "1/B4Bi", Fresh: "1/B4Bf", Stopped: "1/B4Bs",
	}
	all := append(Treatments(), Controls()...)
	if len(all) != len(rows) {
		t.Errorf("%d treatments of the paper and controls, %d rows", len(all), len(rows))
	}
	for _, tr := range all {
		n := Net{Split: "1", Target: B, Treatment: tr, N: 4}
		if tr.Uncut() {
			n.N = 0
		}
		if n.String() != want[tr] {
			t.Errorf("a net of %s is written %s, want %s", tr, n, want[tr])
		}
		if back, err := ParseNet(n.String()); err != nil || back != n {
			t.Errorf("%s reads back as %+v, %v", n, back, err)
		}
		if back, err := ParseTreatment(tr.String()); err != nil || back != tr {
			t.Errorf("condition %s reads back as %v, %v", tr, back, err)
		}
		if _, ok := n.Parent(); ok != tr.FromBase() {
			t.Errorf("%s has a parent: %v", n, ok)
		}
	}
	for _, bad := range []string{"A3Br", "R3Bs", "baseBr", "B3B2x", "B3Brr"} {
		if n, err := ParseNet(bad); err == nil {
			t.Errorf("%s reads as %+v, want an error", bad, n)
		}
	}
}

func TestCurveWithControls(t *testing.T) {
	nets := Curve([]string{"0"}, []int{0}, []Treatment{Selffer, BasePlus, BaseTwice, Rescaled}, []int{4})
	var names string
	for _, n := range nets {
		names += n.String() + " "
	}
	if want := "0/baseA 0/baseB 0/baseB+ 0/baseB2x 0/B4B 0/B4Br "; names != want {
		t.Errorf("nets %q, want %q", names, want)
	}
}
