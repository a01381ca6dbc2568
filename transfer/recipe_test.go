package transfer

import (
	"testing"

	"coadapt/gomlxnet/dataset"
)

// Few pictures come in small batches at half the rate, so that fifteen passes are steps enough; shapes are neither shifted nor mirrored whatever
// their number.
func TestMiniConfigFitsTheData(t *testing.T) {
	for spec, want := range map[string]struct {
		batch int
		rate  float64
	}{
		"shapes":                       {16, 0.005}, // 40 classes of 200
		"shapes:classes=2,train=9999":  {16, 0.005},
		"shapes:classes=2,train=10000": {64, 0.01},
	} {
		src, err := dataset.Open(t.Context(), spec, dataset.Options{})
		if err != nil {
			t.Fatal(err)
		}
		cfg := MiniConfig(src)
		if r := cfg.Recipe; r.Batch != want.batch || r.Rate.Base != want.rate || r.Mirror || r.Pad != 0 || cfg.Epochs != 3 {
			t.Errorf("%s: batch %d, rate %v, mirror %v, pad %d, %v epochs; want %+v and 3 plain epochs", spec, r.Batch, r.Rate.Base, r.Mirror, r.Pad, cfg.Epochs, want)
		}
	}
}
