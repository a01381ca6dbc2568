package transfer

import (
	"math"
	"slices"
	"testing"

	"coadapt/gomlxnet/nets"
	"coadapt/transfer/store"
)

// residual is an experiment on a ResNet of depth 8. What enters the blocks of cuts 2 to 4 reaches their ends without
// weights on its way.
func residual(t *testing.T) Config {
	t.Helper()
	cfg := tiny(t)
	var err error
	if cfg.Arch, err = nets.Named("resnet20:depth=8,size=8", 2, 0); err != nil {
		t.Fatal(err)
	}
	cfg.Recipe = cfg.Recipe.WithSteps(4)
	return cfg
}

// TestRescaledShortcuts: features behind blocks that add what enters them have an RMS of 1 at the cut, before and after
// training; the frozen layers are the parent's but for the factor, so that all features are the same up to the scale of
// each; and what reads the net from the store sees the same net.
func TestRescaledShortcuts(t *testing.T) {
	cfg := residual(t)
	l := lab(t, cfg)
	base, err := l.Train(t.Context(), net(t, "baseB"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"B2Br", "B4Br", "A3B+r"} {
		r, err := l.Train(t.Context(), net(t, name))
		if err != nil {
			t.Fatal(err)
		}
		if at := r.Scale * r.Rescale; r.Rescale == 0 || math.Abs(at-1) > 1e-3 {
			t.Errorf("%s: RMS %v times %v is %v, want 1", name, r.Scale, r.Rescale, at)
		}
		if !r.Net.Treatment.Frozen() {
			continue
		}
		trained, err := l.Trained(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		if got := readScale(t, l, r, trained.Weights, r.Net.N); math.Abs(got-1) > 1e-3 {
			t.Errorf("%s: RMS %v at the cut after training, want 1", name, got)
		}
	}
	tr, err := l.Trained(t.Context(), base)
	if err != nil {
		t.Fatal(err)
	}
	r, err := l.Train(t.Context(), net(t, "B4Br"))
	if err != nil || !r.Hit {
		t.Fatalf("%+v, %v", r, err)
	}
	scaled, err := tr.Arch.Rescaled(tr.Weights, 4, r.Rescale)
	if err != nil {
		t.Fatal(err)
	}
	stored := weightsOf(t, cfg.Store, r)
	vars, err := tr.Arch.Variables()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range vars {
		if v.Layer < 4 && !slices.Equal(stored[v.Path].Data, scaled[v.Path].Data) {
			t.Errorf("%s of B4Br is not its base's, multiplied by %v", v.Path, r.Rescale)
		}
	}
}

// TestRescaledShortcutsResume: a rescaled net that is stopped and goes on ends in the bits of one that was not.
func TestRescaledShortcutsResume(t *testing.T) {
	interrupted(t, "B3Br", func(t *testing.T) Config {
		cfg := residual(t)
		cfg.Recipe = cfg.Recipe.WithSteps(8)
		var err error
		if cfg.Store, err = store.Open(t.TempDir()); err != nil {
			t.Fatal(err)
		}
		return cfg
	})
}
