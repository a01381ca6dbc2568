package transfer

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/op"
	"coadapt/gomlxnet/train"
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
				p, err := kept.Plan(t.Context(), n)
				if err != nil {
					t.Fatal(err)
				}
				each, err := p.settled(kept.maxSettled)
				if none, _ := p.settled(0); err != nil || each == 0 || none != 0 {
					t.Fatalf("%s: %d values a picture are kept, and %d where there is no room; %v", name, each, none,
						err)
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

// A net cut above another of its parent goes on from what that one's layers gave: where that is
// spoilt, it comes to another net. What a net takes is kept, and a curve leaves nothing behind.
func TestPrefixesAreShared(t *testing.T) {
	cfg := tiny(t)
	cfg.Recipe = cfg.Recipe.WithSteps(12)
	other := cfg
	var err error
	if other.Store, err = store.Open(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	l, spoilt := lab(t, cfg), lab(t, other)
	var keys []string
	for _, l := range []*Lab{l, spoilt} {
		if _, err := l.Train(t.Context(), net(t, "A1B")); err != nil {
			t.Fatal(err)
		}
		if keys = slices.Clone(l.prefixes.keys); len(keys) != 1 {
			t.Fatalf("%d prefixes kept of one net, want 1", len(keys))
		}
	}
	clear(spoilt.prefixes.values[keys[0]])
	want, err := l.Train(t.Context(), net(t, "A3B"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := spoilt.Train(t.Context(), net(t, "A3B"))
	if err != nil {
		t.Fatal(err)
	}
	if weightsOf(t, cfg.Store, want).Digest() == weightsOf(t, other.Store, got).Digest() {
		t.Error("A3B did not go on from what A1B left")
	}
	// Another parent, and the same one's layers on other pictures, are other prefixes.
	for i, name := range []string{"B1B", "A1A", "R1B"} {
		if _, err := l.Train(t.Context(), net(t, name)); err != nil {
			t.Fatal(err)
		}
		if len(l.prefixes.keys) != 3+i {
			t.Errorf("%s: %d prefixes are kept, want %d", name, len(l.prefixes.keys), 3+i)
		}
	}
	for _, err := range l.Curve(t.Context(), []Net{net(t, "A2B")}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(l.prefixes.values) != 0 || l.prefixes.bytes != 0 {
		t.Errorf("%d prefixes are left of a curve", len(l.prefixes.values))
	}
}

// What took long is on disk for a Lab that comes later: it trains the same net from it, another one where it was
// spoilt, and computes again what was damaged.
func TestPrefixesOnDisk(t *testing.T) {
	cfg := tiny(t)
	cfg.Recipe = cfg.Recipe.WithSteps(12)
	slow := cfg
	var err error
	if slow.Store, err = store.Open(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	cached := func() []string {
		files, err := filepath.Glob(filepath.Join(cfg.Store.Dir(), "cache", "*"))
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	n := net(t, "A3B")
	always := lab(t, slow)
	always.maxSettled = 0
	want, err := always.Train(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	var key string
	train := func(what string, long time.Duration) {
		t.Helper()
		l := lab(t, cfg)
		l.prefixes.long = long
		if err := cfg.Store.Remove(want.Key); err != nil && !errors.Is(err, store.ErrMissing) {
			t.Fatal(err)
		}
		if _, err := l.Train(t.Context(), n); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		key = l.prefixes.keys[0]
	}
	train("quick", time.Hour)
	if got := cached(); len(got) != 0 {
		t.Errorf("what was quick is in %v", got)
	}
	train("first", 0)
	sameEntry(t, "first", cfg.Store, slow.Store, want.Key)
	if got := cached(); len(got) != 1 {
		t.Fatalf("%d prefixes are on disk, want 1", len(got))
	}
	train("from disk", time.Hour)
	sameEntry(t, "from disk", cfg.Store, slow.Store, want.Key)

	data, err := cfg.Store.Cached(key)
	if err != nil {
		t.Fatal(err)
	}
	clear(data)
	if err := cfg.Store.Cache(key, data, 1<<30); err != nil {
		t.Fatal(err)
	}
	train("spoilt", time.Hour)
	if weightsOf(t, cfg.Store, want).Digest() == weightsOf(t, slow.Store, want).Digest() {
		t.Error("what is on disk was not read")
	}
	if err := os.WriteFile(cached()[0], data, 0o644); err != nil {
		t.Fatal(err)
	}
	train("damaged", 0)
	sameEntry(t, "damaged", cfg.Store, slow.Store, want.Key)
	if again, err := cfg.Store.Cached(key); err != nil || bytes.Equal(again, data) {
		t.Errorf("what was damaged is not there again: %v", err)
	}
	if err := cfg.Store.Cache(key, data[4:], 1<<30); err != nil { // of another size
		t.Fatal(err)
	}
	train("another size", time.Hour)
	sameEntry(t, "another size", cfg.Store, slow.Store, want.Key)
}

// What frozen layers give is kept where it is the same in every epoch and is
// asked for more than once.
func TestSettled(t *testing.T) {
	for what, c := range map[string]struct {
		net    string
		change func(*Config)
		want   int // values of a picture
	}{
		"frozen": {"A3B", nil, 3 * 3 * 4},
		"frozen inner product": {"A7B", func(c *Config) {
			for i, b := range c.Arch.Blocks {
				c.Arch.Blocks[i] = arch.Without[op.Dropout](b)
			}
		}, 8},
		"below dropout": {"A7B", nil, 1 * 1 * 4},
		"fine-tuned":    {"A3B+", nil, 0},
		"base":          {"baseB", nil, 0},
		"cut at random": {"A3B", func(c *Config) { c.Recipe.Pad = 1 }, 0},
		"mirrored":      {"A3B", func(c *Config) { c.Recipe.Mirror = true }, 0},
		"cut out of larger": {"A3B", func(c *Config) {
			c.Arch = nets.Mini(2, nets.MiniOptions{Size: 23, Widths: [7]int{4, 4, 4, 4, 4, 8, 8}})
		}, 0},
		"shown less than twice": {"A3B", func(c *Config) { c.Recipe = c.Recipe.WithSteps(5) }, 0},
	} {
		cfg := tiny(t)
		if c.change != nil {
			c.change(&cfg)
		}
		p, err := lab(t, cfg).Plan(t.Context(), net(t, c.net))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := p.settled(1 << 20); err != nil || got != c.want {
			t.Errorf("%s: %d values a picture are kept, want %d; %v", what, got, c.want, err)
		}
	}
}

// A block ends where it is full, where a test or a checkpoint is due, and with the last step; it has the batches of
// its steps and their rates.
func TestBlocks(t *testing.T) {
	f := feed{block: 4, batches: func(_ context.Context, from, to int) iter.Seq2[*dataset.Batch, error] {
		return func(yield func(*dataset.Batch, error) bool) {
			b := &dataset.Batch{
				Images: make([]float32, 2),
				Labels: make([]int32, 1),
			} // the same one for all, as those of a task
			for b.Index = from; b.Index < to; b.Index++ {
				k := b.Index
				b.Images[0], b.Images[1], b.Labels[0] = float32(k), float32(-k), int32(k)
				if !yield(b, nil) {
					return
				}
			}
		}
	}}
	rate := train.Schedule{Policy: train.Poly, Base: 1, Max: 16, Power: 1} // 1 - k/16, exact
	var ends []int
	k := 2
	for b, err := range f.blocks(t.Context(), 2, 15, rate, func(step int) int { return step - step%7 + 7 }) {
		if err != nil {
			t.Fatal(err)
		}
		if b.Iteration != k || len(b.Labels) != len(b.Rates) || len(b.Values) != 2*len(b.Rates) {
			t.Fatalf("block %+v, want one from step %d on", b, k)
		}
		for i, r := range b.Rates {
			if b.Values[2*i] != float32(k) || b.Values[2*i+1] != float32(-k) || b.Labels[i] != int32(k) ||
				r != 1-float64(k)/16 {
				t.Errorf("step %d: %+v", k, b)
			}
			k++
		}
		ends = append(ends, k)
	}
	if want := []int{6, 7, 11, 14, 15}; !slices.Equal(ends, want) { // full, due, full, due, the last
		t.Errorf("blocks end behind steps %v, want %v", ends, want)
	}
	p, keep := &Plan{Recipe: Recipe{Steps: 100, TestEvery: 10}}, &keeper{steps: 4}
	for step, want := range map[int][2]int{0: {10, 4}, 4: {10, 8}, 9: {10, 12}, 10: {20, 12}} {
		if test, check := p.nextTest(step), keep.next(step); test != want[0] || check != want[1] {
			t.Errorf("after %d steps: a test at %d, a checkpoint at %d, want %v", step, test, check, want)
		}
	}
}
