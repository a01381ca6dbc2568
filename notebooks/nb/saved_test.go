package nb

import (
	"strings"
	"testing"

	"coadapt/gomlxnet/home"
	"coadapt/transfer"
	"coadapt/transfer/figure"
)

func root(t *testing.T) home.Home {
	t.Helper()
	h, err := home.Locate()
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// How many nets: the first lines of the reports beside them.
func TestSaved(t *testing.T) {
	for name, want := range map[string]int{"cifar100": 84, "shapes": 360} {
		results, err := saved(root(t), name)
		if err != nil || len(results) != want {
			t.Errorf("%s: %d nets, %v; want %d", name, len(results), err, want)
		}
	}
	if _, err := saved(root(t), "imagenet"); err == nil ||
		!strings.Contains(err.Error(), "few-pictures, half-rate, plain-shapes, resnet20, scale, shapes") {
		t.Errorf("no such results: %v", err)
	}
}

// Behind a curve of plain shapes are the nets of all seeds that are saved, though another folder of the same experiment
// has one seed: eight, by the report beside them.
func TestSavedLike(t *testing.T) {
	kept, err := saved(root(t), "plain-shapes")
	if err != nil {
		t.Fatal(err)
	}
	like, err := savedLike(kept[:1])
	if err != nil {
		t.Fatal(err)
	}
	if err := figure.Check(like); err != nil {
		t.Error(err)
	}
	seeds := map[int]bool{}
	for _, r := range like {
		if n := r.Net; n.Split == "0" && n.Target == transfer.B && n.Treatment == transfer.Selffer && n.N == 4 {
			seeds[n.Seed] = true
		}
	}
	if len(seeds) != 8 {
		t.Errorf("B4B of %d seeds, want 8", len(seeds))
	}
}

// A figure of saved nets, and one of the nets of 2014, is what it was as long as their numbers are; one net's number
// more or less is told.
func TestStampOfSavedResults(t *testing.T) {
	l := lab(t, 2)
	if err := l.ready(); err != nil {
		t.Fatal(err)
	}
	kept, err := saved(root(t), "cifar100")
	if err != nil {
		t.Fatal(err)
	}
	for name, results := range map[string][]transfer.Result{"saved": kept, "2014": Paper()} {
		s, err := l.stamp("x", must(draw("figure 2", results)))
		if err != nil {
			t.Fatal(err)
		}
		if changes, known, err := s.Changes(t.Context()); len(changes) > 0 || !known || err != nil {
			t.Errorf("%s: %v, %v, %v; want no change", name, changes, known, err)
		}
		other := append([]transfer.Result{}, results...)
		other[3].Accuracy += 0.01
		if s, err = l.stamp("x", of(figure.Drawing(nil), other...)); err != nil {
			t.Fatal(err)
		}
		if changes, known, err := s.Changes(t.Context()); known && len(changes) == 0 || err != nil {
			t.Errorf("%s with another number: %v, %v, %v", name, changes, known, err)
		}
	}
}

// The paper's own claim and ours, alone, each with its lines.
func TestClaimsByName(t *testing.T) {
	x, err := claims(Paper(), "boost", "surplus, unpaired")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, r := range x.rows {
		got[r[0]]++
	}
	if len(got) != 2 || got["boost"] == 0 || got["surplus, unpaired"] == 0 {
		t.Errorf("rows of %v", got)
	}
	if _, err := claims(Paper(), "bost"); err == nil || !strings.Contains(err.Error(), `"boost"`) {
		t.Errorf("a claim that is none: %v", err)
	}
}

// stats tests the arithmetic against published power tables; here the row is that of the design. Six pairs that
// spread by 1 find
// 1.4345 points, and a whole point takes 10 (power 0.8031; 9 have 0.7480): SciPy 1.17's scipy.stats.nct.
func TestPower(t *testing.T) {
	x, err := power([]Design{{SD: 1, Units: 6}})
	if err != nil {
		t.Fatal(err)
	}
	row := x.rows[0]
	if row[0] != "1.0" || row[1] != "6" || row[2] != "1.43" || x.head[4] != "for 1.0" || row[4] != "10" {
		t.Errorf("%q under %q", row, x.head)
	}
	for says, d := range map[string][]Design{"no design": nil, "Units: 1": {{SD: 1, Units: 1}}, "SD: 0": {{Units: 4}}} {
		if _, err := power(d); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v: %v, want an error about %s", d, err, says)
		}
	}
}
