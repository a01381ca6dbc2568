package predict

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/formats"
	"coadapt/gomlxnet/op"
	"coadapt/transfer"
	"coadapt/transfer/figure"
)

// of is a predictor of a net with weights as a function gives them.
func of(t *testing.T, a arch.Arch, weight func(path string, i int) float32) *Predictor {
	t.Helper()
	src, err := formats.Open(t.Context(), "shapes:classes=4,train=2,test=2,size=16", formats.Options{})
	if err != nil {
		t.Fatal(err)
	}
	task, err := dataset.NewTask(t.Context(), src, []int{0, 1}, dataset.TaskOptions{})
	if err != nil {
		t.Fatal(err)
	}
	vars, err := a.Variables()
	if err != nil {
		t.Fatal(err)
	}
	w := arch.Weights{}
	for _, v := range vars {
		data := make([]float32, v.Size())
		for i := range data {
			data[i] = weight(v.Path, i)
		}
		w[v.Path] = arch.Tensor{Shape: v.Shape, Data: data}
	}
	plan := &transfer.Plan{
		Arch:   a,
		Task:   task,
		View:   dataset.View{Size: a.Size},
		Recipe: transfer.Recipe{Batch: 7},
	}
	return predictor(t, goBackend(t), &transfer.Trained{Plan: plan, Weights: w})
}

// random are inputs around 0.
func random(n int) []float32 {
	r := rand.New(rand.NewPCG(1, 2))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// TestOcclusionFindsThePixel: of a net that looks at one pixel, the probability falls by all of its evidence where
// that is hidden, less at pixels that share some squares with it, and not at all elsewhere.
func TestOcclusionFindsThePixel(t *testing.T) {
	const size, x, y = 16, 5, 9
	arch := arch.Arch{Name: "one", Size: size, Channels: 3, Classes: 2,
		Blocks: []arch.Block{arch.Chain("out", op.Dense{Out: 2})}}
	p := of(t, arch, func(_ string, i int) float32 {
		if i == ((y*size+x)*3+1)*2+1 { // green of the pixel, for output 1
			return 1
		}
		return 0
	})
	input := random(size * size * 3)
	input[(y*size+x)*3+1] = 3
	m, err := p.Occlude(t.Context(), input, 1)
	if err != nil {
		t.Fatal(err)
	}
	all := 1/(1+math.Exp(-3)) - 0.5 // the softmax of 0 and 3, less that of 0 and 0
	side := size / occluded
	for v := range size {
		for u := range size {
			got := m.Values[v*size+u]
			switch near := max(abs(u-x), abs(v-y)) < side; {
			case u == x && v == y && math.Abs(got-all) > 1e-6:
				t.Errorf("hidden, the probability falls by %v, want %v", got, all)
			case near && (got < -1e-9 || got > all+1e-6), !near && math.Abs(got) > 1e-9:
				t.Errorf("at %d, %d the probability falls by %v of %v", u, v, got, all)
			}
		}
	}
	if m.Most < all-1e-6 || m.Size != size {
		t.Errorf("most %v of %d pixels, want %v", m.Most, m.Size, all)
	}
	zero, err := p.Occlude(t.Context(), input, 0)
	if err != nil || math.Abs(zero.Values[y*size+x]+all) > 1e-6 || zero.Most > 1e-9 {
		t.Errorf("that of the other output rises by %v, %v; want %v", zero.Values[y*size+x], err, all)
	}
}

func abs(x int) int { return max(x, -x) }

// TestActivationSumsToTheLogit: the mean of a class-activation map over all places, and the bias, are the logit.
func TestActivationSumsToTheLogit(t *testing.T) {
	const size = 9
	conv := arch.Chain("conv", op.Convolution{Out: 5, Kernel: 3, Stride: 1, Pad: 1}, op.ReLU{})
	values := random(5000)
	weight := func(path string, i int) float32 { return values[len(path)*7+i] }
	bias := op.Param{Filler: op.Filler{Kind: op.Constant}}
	for name, blocks := range map[string][]arch.Block{
		"in the last block": {conv, arch.Chain("out", op.GlobalAverage{}, op.Dropout{P: 0.5},
			op.Dense{Out: 3, Bias: &bias})},
		"in its own": {conv, arch.Chain("mean", op.GlobalAverage{}), arch.Chain("out",
			op.Flatten{}, op.Dense{Out: 3, Bias: &bias})},
		"at the end": {arch.Chain("conv", op.Convolution{Out: 3, Kernel: 3, Stride: 1, Pad: 1}),
			arch.Chain("out", op.GlobalAverage{}, op.Flatten{})},
	} {
		arch := arch.Arch{Name: "cam", Size: size, Channels: 3, Classes: 3, Blocks: blocks}
		p := of(t, arch, weight)
		input := random(size * size * 3)
		logits, err := p.Logits(t.Context(), [][]float32{input})
		if err != nil {
			t.Fatal(err)
		}
		for k, want := range logits[0] {
			m, err := p.Activate(input, k)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			got, most := 0.0, 0.0
			for _, v := range m.Values {
				got, most = got+v/float64(len(m.Values)), max(most, v)
			}
			if b, ok := p.Weights["/net/out/biases"]; ok {
				got += float64(b.Data[k])
			}
			if math.Abs(got-float64(want)) > 1e-4 || m.Most != most {
				t.Errorf("%s: output %d: the map's mean and the bias are %v, the logit is %v", name, k, got, want)
			}
		}
		if _, err := p.Activate(input, 3); err == nil {
			t.Errorf("%s: a map of output 3 of 3", name)
		}
	}
	relu := arch.Chain("out", op.GlobalAverage{}, op.Dense{Out: 3}, op.ReLU{})
	two := arch.Chain("two", op.GlobalAverage{}, op.Dense{Out: 4})
	dense := arch.Chain("out", op.Dense{Out: 3})
	for _, blocks := range [][]arch.Block{{conv, relu}, {conv, two, dense}, {conv, dense}} {
		arch := arch.Arch{Size: size, Channels: 3, Classes: 3, Blocks: blocks}
		if _, err := evidenceOf(arch); !errors.Is(err, ErrNoActivation) {
			t.Errorf("%v has an activation map: %v", blocks, err)
		}
	}
}

// TestStretched: values at centres stay, and between two of them lie on a line.
func TestStretched(t *testing.T) {
	got := stretched([]float64{0, 1, 2, 3}, 2, 2, 4)
	want := []float64{0, .25, .75, 1, .5, .75, 1.25, 1.5, 1.5, 1.75, 2.25, 2.5, 2, 2.25, 2.75, 3}
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-12 {
			t.Fatalf("%v, want %v", got, want)
		}
	}
}

