package transfer

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/transfer/store"
)

// TestPractices trains a net of each row at n = 3 and looks at where each layer begins and which have moved.
func TestPractices(t *testing.T) {
	cfg := tiny(t)
	cfg.Recipe = cfg.Recipe.WithSteps(8)
	l := lab(t, cfg)
	for _, c := range []struct {
		name     string
		from     string // the net whose layers it begins with
		same     []int  // layers, from 1, that are the bits of that net
		shuffled bool
	}{
		{"A3B+p", "A3B", nil, false},
		{"A3B+g", "baseA", nil, false},
		{"A3B+d", "baseA", nil, false},
		{"A3Bt", "baseA", []int{4, 5, 6, 7}, false},
		{"A3B+m", "baseA", nil, true},
		{"A3B", "baseA", []int{1, 2, 3}, false},
	} {
		r, err := l.Train(t.Context(), net(t, c.name))
		if err != nil {
			t.Fatal(err)
		}
		from, err := l.Train(t.Context(), net(t, c.from))
		if err != nil || !from.Hit {
			t.Fatalf("%s: its parent %s is no hit (%v)", c.name, c.from, err)
		}
		w, parent := weightsOf(t, cfg.Store, r), weightsOf(t, cfg.Store, from)
		arch := cfg.Arch
		arch.Classes = 2
		vars, err := arch.Variables()
		if err != nil {
			t.Fatal(err)
		}
		p, err := l.Plan(t.Context(), r.Net)
		if err != nil {
			t.Fatal(err)
		}
		start, err := p.initial(&donated{weights: parent})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range vars {
			here, first, theirs := w[v.Path].Data, start[v.Path].Data, parent[v.Path].Data
			if same := slices.Equal(here, theirs); same != slices.Contains(c.same, v.Layer+1) {
				t.Errorf("%s: %s has the parent's bits: %t", c.name, v.Path, same)
			}
			donates := v.Layer < 3 || c.name == "A3B+p" || c.name == "A3Bt" && v.Layer < 7
			switch {
			case c.shuffled && v.Layer < 3:
				a, b := slices.Clone(first), slices.Clone(theirs)
				slices.Sort(a)
				slices.Sort(b)
				if !slices.Equal(a, b) || len(a) > 1 && slices.Equal(first, theirs) {
					t.Errorf("%s: %s begins with other values than the parent's in another order", c.name, v.Path)
				}
			case slices.Equal(first, theirs) != donates:
				t.Errorf("%s: %s begins with the parent's: %t, want %t", c.name, v.Path, !donates, donates)
			}
		}
	}
}

// TestAlters: a row alters the donated layers alone, frozen ones too, by the seed of the net.
func TestAlters(t *testing.T) {
	was := rows[Selffer]
	defer func() { rows[Selffer] = was }()
	l := lab(t, tiny(t))
	base, err := l.Plan(t.Context(), net(t, "baseB#1"))
	if err != nil {
		t.Fatal(err)
	}
	parent, err := base.Initial()
	if err != nil {
		t.Fatal(err)
	}
	p, err := l.Plan(t.Context(), net(t, "B3B#1"))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := p.initial(&donated{weights: parent})
	if err != nil {
		t.Fatal(err)
	}
	rows[Selffer].alters = func(a arch.Arch, w arch.Weights, n int, seed uint64) (arch.Weights, error) {
		if n != 3 || seed != p.Net.stream("shuffle") || a.Name != p.Arch.Name {
			t.Errorf("%d layers of %s by seed %d, want 3 of %s by the net's", n, a.Name, seed, p.Arch.Name)
		}
		return a.Shuffled(w, n, seed)
	}
	altered, err := p.initial(&donated{weights: parent})
	if err != nil {
		t.Fatal(err)
	}
	vars, err := p.Arch.Variables()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range vars {
		same := slices.Equal(plain[v.Path].Data, altered[v.Path].Data)
		if v.Name == "weights" && same != (v.Layer >= 3) || v.Layer >= 3 && !same {
			t.Errorf("%s is as without the alteration: %t", v.Path, same)
		}
	}
}

// TestThawing: at n = 3 and after half of the steps, layers 1 and 2 are still the parent's and layer 3 is not.
func TestThawing(t *testing.T) {
	cfg := tiny(t)
	cfg.Recipe = cfg.Recipe.WithSteps(8)
	cfg.CheckpointSteps, cfg.Retries = 4, -1
	l := lab(t, cfg)
	base, err := l.Train(t.Context(), net(t, "baseA"))
	if err != nil {
		t.Fatal(err)
	}
	n := net(t, "A3B+g")
	p, err := l.Plan(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	w, parent := arch.Weights{}, weightsOf(t, cfg.Store, base)
	l.run = func(ctx context.Context, wk *slot, p *Plan, d *donated, k *keeper) (*outcome, error) {
		out, err := l.trainNet(ctx, wk, p, d, k)
		_, files, _, lerr := k.lease.Latest()
		if lerr != nil || files == nil {
			t.Fatalf("no checkpoint (%v)", lerr)
		}
		if w, lerr = decodeWeights(files[weightsFile]); lerr != nil {
			t.Fatal(lerr)
		}
		return out, err
	}
	if _, err := l.Train(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	vars, err := p.Arch.Variables()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range vars {
		if v.Layer > 2 {
			continue
		}
		if still := slices.Equal(w[v.Path].Data, parent[v.Path].Data); still != (v.Layer < 2) {
			t.Errorf("after 4 of 8 steps %s is the parent's: %t", v.Path, still)
		}
	}
}

// TestParentWithoutWeights: AnB's weights were dropped; AnB+p has it trained again.
func TestParentWithoutWeights(t *testing.T) {
	cfg := tiny(t)
	l := lab(t, cfg)
	anb, err := l.Train(t.Context(), net(t, "A3B"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := Prune(cfg.Store); err != nil {
		t.Fatal(err)
	}
	var broken *store.BrokenError
	if _, err := l.Train(t.Context(), net(t, "A3B+p")); !errors.As(err, &broken) ||
		!strings.Contains(err.Error(), "dropped") {
		t.Errorf("error %v, want one that says that the weights were dropped", err)
	}
	results, err := collect(t, l, "A3B+p", "A3B")
	if err != nil {
		t.Fatal(err)
	}
	if r := results["0/A3B+p"]; !r.HasWeights() {
		t.Errorf("A3B+p: %+v", r)
	}
	if again := results["0/A3B"]; again.Hit || again.Accuracy != anb.Accuracy || again.Loss != anb.Loss {
		t.Errorf("A3B was a hit: %t; loss %v, before %v", again.Hit, again.Loss, anb.Loss)
	}
}

// TestRescaledTransfer: features at the cut have an RMS of 1 before the first step, frozen or not.
func TestRescaledTransfer(t *testing.T) {
	cfg := tiny(t)
	l := lab(t, cfg)
	for _, name := range []string{"A4Br", "A4B+r"} {
		r, err := l.Train(t.Context(), net(t, name))
		if err != nil {
			t.Fatal(err)
		}
		if at := r.Scale * r.Rescale; !(at > 0.999 && at < 1.001) {
			t.Errorf("%s: RMS %v times %v is %v, want 1", name, r.Scale, r.Rescale, at)
		}
	}
}
