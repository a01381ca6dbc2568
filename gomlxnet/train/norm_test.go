package train

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/nets/nettest"
	"coadapt/gomlxnet/op/optest"

	"github.com/gomlx/compute"
)

// normFile is testdata/torch_norm.json; torch_norm.py says what it holds.
type normFile struct {
	Arch                  arch.Arch
	Rate, Momentum, Decay float64
	Batch, Batches        int
	Runs                  []struct {
		Frozen               int
		Losses               []float64
		Tested               float64
		Gradients, Variables map[string]twinSample
	}
}

func readNorm(t *testing.T) (f normFile) {
	t.Helper()
	text, err := os.ReadFile("../testdata/torch_norm.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// initial are the values of the variables' streams, around those that they would start with.
func (f normFile) initial(t *testing.T) arch.Weights {
	t.Helper()
	w := nettest.Init(t, f.Arch, 0)
	vars, _ := f.Arch.Variables()
	for _, v := range vars {
		data := w[v.Path].Data
		around := float32(v.Param.Filler.Value)
		scale := 0.3
		if v.Name == "weights" {
			scale = math.Sqrt(6 / float64(v.FanIn))
		}
		optest.FillUniform(data, v.Path, scale)
		for i := range data {
			data[i] += around
		}
	}
	return w
}

func (f normFile) data(step int) (images []float32, labels []int32) {
	k, a := step%f.Batches, f.Arch
	images, labels = make([]float32, f.Batch*a.Size*a.Size*a.Channels), make([]int32, f.Batch)
	optest.FillUniform(images, fmt.Sprintf("norm images %d", k), 1)
	next := optest.Stream(fmt.Sprintf("norm labels %d", k))
	for i := range labels {
		labels[i] = int32(next() % uint64(a.Classes))
	}
	return images, labels
}

func (f normFile) trainer(t *testing.T, backend compute.Backend, devices ...int) *Trainer {
	t.Helper()
	trainer, err := New(backend, f.Arch, SGD{Momentum: f.Momentum, Decay: f.Decay}, f.Batch, devices...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(trainer.Close)
	return trainer
}

// Batch norm, residual blocks and the other operations against PyTorch in float64: losses and running statistics over
// 20 steps, the gradients of the first, and a test; learning whole and under a frozen cut.
func TestTorchNorm(t *testing.T) {
	f := readNorm(t)
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		trainer := f.trainer(t, backend)
		for _, run := range f.Runs {
			start := f.initial(t)
			if err := trainer.Load(start, arch.Cut{N: run.Frozen, Frozen: run.Frozen > 0}); err != nil {
				t.Fatal(err)
			}
			near := func(what string, got, want, scale, tol float64) {
				t.Helper()
				if !(math.Abs(got-want) <= tol*scale) {
					t.Errorf("%d frozen: %s is %.8g, PyTorch's %.8g", run.Frozen, what, got, want)
				}
			}
			for step, want := range run.Losses {
				images, labels := f.data(step)
				loss, err := trainer.Step(images, labels, f.Rate, 0, step)
				if err != nil {
					t.Fatal(err)
				}
				near(fmt.Sprint("the loss of step ", step), loss, want, want, 2e-5)
				if step > 0 {
					continue
				}
				momentum, err := trainer.Momentum()
				if err != nil {
					t.Fatal(err)
				}
				for path, g := range run.Gradients {
					for i, at := range g.At {
						got := float64(momentum[path].Data[at])/f.Rate - f.Decay*float64(start[path].Data[at])
						near(fmt.Sprint("the gradient of ", path, " at ", at), got, g.Values[i], g.Norm, 1e-5)
					}
				}
			}
			images, labels := f.data(0)
			_, sum, err := trainer.Eval(images, labels)
			if err != nil {
				t.Fatal(err)
			}
			near("the loss of a test", sum/float64(f.Batch), run.Tested, run.Tested, 2e-5)
			end, err := trainer.Weights()
			if err != nil {
				t.Fatal(err)
			}
			if len(run.Variables) != len(end) || len(run.Losses) != 20 || len(run.Gradients) == 0 {
				t.Fatalf("%d variables, %d losses, %d gradients: the file is not what torch_norm.py makes",
					len(run.Variables),
					len(run.Losses), len(run.Gradients))
			}
			for path, v := range run.Variables {
				if !slices.Equal(v.Shape, end[path].Shape) {
					t.Fatalf("%s has shape %v, PyTorch's %v", path, end[path].Shape, v.Shape)
				}
				for i, at := range v.At {
					near(fmt.Sprint(path, " at ", at), float64(end[path].Data[at]), v.Values[i], v.Norm, 5e-5)
				}
			}
		}
	})
}

// Frozen is frozen: weights and statistics. Where the weights of a net stay and its statistics go on moving, as in
// PyTorch where requires_grad is False and the module is in training mode, the digest of its prefix tells.
func TestFrozenStatistics(t *testing.T) {
	f := readNorm(t)
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		trainer := f.trainer(t, backend)
		start := f.initial(t)
		for _, c := range []struct {
			what string
			cut  arch.Cut
			rate float64
			same []string // suffixes of the variables of the first two blocks that stay
		}{
			{"frozen", arch.Cut{N: 2, Frozen: true}, f.Rate, []string{"weights", "scale", "shift", "mean", "variance"}},
			{"weights that do not move", arch.Cut{}, 0, []string{"weights", "scale", "shift"}},
			{"learning", arch.Cut{N: 2, Frozen: false}, f.Rate, nil},
		} {
			if err := trainer.Load(start, c.cut); err != nil {
				t.Fatal(err)
			}
			for step := range 2 {
				images, labels := f.data(step)
				if _, err := trainer.Step(images, labels, c.rate, 0, step); err != nil {
					t.Fatal(err)
				}
			}
			end, err := trainer.Weights()
			if err != nil {
				t.Fatal(err)
			}
			was, _ := f.Arch.PrefixDigest(start, 2)
			is, err := f.Arch.PrefixDigest(end, 2)
			if err != nil || (was == is) != c.cut.Frozen {
				t.Errorf("%s: the prefix has the same digest: %v, %v", c.what, was == is, err)
			}
			for _, v := range trainer.vars {
				if still := slices.Contains(c.same, v.Name); v.Layer < 2 &&
					nettest.EqualBits(start[v.Path], end[v.Path]) != still {
					t.Errorf("%s: %s stays: %v, want %v", c.what, v.Path, !still, still)
				}
			}
			if nettest.EqualBits(start["/net/fc/batch_norm/mean"], end["/net/fc/batch_norm/mean"]) {
				t.Errorf("%s: statistics above the cut stand still", c.what)
			}
			if m, err := trainer.Momentum(); err != nil || len(m) != len(start)-2*5 {
				t.Errorf("%d velocities, %v; want none of ten statistics", len(m), err)
			}
		}
	})
}

