package train

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/nets/nettest"
	"coadapt/gomlxnet/op"
)

// team is a trainer on a backend and its siblings, one for each of the nets; each has initial values of its own.
func team(t *testing.T, backend string, a arch.Arch, solver SGD, batch, nets int) ([]*Trainer, []arch.Weights) {
	t.Helper()
	first, w := trainerOf(t, backend, a, solver, batch)
	trainers, starts := []*Trainer{first}, []arch.Weights{w}
	for i := 1; i < nets; i++ {
		sibling, err := first.Sibling(0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(sibling.Close)
		start, err := a.Init(uint64(10 + i))
		if err != nil {
			t.Fatal(err)
		}
		trainers, starts = append(trainers, sibling), append(starts, start)
	}
	return trainers, starts
}

// blockFor draws a block of steps for net i: pictures, labels, rates, seed and iteration are those of no other net.
func blockFor(a arch.Arch, batch, i, steps int) Steps {
	rng := rand.New(rand.NewPCG(5, uint64(i)))
	b := Steps{Values: make([]float32, steps*batch*a.Size*a.Size*a.Channels), Seed: uint64(i), Iteration: 3 * i}
	for k := range b.Values {
		b.Values[k] = float32(rng.NormFloat64())
	}
	for range steps {
		b.Rates = append(b.Rates, 0.001+0.009*rng.Float64())
		for range batch {
			b.Labels = append(b.Labels, int32(rng.IntN(a.Classes)))
		}
	}
	return b
}

// settle replaces a block's pictures by what the net's settled layers give for them.
func (b Steps) settle(t *testing.T, trainer *Trainer) Steps {
	t.Helper()
	size := trainer.batch * trainer.arch.Input().Values()
	var values []float32
	for at := 0; at < len(b.Values); at += size {
		v, err := trainer.Prefix(b.Values[at : at+size])
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, v...)
	}
	b.Values, b.Above = values, true
	return b
}

// held is what a net holds: its weights and velocities.
type held struct{ weights, momentum arch.Weights }

func heldBy(t *testing.T, trainer *Trainer) held {
	t.Helper()
	w, m := state(t, trainer)
	return held{w, m}
}

// is says whether two nets are the same bits.
func (h held) is(o held) bool {
	return h.weights.Digest() == o.weights.Digest() && h.momentum.Digest() == o.momentum.Digest()
}

// apart is how far two nets are apart at most: a value, as a part of the largest of its variable.
func (h held) apart(o held) (worst float64) {
	for _, pair := range [][2]arch.Weights{{h.weights, o.weights}, {h.momentum, o.momentum}} {
		for path, a := range pair[0] {
			far, largest := 0.0, math.SmallestNonzeroFloat32
			for i, x := range a.Data {
				y := float64(pair[1][path].Data[i])
				far, largest = max(far, math.Abs(float64(x)-y)), max(largest, math.Abs(y))
			}
			worst = max(worst, far/largest)
		}
	}
	return worst
}

// stateTolerance is how far apart a net may be from itself alone, by [held.apart], after six steps in one graph with
// others. Measured on an
// AMD EPYC with AVX-512: 5e-7, and nothing for nets of more
// channels, such as Mini's at batch 16 (one step).
const stateTolerance = 1e-4

// takenAlone is what nets come to that take their blocks alone; behind it, they are as before.
func takenAlone(
	t *testing.T,
	nets []*Trainer,
	starts []arch.Weights,
	blocks []Steps,
) (losses [][]float64, holds []held) {
	t.Helper()
	for i, net := range nets {
		load := func() {
			if err := net.Load(starts[i], arch.Cut{}); err != nil {
				t.Fatal(err)
			}
		}
		load()
		of, err := net.Train(blocks[i])
		if err != nil {
			t.Fatal(err)
		}
		losses, holds = append(losses, of), append(holds, heldBy(t, net))
		load()
	}
	return losses, holds
}

