package transfer

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"coadapt/gomlxnet/dataset/formats"
	"coadapt/gomlxnet/nets"
	"coadapt/transfer/store"
)

// TestKeysOfKeptNets: nets in notebooks/results whose pictures are drawn have the keys that they were trained under,
// so that a store of theirs is all hits.
func TestKeysOfKeptNets(t *testing.T) {
	scale := func(rate float64) func(*Config) {
		return func(c *Config) {
			c.Arch = nets.Mini(2, nets.MiniOptions{Size: 24, Widths: [7]int{16, 24, 24, 24, 24, 64, 64}})
			c.Epochs, c.Recipe.Batch, c.Recipe.Rate.Base = 0, 32, rate
			c.Recipe = c.Recipe.WithSteps(8000)
		}
	}
	for _, c := range []struct {
		name, data string
		change     func(*Config)
	}{
		{"plain-shapes", "plain-shapes", func(*Config) {}},
		{"scale", "shapes:train=2500,test=250,size=24", scale(0.02)},
		{"half-rate", "shapes:train=2500,test=250,size=24", scale(0.01)},
	} {
		src, err := formats.Open(t.Context(), c.data, formats.Options{})
		if err != nil {
			t.Fatal(err)
		}
		cfg, name := MiniConfig(src), c.name
		c.change(&cfg)
		cfg.Class = "xla:cpu"
		if cfg.Store, err = store.Open(t.TempDir()); err != nil {
			t.Fatal(err)
		}
		l := lab(t, cfg)
		text, err := os.ReadFile("../notebooks/results/" + name + "/nets.jsonl")
		if err != nil {
			t.Fatal(err)
		}
		nets, other := 0, 0
		for line := range strings.Lines(string(text)) {
			var kept struct{ Name, Key string }
			if err := json.Unmarshal([]byte(line), &kept); err != nil {
				t.Fatal(err)
			}
			p, err := l.Plan(t.Context(), net(t, kept.Name))
			if err != nil {
				t.Fatal(err)
			}
			if nets++; p.Key != kept.Key {
				if other++; other == 1 {
					t.Errorf("%s: net %s has key %s, and was trained under %s", name, kept.Name, p.Key, kept.Key)
				}
			}
		}
		if other > 0 || nets == 0 {
			t.Errorf("%s: %d of %d nets have other keys", name, other, nets)
		}
	}
}