// TestEvidence: a picture has a map, and one more where the net has class-activation maps; a figure shows them with
// their words.
func TestEvidence(t *testing.T) {
	const size = 16
	conv := arch.Chain("conv", op.Convolution{Out: 4, Kernel: 3, Stride: 2, Pad: 1})
	for maps, last := range map[int]arch.Block{1: arch.Chain("out", op.Dense{Out: 2}),
		2: arch.Chain("out", op.GlobalAverage{}, op.Dense{Out: 2})} {
		values := random(6000)
		p := of(t, arch.Arch{Name: "x", Size: size, Channels: 3, Classes: 2, Blocks: []arch.Block{conv,
			last}}, func(_ string, i int) float32 { return values[i] / 100 })
		seen, err := p.Task.See(dataset.Test, 1, p.View)
		if err != nil {
			t.Fatal(err)
		}
		logits, err := p.Logits(context.Background(), [][]float32{seen.Input})
		if err != nil {
			t.Fatal(err)
		}
		row, err := Evidence(t.Context(), p, "a/b.png", seen, p.Top(logits[0], 1)[0])
		if err != nil {
			t.Fatal(err)
		}
		if len(row.Maps) != maps || row.Picture.Words[0] != "b.png" {
			t.Errorf("%d maps of %s, want %d", len(row.Maps), row.Picture.Words[0], maps)
		}
		if _, err := figure.Evidences("x", []figure.Evidence{row}, figure.Options{Caption: p.Caption()}); err != nil {
			t.Error(err)
		}
	}
}
