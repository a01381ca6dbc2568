package train

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/nets/nettest"
	"coadapt/gomlxnet/op/optest"
)

// stepped trains a net in blocks of block steps, with a rate for each step; 0 is a single step that is no block.
// The parameters are those of a training, so that each case has it on a line; above runs the settled layers before.
func stepped(
	t *testing.T,
	trainer *Trainer,
	start arch.Weights,
	cut arch.Cut,
	rates []float64,
	above bool,
	blocks ...int,
) ([]float64, arch.Weights) {
	t.Helper()
	a, batch := trainer.arch, trainer.batch
	if err := trainer.Load(start, cut); err != nil {
		t.Fatal(err)
	}
	var losses []float64
	k := 0
	for _, n := range blocks {
		var values []float32
		var labels []int32
		for i := range max(n, 1) {
			rng := rand.New(rand.NewPCG(7, uint64(k+i)))
			for range batch {
				labels = append(labels, int32(rng.IntN(a.Classes)))
			}
			images := make([]float32, batch*a.Size*a.Size*a.Channels)
			for i := range images {
				images[i] = float32(rng.NormFloat64())
			}
			if above {
				var err error
				if images, err = trainer.Prefix(images); err != nil {
					t.Fatal(err)
				}
			}
			values = append(values, images...)
		}
		var got []float64
		var err error
		switch {
		case n == 0:
			var loss float64
			loss, err = trainer.Step(values, labels, rates[k], 11, k)
			got, n = []float64{loss}, 1
		default:
			got, err = trainer.Train(Steps{Values: values, Labels: labels, Rates: rates[k : k+n], Seed: 11,
				Iteration: k, Above: above})
		}
		if err != nil {
			t.Fatal(err)
		}
		losses = append(losses, got...)
		if k += n; len(got) < n || math.IsNaN(got[n-1]) || math.IsInf(got[n-1], 0) {
			break
		}
	}
	w, err := trainer.Weights()
	if err != nil {
		t.Fatal(err)
	}
	return losses, w
}

// trainerOf is a trainer on a backend, and initial values.
func trainerOf(t *testing.T, backend string, a arch.Arch, solver SGD, batch int) (*Trainer, arch.Weights) {
	t.Helper()
	trainer, err := New(optest.Open(t, backend), a, solver, batch)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(trainer.Close)
	start, err := a.Init(3)
	if err != nil {
		t.Fatal(err)
	}
	return trainer, start
}

// However steps are parted into blocks, and whether the settled layers run before or in them, a net comes to the same
// bits, and its losses to those of single steps within what another order of summation moves them by: dropout, groups,
// donated layers and rates that change and all.
func TestStepsAreSteps(t *testing.T) {
	a := nets.Mini(3, nets.MiniOptions{Size: 24, Widths: [7]int{4, 8, 8, 8, 8, 16, 16}, Dropout: 0.5, Groups: 2})
	trainer, start := trainerOf(t, "xla:cpu", a, SGD{Momentum: 0.9, Decay: 0.001}, 4)
	rates := []float64{0.05, 0.04, 0.03, 0.02, 0.01, 0.02}
	for _, cut := range []arch.Cut{{}, {N: 3}, {N: 3, Frozen: true}, {N: 7, Frozen: true}} {
		want, net := stepped(t, trainer, start, cut, rates, false, 0, 0, 0, 0, 0, 0)
		whole, first := stepped(t, trainer, start, cut, rates, false, 6)
		if len(whole) != 6 || net.Digest() == start.Digest() {
			t.Fatalf("cut %+v: losses %v, weights moved: %v", cut, whole, net.Digest() != start.Digest())
		}
		for i := range want {
			if math.Abs(whole[i]-want[i]) > lossTolerance*want[i] {
				t.Errorf("cut %+v: losses %v in a block, %v in single steps", cut, whole, want)
				break
			}
		}
		for _, c := range []struct {
			above  bool
			blocks []int
		}{{false, []int{1, 5}}, {false, []int{2, 3, 1}}, {true, []int{6}}, {true, []int{4, 2}}} {
			if c.above && a.StaticBlocks(cut) == 0 {
				continue
			}
			losses, w := stepped(t, trainer, start, cut, rates, c.above, c.blocks...)
			if !slices.Equal(losses, whole) || w.Digest() != first.Digest() {
				t.Errorf("cut %+v: blocks %v, above the settled layers %v: losses %v, want those of one block, %v; "+
					"same weights: %v", cut, c.blocks, c.above, losses, whole, w.Digest() == first.Digest())
			}
		}
	}
}

