package train

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/nets/nettest"
	"coadapt/gomlxnet/op/optest"

	"github.com/gomlx/compute"
)

// Trained on what the settled layers gave once, in other batches than those of the steps, a net comes to the very bits
// of one that runs them in every step: for every cut, with dropout among the frozen layers and above them, groups and
// all.
func TestStepAboveIsStep(t *testing.T) {
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		const batch, pictures = 4, 12
		a := nets.Mini(3, nets.MiniOptions{Size: 24, Widths: [7]int{4, 8, 8, 8, 8, 16, 16}, Dropout: 0.5, Groups: 2})
		rng := rand.New(rand.NewPCG(7, 8))
		size := a.Size * a.Size * a.Channels
		images, labels := make([]float32, pictures*size), make([]int32, pictures)
		for i := range images {
			images[i] = float32(rng.NormFloat64())
		}
		for i := range labels {
			labels[i] = int32(rng.IntN(a.Classes))
		}
		trainer, err := New(backend, a, SGD{Momentum: 0.9, Decay: 0.001}, batch)
		if err != nil {
			t.Fatal(err)
		}
		defer trainer.Close()
		start, err := a.Init(3)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{1, 3, 5, 7} {
			cut := arch.Cut{N: n, Frozen: true}
			if want := min(n, 5); a.StaticBlocks(cut) != want { // fc6 has dropout
				t.Fatalf("cut at %d: %d layers are settled, want %d", n, a.StaticBlocks(cut), want)
			}
			var nets []arch.Weights
			var losses [2][]float64
			for way := range 2 {
				if err := trainer.Load(start, cut); err != nil {
					t.Fatal(err)
				}
				var settled []float32
				if way == 1 {
					for k := 0; k < pictures; k += batch {
						part, err := trainer.Prefix(images[k*size : (k+batch)*size])
						if err != nil {
							t.Fatal(err)
						}
						settled = append(settled, part...)
						inParts(t, trainer, start, cut, images[k*size:(k+batch)*size], part)
					}
				}
				order := rand.New(rand.NewPCG(1, 1))
				for k := range 6 {
					which := order.Perm(pictures)[:batch]
					var x []float32
					y := make([]int32, batch)
					from, each := images, size
					if way == 1 {
						from, each = settled, len(settled)/pictures
					}
					for i, at := range which {
						x, y[i] = append(x, from[at*each:(at+1)*each]...), labels[at]
					}
					step := trainer.Step
					if way == 1 {
						step = trainer.StepAbove
					}
					loss, err := step(x, y, 0.05, 11, k)
					if err != nil {
						t.Fatal(err)
					}
					losses[way] = append(losses[way], loss)
				}
				w, err := trainer.Weights()
				if err != nil {
					t.Fatal(err)
				}
				nets = append(nets, w)
			}
			if !slices.Equal(losses[0], losses[1]) || nets[0].Digest() != nets[1].Digest() {
				t.Errorf("cut at %d: losses %v through all layers, %v above the settled ones; digests %s and %s",
					n, losses[0], losses[1], nets[0].Digest()[:8], nets[1].Digest()[:8])
			}
			if nets[0].Digest() == start.Digest() {
				t.Errorf("cut at %d: nothing was learnt", n)
			}
		}
	})
}

// Where nothing is settled there is nothing to keep.
func TestNothingSettled(t *testing.T) {
	a := nets.Mini(3, nets.MiniOptions{Size: 24, Widths: [7]int{4, 4, 4, 4, 4, 8, 8}})
	for cut, want := range map[arch.Cut]int{{}: 0, {N: 3}: 0, {N: 3, Frozen: true}: 3, {N: 7, Frozen: true}: 7} {
		if got := a.StaticBlocks(cut); got != want {
			t.Errorf("cut %+v: %d layers are settled, want %d", cut, got, want)
		}
	}
	trainer, err := New(optest.Open(t, "go"), a, SGD{}, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	w, err := a.Init(1)
	if err != nil {
		t.Fatal(err)
	}
	if err := trainer.Load(w, arch.Cut{N: 3}); err != nil {
		t.Fatal(err)
	}
	if _, err := trainer.Prefix(make([]float32, 2*24*24*3)); err == nil ||
		!strings.Contains(err.Error(), "no layers that always give the same") {
		t.Errorf("error %v", err)
	}
	if _, err := trainer.StepAbove(nil, []int32{0, 1}, 0.1, 0, 0); err == nil ||
		!strings.Contains(err.Error(), "no layers that always give the same") {
		t.Errorf("error %v", err)
	}
	if err := trainer.Load(w, arch.Cut{N: 3, Frozen: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := trainer.StepAbove(make([]float32, 7), []int32{0, 1}, 0.1, 0, 0); err == nil ||
		!strings.Contains(err.Error(), "7 values and 2 labels") {
		t.Errorf("error %v", err)
	}
}

// inParts runs the settled layers from every one of them on what those below gave: to the bits of all of them at once.
func inParts(t *testing.T, trainer *Trainer, start arch.Weights, cut arch.Cut, images, want []float32) {
	t.Helper()
	for from := 1; from < trainer.arch.StaticBlocks(cut); from++ {
		if err := trainer.Load(start, arch.Cut{N: from, Frozen: true}); err != nil {
			t.Fatal(err)
		}
		below, err := trainer.Prefix(images)
		if err != nil {
			t.Fatal(err)
		}
		if err := trainer.Load(start, cut); err != nil {
			t.Fatal(err)
		}
		got, err := trainer.PrefixFrom(from, below)
		if err != nil {
			t.Fatal(err)
		}
		if !nettest.EqualBits(arch.Tensor{Data: got}, arch.Tensor{Data: want}) {
			t.Errorf("cut %+v: from layer %d on the settled layers give other bits than from the first", cut, from)
		}
		if _, err := trainer.PrefixFrom(from, below[1:]); err == nil || !strings.Contains(err.Error(), "values, want") {
			t.Errorf("too few values: %v", err)
		}
		if _, err := trainer.PrefixFrom(trainer.arch.StaticBlocks(cut), want); err == nil ||
			!strings.Contains(err.Error(), "that are settled") {
			t.Errorf("no layers left: %v", err)
		}
	}
}
