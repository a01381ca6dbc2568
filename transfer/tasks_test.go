package transfer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coadapt/gomlxnet/dataset"
)

// TestOwnSplits: a net of a split of one's own has the key of the same classes under another name, for that is what
// is trained, and is of an experiment of its own.
func TestOwnSplits(t *testing.T) {
	cfg := tiny(t)
	natman, err := SplitFor(cfg.Source, "natman")
	if err != nil {
		t.Fatal(err)
	}
	classes := cfg.Source.Classes()
	text := "[A]\n" + classes[natman.A[0]].Name + "\n" + classes[natman.A[1]].Name +
		"\n[B]\n" + classes[natman.B[0]].Name + "\n" + classes[natman.B[1]].Name + "\n"
	file := filepath.Join(t.TempDir(), "kinds.txt")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	plain := lab(t, cfg)
	if cfg.Splits, err = OwnSplits(file, cfg.Source); err != nil {
		t.Fatal(err)
	}
	own := lab(t, cfg)
	for _, name := range []string{"baseA", "A3B"} {
		want, err := plain.Plan(t.Context(), net(t, "natman/"+name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := own.Plan(t.Context(), net(t, "kinds/"+name))
		if err != nil {
			t.Fatal(err)
		}
		if got.Key != want.Key {
			t.Errorf("kinds/%s has key %.12s, want natman/%s's %.12s", name, got.Key, name, want.Key)
		}
	}
	if own.Experiment() == plain.Experiment() {
		t.Error("nets of a split file are of the experiment without it")
	}
	cfg.Splits[0].A, cfg.Splits[0].B = cfg.Splits[0].B, cfg.Splits[0].A
	if other := lab(t, cfg); other.Experiment() == own.Experiment() {
		t.Error("another file of the same name gives the same experiment")
	}
	r, err := own.Train(t.Context(), net(t, "kinds/baseA"))
	if err != nil || r.Net.String() != "kinds/baseA" || r.Classes != 2 {
		t.Errorf("%s of %d classes, %v; want kinds/baseA of 2", r.Net, r.Classes, err)
	}
	for name, want := range map[string]string{"pets": "-split-file", "-1": "want a seed"} {
		if _, err := SplitFor(cfg.Source, name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("split %s: %v, want an error with %q", name, err, want)
		}
	}
	if _, err := SplitFor(cfg.Source, "kind", cfg.Splits...); err == nil || !strings.Contains(err.Error(),
		"the split file has kinds") {
		t.Errorf("split kind: %v, want an error that names kinds", err)
	}
	for _, bad := range [][]dataset.Split{{cfg.Splits[0], cfg.Splits[0]}, {{Name: "0", A: []int{0, 1}, B: []int{2,
		3}}}} {
		cfg.Splits = bad
		if l, err := NewLab(cfg); err == nil {
			l.Close()
			t.Errorf("a lab took the splits %v", bad)
		}
	}
}
