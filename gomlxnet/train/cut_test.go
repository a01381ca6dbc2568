package train

import (
	"math"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/nets/nettest"
	"coadapt/gomlxnet/op/optest"

	"github.com/gomlx/compute"
)

// Layers 4..7 frozen between layers that learn: they stay as they are, all others move, by single steps and by blocks.
func TestFrozenInTheMiddle(t *testing.T) {
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		trainer := newTiny(t, backend, 0)
		a := trainer.arch
		cut := arch.Cut{N: 7, Frozen: true, Free: 3}
		if n := a.StaticBlocks(cut); n != 0 {
			t.Errorf("%d layers are settled though the first ones learn", n)
		}
		start := nettest.Init(t, a, 1)
		after := trainSteps(t, trainer, start, cut, 0, 3)
		was, err := a.FrozenDigest(start, cut)
		if err != nil {
			t.Fatal(err)
		}
		if is, _ := a.FrozenDigest(after, cut); is != was {
			t.Error("layers 4..7 moved")
		}
		vars, _ := a.Variables()
		for _, v := range vars {
			frozen := v.Layer >= 3 && v.Layer < 7
			if moved := !nettest.EqualBits(start[v.Path], after[v.Path]); moved == frozen {
				t.Errorf("%s: moved %t", v.Path, moved)
			}
		}
		// The first step of what learns is that of a net in which all layers learn.
		one, whole := trainSteps(t, trainer, start, cut, 0, 1), trainSteps(t, trainer, start, arch.Cut{}, 0, 1)
		for _, v := range vars {
			if v.Layer < 3 || v.Layer == 7 {
				near(t, v.Path, one[v.Path].Data, whole[v.Path].Data, start[v.Path].Data, 1)
			}
		}
	})
}

// A tenth of the rate below the cut: the first step there is a tenth of that at full rate, and above it the same.
func TestRateBelowTheCut(t *testing.T) {
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		trainer := newTiny(t, backend, 0)
		start := nettest.Init(t, trainer.arch, 1)
		slow := trainSteps(t, trainer, start, arch.Cut{N: 3, Rate: 0.1}, 0, 1)
		whole := trainSteps(t, trainer, start, arch.Cut{}, 0, 1)
		vars, _ := trainer.arch.Variables()
		for _, v := range vars {
			factor := 1.0
			if v.Layer < 3 {
				factor = 0.1
			}
			near(t, v.Path, slow[v.Path].Data, whole[v.Path].Data, start[v.Path].Data, factor)
		}
		if trainer.Block() < 3 {
			return
		}
		// By blocks it is the same to the bit.
		if err := trainer.Load(start, arch.Cut{N: 3, Rate: 0.1}); err != nil {
			t.Fatal(err)
		}
		blocks := stepsOf(t, trainer, 3)
		single := trainSteps(t, trainer, start, arch.Cut{N: 3, Rate: 0.1}, 0, 3)
		for _, v := range vars {
			for i, x := range blocks[v.Path].Data {
				if math.Abs(float64(x-single[v.Path].Data[i])) > 1e-6 {
					t.Fatalf("%s: %v by a block of steps, %v by single ones", v.Path, x, single[v.Path].Data[i])
				}
			}
		}
	})
}

// stepsOf takes the first n steps of moreSteps in one block.
func stepsOf(t *testing.T, trainer *Trainer, n int) arch.Weights {
	t.Helper()
	var images []float32
	var labels []int32
	var rates []float64
	for i := range n {
		x, y := nettest.Batch(trainer.arch, trainer.batch, uint64(i))
		images, labels, rates = append(images, x...), append(labels, y...), append(rates, 0.05)
	}
	if _, err := trainer.Train(Steps{Values: images, Labels: labels, Rates: rates, Seed: 9}); err != nil {
		t.Fatal(err)
	}
	w, err := trainer.Weights()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// near says where a step is not factor times another from the same start, but for rounding.
func near(t *testing.T, path string, got, other, start []float32, factor float64) {
	t.Helper()
	for i := range got {
		is, want := float64(got[i]-start[i]), factor*float64(other[i]-start[i])
		if math.Abs(is-want) > 1e-6+1e-3*math.Abs(want) {
			t.Fatalf("%s[%d] moved by %v, want %v", path, i, is, want)
		}
	}
}

// Recut keeps weights and velocities: a net that is thawed goes on from where it was.
func TestRecut(t *testing.T) {
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		trainer := newTiny(t, backend, 0)
		if err := trainer.Recut(arch.Cut{}); err == nil || !strings.Contains(err.Error(), "no net is loaded") {
			t.Errorf("error %v", err)
		}
		start := nettest.Init(t, trainer.arch, 1)
		frozen := trainSteps(t, trainer, start, arch.Cut{N: 3, Frozen: true}, 0, 2)
		velocity, err := trainer.Momentum()
		if err != nil {
			t.Fatal(err)
		}
		if err := trainer.Recut(arch.Cut{N: 9}); err == nil {
			t.Error("a cut that the arch does not have was taken")
		}
		if err := trainer.Recut(arch.Cut{}); err != nil {
			t.Fatal(err)
		}
		thawed := moreSteps(t, trainer, 2, 3)
		// The slow way: a net that is loaded from what the first steps left.
		if err := trainer.Load(frozen, arch.Cut{}); err != nil {
			t.Fatal(err)
		}
		if err := trainer.SetMomentum(velocity); err != nil {
			t.Fatal(err)
		}
		again := moreSteps(t, trainer, 2, 3)
		for path := range thawed {
			if !nettest.EqualBits(thawed[path], again[path]) {
				t.Errorf("%s differs from that of a net loaded with the same weights and velocities", path)
			}
		}
		if nettest.EqualBits(frozen["/net/conv1/weights"], thawed["/net/conv1/weights"]) {
			t.Error("conv1 did not move when it was thawed")
		}
	})
}

func TestCutsThatCannotBe(t *testing.T) {
	a := nettest.Tiny(4, 0)
	for _, c := range []struct {
		cut  arch.Cut
		want string
	}{
		{arch.Cut{N: 3, Free: 1}, "want 0 to n of frozen ones"},
		{arch.Cut{N: 3, Frozen: true, Free: 4}, "want 0 to n of frozen ones"},
		{arch.Cut{N: 3, Rate: math.NaN()}, "want a number from 0"},
		{arch.Cut{N: 3, Rate: math.Inf(1)}, "want a number from 0"},
		{arch.Cut{N: 3, Rate: -1}, "want a number from 0"},
	} {
		if err := c.cut.Check(a); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want one with %q", c.cut, err, c.want)
		}
	}
	for cut, want := range map[arch.Cut]arch.Cut{
		{N: 3}: {}, {N: 3, Rate: 1}: {}, {Frozen: true}: {}, {N: 3, Rate: 0.1}: {N: 3, Rate: 0.1},
		{N: 3, Frozen: true}: {N: 3, Frozen: true},
	} {
		if got := cut.Learning(); got != want {
			t.Errorf("training knows %+v as %+v, want %+v", cut, got, want)
		}
	}
}

// A frozen layer above one that learns passes a gradient on: forward and the gradient of its input.
func TestCostOfFrozenInTheMiddle(t *testing.T) {
	a := nettest.Tiny(4, 0)
	layers, _, err := a.Cost(arch.Cut{N: 5, Frozen: true, Free: 2})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int64{2, 3, 2, 2, 2, 3, 3, 3} {
		if got := layers[i].Train; got != want*layers[i].MultiplyAdds {
			t.Errorf("layer %d costs %d in training, want %d times %d", i+1, got, want, layers[i].MultiplyAdds)
		}
	}
}
