package transfer

import (
	"slices"
	"testing"

	"coadapt/gomlxnet/arch"
)

// TestEveryTreatmentParsesBack has a net of every row of the table.
func TestEveryTreatmentParsesBack(t *testing.T) {
	want := map[Treatment]string{
		Base: "1/baseB", Selffer: "1/B4B", SelfferPlus: "1/B4B+", Transfer: "1/A4B", TransferPlus: "1/A4B+",
		Random: "1/R4B", BasePlus: "1/baseB+",
		BaseTwice: "1/baseB2x", Rescaled: "1/B4Br", AsInitial: "1/B4Bi", Fresh: "1/B4Bf", Stopped: "1/B4Bs",
		ProbeFirst: "1/A4B+p", Gradual: "1/A4B+g",
		Discriminative: "1/A4B+d", FirstTuned: "1/A4Bt", MomentsOnly: "1/A4B+m",
		TransferRescaled: "1/A4Br", TransferPlusRescaled: "1/A4B+r",
	}
	all := slices.Concat(Treatments(), Controls(), Practices())
	if !slices.Equal(all, Conditions()) || len(all) != len(rows) {
		t.Errorf("%d treatments of the paper, controls and practices, %d rows", len(all), len(rows))
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
	for _, bad := range []string{"R3Br", "R3Bs", "baseBr", "B3B2x", "B3Brr", "B3B+p", "A3B+x", "A3B+pg", "R3B+",
		"A3Bp"} {
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

// TestWhatLearns has the layers that learn of a net at n = 3, in an arch of seven cuts, step by step.
func TestWhatLearns(t *testing.T) {
	frozen := func(n int) arch.Cut { return arch.Cut{N: n, Frozen: true} }
	for tr, want := range map[Treatment][]stage{
		Transfer:       {{1000, frozen(3)}},
		TransferPlus:   {{1000, arch.Cut{N: 3}}},
		ProbeFirst:     {{1000, arch.Cut{N: 3}}},
		Discriminative: {{1000, arch.Cut{N: 3, Rate: 0.1}}},
		FirstTuned:     {{1000, arch.Cut{N: 7, Frozen: true, Free: 3}}},
		Gradual:        {{250, frozen(3)}, {500, frozen(2)}, {750, frozen(1)}, {1000, arch.Cut{}}},
	} {
		if got := tr.stages(3, 7, 1000); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", tr, got, want)
		}
	}
}

// TestGenerations follows nets to where their layers come from.
func TestGenerations(t *testing.T) {
	for name, want := range map[string][]string{
		"0/A3B+p#2": {"0/A3B#2", "0/baseA#2"}, "0/B3A+p": {"0/B3A", "0/baseB"}, "natman/A5Bt": {"natman/baseA"},
		"0/B3B": {"0/baseB"}, "0/baseA+": {"0/baseA"},
	} {
		n, err := ParseNet(name)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for p, ok := n.Parent(); ok; p, ok = p.Parent() {
			got = append(got, p.String())
		}
		if !slices.Equal(got, want) || n.root().String() != want[len(want)-1] {
			t.Errorf("%s comes from %v, its root is %s; want %v", name, got, n.root(), want)
		}
	}
}

// TestRandomLayersOfAnyRow: a net on random layers is written with R whatever its row, as the condition is.
func TestRandomLayersOfAnyRow(t *testing.T) {
	was := rows[Stopped]
	defer func() { rows[Stopped] = was }()
	rows[Stopped].name = "RnBs"
	n := Net{Split: "1", Target: B, Treatment: Stopped, N: 4}
	if got := n.String(); got != "1/R4Bs" {
		t.Errorf("a net of a row with random layers is written %s, want 1/R4Bs", got)
	}
	if back, err := ParseNet("1/R4Bs"); err != nil || back != n {
		t.Errorf("1/R4Bs reads back as %+v, %v", back, err)
	}
}
