package transfer

import (
	"testing"

	"coadapt/gomlxnet"
	"coadapt/transfer/store"
)

// A net whose frozen layers were run once on each picture is, bit for bit, the
// one whose every step ran them: its weights, training curve and result. Batches straddle epochs, and dropout
// is among frozen layers and above them.
func TestSettledIsTheSame(t *testing.T) {
	for _, backend := range []string{"go", "xla:cpu"} {
		t.Run(backend, func(t *testing.T) {
			cfg := tinyOn(t, backend)
			cfg.Recipe.Batch = 7 // of 24 pictures
			cfg.Recipe = cfg.Recipe.WithSteps(11)
			slow := cfg
			var err error
			if slow.Store, err = store.Open(t.TempDir()); err != nil {
				t.Fatal(err)
			}
			kept, always := lab(t, cfg), lab(t, slow)
			always.maxSettled = 0
			for _, name := range []string{"A1B", "B3B", "A5B", "R6B", "A7B"} {
				n := net(t, name)
				p, err := kept.plan(t.Context(), n)
				if err != nil {
					t.Fatal(err)
				}
				each, err := p.settled(kept.maxSettled)
				if none, _ := p.settled(0); err != nil || each == 0 || none != 0 {
					t.Fatalf("%s: %d values a picture are kept, and %d where there is no room; %v", name, each, none, err)
				}
				want, err := always.Train(t.Context(), n)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := kept.Train(t.Context(), n); err != nil {
					t.Fatal(err)
				}
				sameEntry(t, name, cfg.Store, slow.Store, want.Key)
			}
		})
	}
}

// What frozen layers give is kept where it is the same in every epoch and is
// asked for more than once.
func TestSettled(t *testing.T) {
	for what, c := range map[string]struct {
		net    string
		change func(*Config)
		want   int // values of a picture
	}{
		"frozen":               {"A3B", nil, 3 * 3 * 4},
		"frozen inner product": {"A7B", func(c *Config) { c.Arch.Layers[5].Dropout, c.Arch.Layers[6].Dropout = 0, 0 }, 8},
		"below dropout":        {"A7B", nil, 1 * 1 * 4},
		"fine-tuned":           {"A3B+", nil, 0},
		"base":                 {"baseB", nil, 0},
		"cut at random":        {"A3B", func(c *Config) { c.Recipe.Pad = 1 }, 0},
		"mirrored":             {"A3B", func(c *Config) { c.Recipe.Mirror = true }, 0},
		"cut out of larger": {"A3B", func(c *Config) {
			c.Arch = gomlxnet.Mini(2, gomlxnet.MiniOptions{Size: 23, Widths: [7]int{4, 4, 4, 4, 4, 8, 8}})
		}, 0},
		"shown less than twice": {"A3B", func(c *Config) { c.Recipe = c.Recipe.WithSteps(5) }, 0},
	} {
		cfg := tiny(t)
		if c.change != nil {
			c.change(&cfg)
		}
		p, err := lab(t, cfg).plan(t.Context(), net(t, c.net))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := p.settled(1 << 20); err != nil || got != c.want {
			t.Errorf("%s: %d values a picture are kept, want %d; %v", what, got, c.want, err)
		}
	}
}
