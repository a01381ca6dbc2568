package train

import (
	"strings"
	"sync"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/nets/nettest"
	"coadapt/gomlxnet/op/optest"

	"github.com/gomlx/compute"
)

// Two siblings that train at once, on devices of their own where there are two, come to the nets that each comes to
// alone, and compile one graph of each kind. One that is closed leaves the other its graphs.
func TestSiblings(t *testing.T) {
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		a, cut := nettest.Tiny(3, 0.5), arch.Cut{N: 2, Frozen: true}
		one, err := New(backend, a, SGD{Momentum: 0.9, Decay: 5e-4}, 4)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(one.Close)
		two, err := one.Sibling(min(1, backend.NumDevices()-1))
		if err != nil {
			t.Fatal(err)
		}
		starts := []arch.Weights{nettest.Init(t, a, 1), nettest.Init(t, a, 2)}
		var got [2]arch.Weights
		var wg sync.WaitGroup
		for i, trainer := range []*Trainer{one, two} {
			wg.Go(func() { got[i] = trainSteps(t, trainer, starts[i], cut, 0, 4) })
		}
		wg.Wait()
		if one.graphs != two.graphs || len(one.programs) != 1 {
			t.Errorf("%d and %d graphs of steps, want one that both have", len(one.programs), len(two.programs))
		}
		two.Close()
		for i, start := range starts {
			if alone := trainSteps(t, one, start, cut, 0, 4); alone.Digest() != got[i].Digest() {
				t.Errorf("net %d comes to other bits beside another than alone", i)
			}
		}
		if got[0].Digest() == got[1].Digest() {
			t.Error("two nets came to the same weights")
		}
		if _, err := two.Weights(); err == nil || !strings.Contains(err.Error(), "no net is loaded") {
			t.Errorf("a closed sibling: %v", err)
		}
		if _, err := one.Sibling(backend.NumDevices()); err == nil || !strings.Contains(err.Error(), "counted from 0") {
			t.Errorf("a device that is not there: %v", err)
		}
	})
}

// An execution that fails takes the net with it, and no more: the next one is loaded and trained as ever.
func TestFailedExecution(t *testing.T) {
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		a := nettest.Tiny(3, 0)
		trainer, err := New(backend, a, SGD{Momentum: 0.9}, 4)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(trainer.Close)
		start := nettest.Init(t, a, 1)
		want := trainSteps(t, trainer, start, arch.Cut{}, 0, 2).Digest()
		if err := finalize(trainer.values[trainer.vars[0].Path]); err != nil {
			t.Fatal(err)
		}
		images, labels := nettest.Batch(a, 4, 2)
		if _, err := trainer.Step(images, labels, 0.05, 9, 2); err == nil ||
			!strings.Contains(err.Error(), "training step of mini") {
			t.Errorf("a step on a variable that is gone: %v", err)
		}
		if _, err := trainer.Step(images, labels, 0.05, 9, 2); err == nil ||
			!strings.Contains(err.Error(), "no net is loaded") {
			t.Errorf("the step after it: %v", err)
		}
		if got := trainSteps(t, trainer, start, arch.Cut{}, 0, 2).Digest(); got != want {
			t.Error("a net loaded after a failed execution comes to other bits")
		}
	})
}
