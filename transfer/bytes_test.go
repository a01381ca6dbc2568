package transfer

import (
	"context"
	"errors"
	"testing"

	"coadapt/gomlxnet/train"
	"coadapt/transfer/store"
)

// Nets whose pictures went to the backend as bytes are, bit for bit, those whose pictures were floats of the host: a
// curve of base, frozen, fine-tuned and random nets, with pictures that are padded, cut and mirrored at random, and
// shown as they are, where frozen layers are run once. They have the same keys.
func TestBytesAreTheSame(t *testing.T) {
	nets := []string{"baseA", "baseB", "A3B", "B3B+", "R5B", "A7B+"}
	for _, backend := range []string{"go", "xla:cpu"} {
		for _, atRandom := range []bool{false, true} {
			floats := tinyOn(t, backend)
			floats.Recipe.Batch = 7 // of 24 pictures
			floats.Recipe = floats.Recipe.WithSteps(8)
			floats.Recipe.TestEvery = 5
			if atRandom {
				floats.Recipe.Pad, floats.Recipe.Mirror = 2, true
			}
			bytes := floats
			bytes.Bytes = true
			var err error
			if bytes.Store, err = store.Open(t.TempDir()); err != nil {
				t.Fatal(err)
			}
			one, other := lab(t, floats), lab(t, bytes)
			fedBytes(t, one, false)
			fedBytes(t, other, true)
			for _, name := range nets {
				want, err := one.Train(t.Context(), net(t, name))
				if err != nil {
					t.Fatal(err)
				}
				got, err := other.Train(t.Context(), net(t, name))
				if err != nil {
					t.Fatal(err)
				}
				if got.Key != want.Key || got.Hit {
					t.Errorf("%s, %s: key %s of bytes, %s of floats", backend, name, got.Key, want.Key)
				}
				sameEntry(t, backend+" "+name, bytes.Store, floats.Store, want.Key)
			}
		}
	}
}

// fedBytes fails where the steps of a lab's base net are not fed as they should be: with bytes, or with values.
func fedBytes(t *testing.T, l *Lab, want bool) {
	t.Helper()
	p, err := l.Plan(t.Context(), net(t, "baseB"))
	if err != nil {
		t.Fatal(err)
	}
	trainer, err := train.New(l.cfg.Backend, p.Arch, train.SGD{Momentum: p.Recipe.Momentum}, p.Recipe.Batch)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	f, err := p.feed(t.Context(), l.feeding(trainer, l.prefixes, func() {}))
	if err != nil {
		t.Fatal(err)
	}
	for b, err := range f.blocks(t.Context(), 0, 1, p.Recipe.Rate, func(int) int { return 1 }) {
		if err != nil {
			t.Fatal(err)
		}
		if got := len(b.Pixels) > 0 && b.Preprocess != nil && len(b.Values) == 0; got != want {
			t.Fatalf("steps are fed bytes: %t, want %t", got, want)
		}
	}
}

// A net that is stopped on one of the two ways and gone on with on the other comes to the bits of one that was never
// stopped.
func TestBytesGoOn(t *testing.T) {
	for _, config := range []string{"go", "xla:cpu"} {
		for _, bytesFirst := range []bool{false, true} {
			whole, parts := resumed(t, config, t.TempDir()), resumed(t, config, t.TempDir())
			whole.Recipe.Pad, whole.Recipe.Mirror = 1, true
			parts.Recipe = whole.Recipe
			n := net(t, "B3B+")
			want, err := lab(t, whole).Train(t.Context(), n)
			if err != nil {
				t.Fatal(err)
			}
			parts.Bytes, parts.CheckpointSteps = bytesFirst, 4
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			parts.Progress = func(e Event) {
				if e.Net == n && e.Step > 0 {
					stop()
				}
			}
			if _, err := lab(t, parts).Train(ctx, n); !errors.Is(err, context.Canceled) {
				t.Fatalf("stopped in the middle: %v", err)
			}
			from := -1
			parts.Bytes, parts.Progress = !bytesFirst, func(e Event) {
				if e.Net == n && from < 0 {
					from = e.Step
				}
			}
			got, err := lab(t, parts).Train(t.Context(), n)
			if err != nil {
				t.Fatal(err)
			}
			if from <= 0 || from >= 24 || got.Key != want.Key {
				t.Errorf("gone on from step %d with key %s, want from the middle with %s", from, got.Key, want.Key)
			}
			sameEntry(t, config, parts.Store, whole.Store, want.Key)
		}
	}
}