// Nets in one graph come to the losses, weights and velocities that each comes to alone, to rounding: with dropout
// behind convolutions and products, groups, response normalisation, frozen, donated and settled layers, and pictures,
// rates, seeds and iterations of each net's own.
func TestTogetherIsOneByOne(t *testing.T) {
	a := nets.Mini(3, nets.MiniOptions{Size: 24, Widths: [7]int{4, 8, 8, 8, 8, 16, 16}, Dropout: 0.5, Groups: 2})
	a.Blocks[0].Ops = append(a.Blocks[0].Ops, arch.Op{Spec: op.Dropout{P: 0.1}})
	nettest.Multipliers(&a, 1, 1, 0)
	settled := nets.Mini(3, nets.MiniOptions{Size: 24, Widths: [7]int{4, 8, 8, 8, 8, 16, 16}})
	half := settled
	half.Precision = arch.BFloat16
	for _, c := range []struct {
		arch  arch.Arch
		cuts  []arch.Cut
		above bool
	}{
		{a, []arch.Cut{{}, {N: 3}, {}}, false}, // base nets and a fine-tuned one
		{a, []arch.Cut{{N: 3, Frozen: true}, {N: 3, Frozen: true}}, false},
		{settled, []arch.Cut{{N: 2, Frozen: true}, {N: 2, Frozen: true}, {N: 2, Frozen: true}}, true},
		{settled, []arch.Cut{{N: 6, Frozen: true}, {N: 6, Frozen: true}}, true}, // what enters is a product's
		{settled, []arch.Cut{{}, {}, {}, {}}, false},
		{half, []arch.Cut{{}, {}}, false},
	} {
		t.Run(
			fmt.Sprintf("%d nets, cut %+v, above %v %s", len(c.cuts), c.cuts[0], c.above, c.arch.Precision),
			func(t *testing.T) {
				const batch, steps = 4, 6
				nets, starts := team(t, "xla:cpu", c.arch, SGD{Momentum: 0.9, Decay: 0.001}, batch, len(c.cuts))
				var blocks []Steps
				var want [][]float64
				var alone []held
				for i, net := range nets {
					if err := net.Load(starts[i], c.cuts[i]); err != nil {
						t.Fatal(err)
					}
					b := blockFor(c.arch, batch, i, steps)
					if c.above {
						b = b.settle(t, net)
					}
					losses, err := net.Train(b)
					if err != nil {
						t.Fatal(err)
					}
					blocks, want, alone = append(blocks, b), append(want, losses), append(alone, heldBy(t, net))
					if err := net.Load(starts[i], c.cuts[i]); err != nil {
						t.Fatal(err)
					}
				}
				got, err := Together(nets, blocks)
				if err != nil {
					t.Fatal(err)
				}
				lossesMay, stateMay := lossTolerance, stateTolerance
				if c.arch.Precision == arch.BFloat16 { // of 8 bits
					lossesMay, stateMay = 3e-2, math.Inf(1)
				}
				for i, net := range nets {
					losses, state := apart(want[i], got[i]), heldBy(t, net).apart(alone[i])
					t.Logf("net %d: losses %.1g apart, weights and velocities %.1g", i, losses, state)
					if len(got[i]) != steps || losses > lossesMay || state > stateMay {
						t.Errorf("net %d: losses %v together, %v alone, %.1g apart; weights and velocities %.1g", i,
							got[i], want[i], losses, state)
					}
				}
				if d := apart(want[0], got[1]); d < 100*lossTolerance {
					t.Errorf("the nets' losses are %.1g apart: the tolerance does not tell one from the other", d)
				}
				key := stepKey{nets[0].cut.Learning(), entry{}, len(nets)}
				if !c.above && nets[0].programs[key] == nil {
					t.Errorf("no graph of %d nets was made", len(nets))
				}
			},
		)
	}
}

// A net that loses its loss ends there; the others go on to the end of their blocks, each as it would alone.
func TestTogetherEndsWithTheLoss(t *testing.T) {
	arch := nets.Mini(3, nets.MiniOptions{Size: 24, Widths: [7]int{4, 8, 8, 8, 8, 16, 16}})
	nets, starts := team(t, "xla:cpu", arch, SGD{Momentum: 0.9}, 4, 2)
	blocks := []Steps{blockFor(arch, 4, 0, 6), blockFor(arch, 4, 1, 6)}
	blocks[0].Rates[1] = 1e30
	want, alone := takenAlone(t, nets, starts, blocks)
	got, err := Together(nets, blocks)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(got[0]); n == 6 || n != len(want[0]) || finite(got[0][n-1]) {
		t.Errorf("the net that is lost has losses %v, alone %v", got[0], want[0])
	}
	if d := heldBy(t, nets[1]).apart(alone[1]); len(got[1]) != 6 || apart(want[1], got[1]) > lossTolerance ||
		d > stateTolerance {
		t.Errorf("the other net has losses %v, alone %v; its weights and velocities are %.1g apart", got[1], want[1], d)
	}
}