// A block ends where the loss is lost, with the weights of that step.
func TestStepsEndWithTheLoss(t *testing.T) {
	a := nets.Mini(3, nets.MiniOptions{Size: 24, Widths: [7]int{4, 8, 8, 8, 8, 16, 16}})
	trainer, start := trainerOf(t, "xla:cpu", a, SGD{Momentum: 0.9}, 4)
	rates := []float64{0.01, 1e30, 0.01, 0.01, 0.01, 0.01}
	single, _ := stepped(t, trainer, start, arch.Cut{}, rates, false, 0, 0, 0, 0, 0, 0)
	block, _ := stepped(t, trainer, start, arch.Cut{}, rates, false, 6)
	if n := len(block); n != len(single) || n == 6 || n < 2 || !math.IsNaN(block[n-1]) && !math.IsInf(block[n-1], 0) {
		t.Errorf("losses %v in a block, %v in single steps: want as many, the last not finite", block, single)
	}
}

func TestStepsOfNoBlock(t *testing.T) {
	a := nets.Mini(3, nets.MiniOptions{Size: 24, Widths: [7]int{4, 4, 4, 4, 4, 8, 8}})
	trainer, w := trainerOf(t, "xla:cpu", a, SGD{}, 2)
	if _, err := trainer.Train(Steps{Rates: []float64{1}}); err == nil ||
		!strings.Contains(err.Error(), "no net is loaded") {
		t.Errorf("error %v", err)
	}
	if err := trainer.Load(w, arch.Cut{}); err != nil {
		t.Fatal(err)
	}
	if n := trainer.Block(); n != maxBlock { // a batch has 14 kB
		t.Errorf("blocks of %d steps, want %d", n, maxBlock)
	}
	const size = 24 * 24 * 3
	for want, rates := range map[string][]float64{
		"block of 0 steps with 0 values and 0 labels, want 1 to 16 steps with 3456 and 2 each": nil,
		"block of 17 steps with 58752 values and 34 labels, want 1 to 16 steps with 3456 and 2 each": make([]float64,
			17),
	} {
		values, labels := make([]float32, len(rates)*2*size), make([]int32, len(rates)*2)
		if _, err := trainer.Train(Steps{Values: values, Labels: labels, Rates: rates}); err == nil ||
			err.Error() != want {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	// A batch of 256 for CaffeNet has 158 MB, one of 32 has 20.
	large := &Trainer{graphs: &graphs{backend: trainer.backend, arch: nets.CaffeNet(10), batch: 256}}
	if n := large.Block(); n != 1 {
		t.Errorf("blocks of %d batches of 256 large images, want 1", n)
	}
	if large.batch = 32; large.Block() != 4 {
		t.Errorf("blocks of %d batches of 32 large images, want 4", large.Block())
	}
}

// On the Go backend blocks are single steps.
func TestStepsWithoutLoops(t *testing.T) {
	a := nets.Mini(3, nets.MiniOptions{Size: 24, Widths: [7]int{4, 4, 4, 4, 4, 8, 8}})
	trainer, start := trainerOf(t, "go", a, SGD{}, 2)
	if n := trainer.Block(); n != 1 {
		t.Fatalf("blocks of %d steps on the Go backend, want 1", n)
	}
	rates := []float64{0.1, 0.1}
	want, one := stepped(t, trainer, start, arch.Cut{}, rates, false, 0, 0)
	if got, w := stepped(t, trainer, start, arch.Cut{}, rates, false, 1, 1); !slices.Equal(got, want) ||
		w.Digest() != one.Digest() {
		t.Errorf("losses %v in blocks of one, %v in single steps; same weights: %v", got, want,
			w.Digest() == one.Digest())
	}
}

// A block comes to the same bits on any one device; several take single steps.
func TestStepsOnDevices(t *testing.T) {
	backend := openDevices(t)
	a := nettest.Tiny(4, 0.5)
	start, err := a.Init(3)
	if err != nil {
		t.Fatal(err)
	}
	rates := []float64{0.02, 0.01, 0.01}
	var losses [][]float64
	var digests []string
	for _, device := range []int{0, 2} {
		trainer := placed(t, backend, a, device)
		if n := trainer.Block(); n != maxBlock {
			t.Fatalf("device %d: blocks of %d steps, want %d", device, n, maxBlock)
		}
		l, w := stepped(t, trainer, start, arch.Cut{}, rates, false, 3)
		losses, digests = append(losses, l), append(digests, w.Digest())
	}
	if len(losses[0]) != 3 || !slices.Equal(losses[0], losses[1]) || digests[0] != digests[1] ||
		digests[0] == start.Digest() {
		t.Errorf("losses %v on the first device and %v on another, digests %v", losses[0], losses[1], digests)
	}
	two := placed(t, backend, a, 0, 1)
	if n := two.Block(); n != 1 {
		t.Errorf("blocks of %d steps on two devices, want 1", n)
	}
	single, _ := stepped(t, two, start, arch.Cut{}, rates, false, 1, 1, 1)
	for i, l := range single {
		if math.Abs(l-losses[0][i]) > lossTolerance*losses[0][i] {
			t.Errorf("losses %v on two devices, %v in a block on one", single, losses[0])
			break
		}
	}
}
