package arch_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/backend"
	"coadapt/gomlxnet/inspect"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/nets/nettest"
	"coadapt/gomlxnet/op"
	"coadapt/gomlxnet/train"
)

var zeroBiases = op.Param{Filler: op.Filler{Kind: op.Constant}, RateMult: 1, DecayMult: 1}

// ways is a net of one block of operations, and another of two below it where deep.
func ways(deep bool, ops ...arch.Op) arch.Arch {
	a := arch.Arch{Name: "ways", Size: 4, Channels: 3, Classes: 2}
	if deep {
		conv := op.Convolution{Out: 3, Kernel: 3, Pad: 1, Bias: &zeroBiases}
		a.Blocks = []arch.Block{arch.Chain("stem", conv, op.BatchNorm{})}
	}
	a.Blocks = append(a.Blocks, arch.Block{Name: "way", Ops: ops}, arch.Chain("out", op.Dense{Bias: &zeroBiases}))
	return a
}

// preactivated is a residual block that begins with batch norm and ReLU (He et al. 2016, arXiv 1603.05027).
func preactivated() arch.Arch {
	return ways(true, arch.Op{Spec: op.BatchNorm{}}, arch.Op{Spec: op.ReLU{}},
		arch.Op{Spec: op.Convolution{Out: 3, Kernel: 3, Pad: 1}},
		arch.Op{From: []string{"convolution", arch.Input}, Spec: op.Sum{}})
}

// uneven are initial values in which no bias is 0, and no statistic as it begins.
func uneven(t *testing.T, a arch.Arch) arch.Weights {
	t.Helper()
	w, err := a.Init(5)
	if err != nil {
		t.Fatal(err)
	}
	for path, v := range w {
		for i := range v.Data {
			if !strings.HasSuffix(path, "weights") {
				v.Data[i] += 0.01 * float32(i%7)
			}
		}
		if strings.HasSuffix(path, "variance") {
			v.Data[0] = 0.3
		}
	}
	return w
}

