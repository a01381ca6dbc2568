package transfer

import (
	"strings"
	"testing"
)

func TestNetRoundTrip(t *testing.T) {
	for _, name := range []string{"0/baseA", "0/baseB#3", "0/A3B", "1/B3B+", "natman/B7A+#2", "2/R1A", "0/A12B",
		"0/baseB+", "1/baseA+#2", "0/baseA@50#1", "whole/base", "whole/base@250", "whole/R3", "whole/base+",
		"animals/A3B", "pets2/baseA#1"} {
		n, err := ParseNet(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := n.String(); got != name {
			t.Errorf("%s prints as %s", name, got)
		}
	}
	short, err := ParseNet("A3B+")
	if err != nil || short != (Net{Split: "0", Target: B, Treatment: TransferPlus, N: 3}) {
		t.Errorf("A3B+ = %+v, %v", short, err)
	}
}

func TestParseNetRefuses(t *testing.T) {
	for _, name := range []string{"", "base", "baseC", "A0B", "A3C", "R3B+", "0/0/A3B", "A3B#", "A3B ",
		"A99999999999999999999B",
		"0/base", "whole/baseA", "whole/3", "whole/A3B", "0/R3", "A3B@5", "baseB+@5", "baseB@0", "baseB@"} {
		if n, err := ParseNet(name); err == nil || !strings.Contains(err.Error(), "paper's notation") {
			t.Errorf("%q = %+v, %v; want an error that shows the notation", name, n, err)
		}
	}
}

// TestParents follows the paper's table of treatments: AnB takes its layers
// from A, BnB from its own base, RnB and bases from nowhere.
func TestParents(t *testing.T) {
	for name, want := range map[string]string{
		"A3B": "0/baseA", "A3B+": "0/baseA", "B3B": "0/baseB", "B3B+#1": "0/baseB#1", "natman/B2A": "natman/baseB",
		"R3B": "", "baseA": "", "baseA+#2": "0/baseA#2", "whole/R1": "",
	} {
		n, err := ParseNet(name)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if p, ok := n.Parent(); ok {
			got = p.String()
		}
		if got != want {
			t.Errorf("parent of %s = %q, want %q", name, got, want)
		}
	}
	n := Net{Split: "0", Target: B, Treatment: Transfer, N: 3}
	if n.Halves() != "0A0B" {
		t.Errorf("halves of %s = %s, want 0A0B", n, n.Halves())
	}
}

func TestTreatments(t *testing.T) {
	for _, tr := range append(Treatments(), BasePlus) {
		if got, err := ParseTreatment(tr.String()); err != nil || got != tr {
			t.Errorf("%s parses as %s, %v", tr, got, err)
		}
	}
	if _, err := ParseTreatment("AnC"); err == nil {
		t.Error("condition AnC was taken")
	}
}

func TestCurveLists(t *testing.T) {
	nets := Curve([]string{"0"}, []int{0}, Treatments(), []int{1, 2, 3, 4, 5, 6, 7})
	if len(nets) != 37 { // 2 bases and 5 conditions at 7 cuts
		t.Fatalf("%d nets, want 37", len(nets))
	}
	seen := map[Net]bool{}
	for _, n := range nets {
		if p, ok := n.Parent(); ok && !seen[p] {
			t.Errorf("%s stands before its parent %s", n, p)
		}
		if seen[n] {
			t.Errorf("%s twice", n)
		}
		seen[n] = true
	}
}

// TestStreams states what is paired: all nets above a cut draw alike for one
// seed, and nothing else does.
func TestStreams(t *testing.T) {
	stream := func(name string) uint64 {
		n, err := ParseNet(name)
		if err != nil {
			t.Fatal(err)
		}
		return n.stream("init")
	}
	for _, same := range [][2]string{{"A3B", "A4B"}, {"A3B", "B3B"}, {"A3B", "A3B+"}, {"A3B", "R3B"}} {
		if stream(same[0]) != stream(same[1]) {
			t.Errorf("%s and %s draw apart", same[0], same[1])
		}
	}
	for _, other := range [][2]string{{"A3B", "A3B#1"}, {"baseA", "baseB"}, {"baseB", "B3B"}} {
		if stream(other[0]) == stream(other[1]) {
			t.Errorf("%s and %s draw alike", other[0], other[1])
		}
	}
}
