package transfer

import (
	"errors"
	"math"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/transfer/store"
)

// TestParentWithWrongWeights: weights whose digest is right and which no such net can have are set aside when a child
// asks for them, and the next try trains the parent again.
func TestParentWithWrongWeights(t *testing.T) {
	for name, spoil := range map[string]func(arch.Weights, string){
		"a tensor less": func(w arch.Weights, path string) { delete(w, path) },
		"not a number":  func(w arch.Weights, path string) { w[path].Data[0] = float32(math.NaN()) },
	} {
		cfg := tiny(t)
		first := lab(t, cfg)
		base := trainNet(t, first, "baseA")
		files, err := cfg.Store.Get(base.Key)
		if err != nil {
			t.Fatal(err)
		}
		w := weightsOf(t, cfg.Store, base)
		for path := range w {
			spoil(w, path)
			break
		}
		if files[weightsFile], err = encodeWeights(w); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(cfg.Store.Remove(base.Key), cfg.Store.Put(base.Key, files)); err != nil {
			t.Fatal(err)
		}
		l := lab(t, cfg)
		_, err = l.Train(t.Context(), net(t, "A1B"))
		var broken *store.BrokenError
		if !errors.As(err, &broken) || broken.Key != base.Key || broken.File != weightsFile || cfg.Store.Has(base.Key) {
			t.Errorf("%s: %v, want a broken entry %s", name, err, base.Key)
		}
		if r := trainNet(t, l, "A1B"); !r.HasWeights() || !cfg.Store.Has(base.Key) {
			t.Errorf("%s: the next try came to %+v", name, r)
		}
	}
}