// TestRescaledBlocks: what leaves a layer is multiplied, at each cut of each preset and of nets of one's own; where the
// images reach the layer's end, nothing can be.
func TestRescaledBlocks(t *testing.T) {
	backend, err := backend.Open("go")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(backend.Finalize)
	conv := op.Convolution{Out: 3, Kernel: 3, Pad: 1, Bias: &zeroBiases}
	type row struct {
		arch   arch.Arch
		layers []int // nil: all
		error  string
	}
	all := []row{
		{arch: named(t, "resnet20:depth=8,shortcut=B,size=8")}, // both ways end in batch norm
		{arch: named(t, "resnet20:depth=14,size=8")},           // ways around blocks have no weights
		{arch: named(t, "resnet18:size=16")},
		{arch: named(t, "resnet50:size=16"), layers: []int{3, 17}},
		{arch: named(t, "squeezenet1_1:size=25")}, // side by side
		{arch: named(t, "vgg11_bn:size=32"), layers: []int{1, 8}},
		{arch: named(t, "mini:norm=batch,size=16")},
		{arch: named(t, "mini:residual=true,size=16,depth=9,no_lrn=true")},
		{arch: named(t, "mini:residual=true,norm=batch,size=16")},
		{arch: preactivated()},
		// an operation that both sees the factor and gives it on
		{
			arch: ways(
				false,
				arch.Op{Name: "a", Spec: conv},
				arch.Op{Name: "b", Spec: conv},
				arch.Op{From: []string{"a", "b"}, Spec: op.Sum{}},
			),
		},
		{
			arch: ways(
				false,
				arch.Op{Name: "a", Spec: conv},
				arch.Op{Name: "r", Spec: op.ReLU{}},
				arch.Op{Name: "b", From: []string{"a"}, Spec: conv},
				arch.Op{From: []string{"r", "b"}, Spec: op.Sum{}},
			),
		},
		// what sees it behind a ReLU beside its way
		{arch: ways(true, arch.Op{Spec: op.ReLU{}}, arch.Op{Name: "b", Spec: conv},
			arch.Op{From: []string{arch.Input, "b"}, Spec: op.Sum{}})},
		{
			arch:  ways(false, arch.Op{Spec: conv}, arch.Op{From: []string{"convolution", arch.Input}, Spec: op.Sum{}}),
			error: "block way: the images reach its end",
		},
		{arch: ways(false, arch.Op{Spec: op.ReLU{}}), layers: nil, error: "the images reach"},
	}
	for _, c := range all {
		w := uneven(t, c.arch)
		layers := c.layers
		for n := 1; c.layers == nil && n <= c.arch.Cuts(); n++ {
			layers = append(layers, n)
		}
		images, _ := nettest.Batch(c.arch, 1, 0)
		var below []int
		for _, n := range layers {
			below = append(below, n-1)
		}
		reader, err := inspect.NewReader(backend, c.arch, w, 1, below...)
		if err != nil {
			t.Fatal(err)
		}
		defer reader.Close()
		read := func(w arch.Weights) []arch.Tensor {
			if err := reader.Load(w); err != nil {
				t.Fatal(err)
			}
			out, err := reader.Read(images)
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		before := read(w)
		for i, n := range layers {
			for _, factor := range []float64{3.5, 1. / 64} {
				scaled, err := c.arch.Rescaled(w, n, factor)
				if c.error != "" {
					if err == nil || !strings.Contains(err.Error(), c.error) {
						t.Errorf("%s, layer %d: error %v, want %s", c.arch.Name, n, err, c.error)
					}
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				var most, off float64
				for k, x := range read(scaled)[i].Data {
					want := factor * float64(before[i].Data[k])
					most, off = max(most, math.Abs(want)), max(off, math.Abs(float64(x)-want))
				}
				if !(most > 0 && off < 1e-4*most) {
					t.Errorf("%s, layer %d: values up to %v are off by %v after a factor of %v", c.arch.Name, n, most,
						off, factor)
				}
			}
		}
	}
}

// TestRescaledLearns: batch norm over a batch, as of a net that learns, leaves the factor, too. The net's loss is as
// before once the classifier's weights take the factor out.
func TestRescaledLearns(t *testing.T) {
	backend, err := backend.Open("go")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(backend.Finalize)
	for _, a := range []arch.Arch{named(t, "resnet20:depth=14,size=8"), preactivated()} {
		w, n := uneven(t, a), a.Cuts()
		const factor = 3.5
		scaled, err := a.Rescaled(w, n, factor)
		if err != nil {
			t.Fatal(err)
		}
		head := scaled["/net/"+a.Blocks[n].Name+"/weights"].Data
		for i := range head {
			head[i] /= factor
		}
		images, labels := nettest.Batch(a, 4, 0)
		var losses []float64
		for _, w := range []arch.Weights{w, scaled} {
			trainer, err := train.New(backend, a, train.SGD{}, 4)
			if err != nil {
				t.Fatal(err)
			}
			defer trainer.Close()
			if err := trainer.Load(w, arch.Cut{N: n}); err != nil {
				t.Fatal(err)
			}
			loss, err := trainer.Train(train.Steps{Values: images, Labels: labels, Rates: []float64{0.1}, Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			losses = append(losses, loss...)
		}
		if math.Abs(losses[1]/losses[0]-1) > 1e-4 {
			t.Errorf("%s: losses %v, want equal ones", a.Name, losses)
		}
	}
}

// TestRescaledWhereItWas: a layer whose own weights carry the factor is all that is changed.
func TestRescaledWhereItWas(t *testing.T) {
	arch := named(t, "resnet20:depth=14,size=8")
	w := uneven(t, arch)
	for n, want := range map[int][]string{
		1: {"/net/conv1/bn1/scale", "/net/conv1/bn1/shift"},
		2: {"/net/conv1/bn1/scale", "/net/conv1/bn1/shift", "/net/layer1.0/bn2/scale", "/net/layer1.0/bn2/shift",
			"/net/layer1.0/conv1/weights"},
	} {
		scaled, err := arch.Rescaled(w, n, 2)
		if err != nil {
			t.Fatal(err)
		}
		var changed []string
		for path, v := range scaled {
			if !slices.Equal(v.Data, w[path].Data) {
				changed = append(changed, path)
			}
		}
		if slices.Sort(changed); !slices.Equal(changed, want) {
			t.Errorf("layer %d: %v changed, want %v", n, changed, want)
		}
	}
}

// named is [nets.Named] for 3 classes.
func named(t *testing.T, text string) arch.Arch {
	t.Helper()
	a, err := nets.Named(text, 3, 0)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
