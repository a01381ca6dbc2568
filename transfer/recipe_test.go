package transfer

import (
	"testing"

	"coadapt/gomlxnet/dataset/formats"
	"coadapt/gomlxnet/dataset/shapes"
)

// Plain shapes are the default experiment, and hold the same pictures as shapes with their parameters: one key,
// whichever way a net was asked for.
func TestMiniConfigOfPlainShapes(t *testing.T) {
	plain, err := formats.Open(t.Context(), shapes.PlainName, formats.Options{})
	if err != nil {
		t.Fatal(err)
	}
	same, err := formats.Open(t.Context(), "shapes:train=1000,test=250,size=24,noise=3,clutter=2,warp=0,occlude=0",
		formats.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if plain.Digest() != same.Digest() || plain.Name() != "plain-shapes" || same.Name() != "shapes" {
		t.Errorf("plain-shapes are %s %s, the same as shapes with parameters %s %s", plain.Name(), plain.Digest(),
			same.Name(), same.Digest())
	}
	cfg := MiniConfig(plain)
	if r := cfg.Recipe; r.Batch != 32 || r.Rate.Base != 0.0275 || r.Steps != 3000 || r.Rate.Max != 3000 ||
		cfg.Epochs != 0 ||
		r.Mirror ||
		r.Pad != 0 {
		t.Errorf("recipe %+v, %v epochs; want 3000 steps of 32 at a rate of 0.0275 that falls to 0 there", r,
			cfg.Epochs)
	}
	if w := cfg.Arch.Outputs(1); cfg.Arch.Size != 24 || w != 24 {
		t.Errorf("arch of %d px, conv2 of %d; want 24 px, 24 channels", cfg.Arch.Size, w)
	}
}

// Few pictures come in small batches at half the rate, so that fifteen passes are steps enough; shapes are neither
// shifted nor mirrored whatever their number.
func TestMiniConfigFitsTheData(t *testing.T) {
	for spec, want := range map[string]struct {
		batch int
		rate  float64
	}{
		"shapes":                       {16, 0.005}, // 40 classes of 200
		"shapes:classes=2,train=9999":  {16, 0.005},
		"shapes:classes=2,train=10000": {64, 0.01},
	} {
		src, err := formats.Open(t.Context(), spec, formats.Options{})
		if err != nil {
			t.Fatal(err)
		}
		cfg := MiniConfig(src)
		if r := cfg.Recipe; r.Batch != want.batch || r.Rate.Base != want.rate || r.Mirror || r.Pad != 0 ||
			cfg.Epochs != 3 {
			t.Errorf("%s: batch %d, rate %v, mirror %v, pad %d, %v epochs; want %+v and 3 plain epochs", spec, r.Batch,
				r.Rate.Base, r.Mirror, r.Pad, cfg.Epochs, want)
		}
	}
}