// Statistics in blocks of steps, above settled blocks, resumed, together in one graph and on two devices are those of
// single steps.
func TestStatisticsInEveryWay(t *testing.T) {
	f := readNorm(t)
	solver := SGD{Momentum: f.Momentum, Decay: f.Decay}
	trainer, _ := trainerOf(t, "xla:cpu", f.Arch, solver, f.Batch)
	sibling, err := trainer.Sibling(0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sibling.Close)
	start := f.initial(t)
	rates := []float64{0.05, 0.04, 0.03, 0.02, 0.01, 0.02}
	for _, cut := range []arch.Cut{{}, {N: 2, Frozen: true}} {
		single, one := stepped(t, trainer, start, cut, rates, false, 0, 0, 0, 0, 0, 0)
		block, whole := stepped(t, trainer, start, cut, rates, false, 6)
		if d := apart(single, block); d > 1e-5 || len(block) != 6 ||
			(held{weights: whole}).apart(held{weights: one}) > 1e-4 {
			t.Errorf("cut %+v: losses %v in a block, %v in single steps", cut, block, single)
		}
		for _, above := range []bool{false, true} {
			if above && !cut.Frozen {
				continue
			}
			losses, w := stepped(t, trainer, start, cut, rates, above, 2, 4)
			if !slices.Equal(losses, block) || w.Digest() != whole.Digest() {
				t.Errorf("cut %+v, above %v: losses %v in two blocks, %v in one", cut, above, losses, block)
			}
		}
	}
	if n := f.Arch.StaticBlocks(arch.Cut{N: 4, Frozen: true}); n != 4 {
		t.Errorf("%d blocks are settled, want 4: batch norm is static where it is frozen", n)
	}
	resumes(t, trainer, sibling, []arch.Cut{{}, {N: 2, Frozen: true}})

	nets, starts := []*Trainer{trainer, sibling}, []arch.Weights{start, nettest.Init(t, f.Arch, 5)}
	blocks := []Steps{blockFor(f.Arch, f.Batch, 0, 5), blockFor(f.Arch, f.Batch, 1, 5)}
	want, alone := takenAlone(t, nets, starts, blocks)
	got, err := Together(nets, blocks)
	if err != nil {
		t.Fatal(err)
	}
	for i, net := range nets {
		if d := apart(want[i], got[i]); len(got[i]) != 5 || d > 1e-5 ||
			heldBy(t, net).apart(alone[i]) > stateTolerance {
			t.Errorf("net %d: losses %v together, %v alone", i, got[i], want[i])
		}
	}
}

// On two devices the batch's statistics are those of all of its images.
func TestStatisticsOnDevices(t *testing.T) {
	f := readNorm(t)
	backend := openDevices(t)
	var losses [][]float64
	var ends []arch.Weights
	for _, devices := range [][]int{{0}, {0, 1}} {
		trainer := f.trainer(t, backend, devices...)
		l, w := stepped(t, trainer, f.initial(t), arch.Cut{}, []float64{0.05, 0.05, 0.05}, false, 0, 0, 0)
		losses, ends = append(losses, l), append(ends, w)
	}
	if d := apart(losses[0], losses[1]); d > 1e-5 || (held{weights: ends[1]}).apart(held{weights: ends[0]}) > 1e-4 {
		t.Errorf("losses %v on one device, %v on two", losses[0], losses[1])
	}
}