// What is longer than the shortest block each net takes alone.
func TestTogetherAsFarAsTheShortest(t *testing.T) {
	arch := nets.Mini(3, nets.MiniOptions{Size: 24, Widths: [7]int{4, 8, 8, 8, 8, 16, 16}, Dropout: 0.5})
	lengths := []int{5, 2, 3}
	nets, starts := team(t, "xla:cpu", arch, SGD{Momentum: 0.9}, 4, len(lengths))
	var blocks []Steps
	for i, n := range lengths {
		blocks = append(blocks, blockFor(arch, 4, i, n))
	}
	want, alone := takenAlone(t, nets, starts, blocks)
	got, err := Together(nets, blocks)
	if err != nil {
		t.Fatal(err)
	}
	for i, net := range nets {
		if d := heldBy(t, net).apart(alone[i]); len(got[i]) != lengths[i] || apart(want[i], got[i]) > lossTolerance ||
			d > stateTolerance {
			t.Errorf("net %d: losses %v, alone %v; weights and velocities %.1g apart", i, got[i], want[i], d)
		}
	}
	if nets[0].programs[stepKey{block: len(nets)}] == nil || nets[0].programs[stepKey{block: 2}] != nil {
		t.Errorf("want a graph of %d nets and none of two", len(nets))
	}
}

// One net, and nets on the Go backend, which has no blocks, take their steps one by one.
func TestTogetherOneByOne(t *testing.T) {
	arch := nets.Mini(3, nets.MiniOptions{Size: 24, Widths: [7]int{4, 4, 4, 4, 4, 8, 8}})
	for backend, lengths := range map[string][]int{"xla:cpu": {2}, "go": {1, 1}} {
		nets, starts := team(t, backend, arch, SGD{Momentum: 0.9}, 2, len(lengths))
		var blocks []Steps
		for i, n := range lengths {
			blocks = append(blocks, blockFor(arch, 2, i, n))
		}
		want, alone := takenAlone(t, nets, starts, blocks)
		got, err := Together(nets, blocks)
		if err != nil {
			t.Fatal(err)
		}
		for i, net := range nets {
			if same := heldBy(t, net).is(alone[i]); len(want[i]) != lengths[i] || !slices.Equal(got[i], want[i]) ||
				!same {
				t.Errorf("%s, net %d of %d: losses %v, alone %v; same weights and velocities: %v", backend, i,
					len(nets), got[i], want[i], same)
			}
		}
	}
}

func TestTogetherSaysWhatIsWrong(t *testing.T) {
	a := nets.Mini(3, nets.MiniOptions{Size: 24, Widths: [7]int{4, 4, 4, 4, 4, 8, 8}})
	nets, starts := team(t, "xla:cpu", a, SGD{}, 2, 2)
	stranger, _ := trainerOf(t, "xla:cpu", a, SGD{}, 2)
	blocks := []Steps{blockFor(a, 2, 0, 2), blockFor(a, 2, 1, 2)}
	says := func(want string, nets []*Trainer, blocks []Steps) {
		t.Helper()
		if _, err := Together(nets, blocks); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if err := nets[0].Load(starts[0], arch.Cut{}); err != nil {
		t.Fatal(err)
	}
	before := heldBy(t, nets[0])
	says("net 1 of 2: trainer of mini: no net is loaded", nets, blocks)
	for net, cut := range map[*Trainer]arch.Cut{nets[1]: {N: 2, Frozen: true}, stranger: {}} {
		if err := net.Load(starts[1], cut); err != nil {
			t.Fatal(err)
		}
	}
	says("0 nets with 0 blocks", nil, nil)
	says("2 nets with 1 blocks", nets, blocks[:1])
	says("net 1 of 2: cut n = 2, frozen, that of the first is n = 0", nets, blocks)
	says("net 1 of 2 is no sibling of the first", []*Trainer{nets[0], stranger}, blocks)
	says("net 1 of 2 is there twice", []*Trainer{nets[0], nets[0]}, blocks)
	above := slices.Clone(blocks)
	above[0].Above = true
	says("net 0 of 2: trainer of mini: cut n = 0 has no layers that always give the same", nets, above)
	short := slices.Clone(blocks)
	short[1].Labels = short[1].Labels[1:]
	says("net 1 of 2: block of 2 steps with 6912 values and 3 labels", nets, short)
	if !heldBy(t, nets[0]).is(before) {
		t.Error("the first net was stepped where the second's block was refused")
	}
}
