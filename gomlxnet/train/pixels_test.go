package train

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/nets/nettest"
	"coadapt/gomlxnet/op"
	"coadapt/gomlxnet/op/optest"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// shown is what steps are given of pictures, both ways.
type shown struct {
	pre    dataset.Preprocess
	pixels []uint8
	places []int32
	values []float32 // what Apply makes of them
}

// show draws pictures, with each place at a border of the padded picture among others.
func show(pre dataset.Preprocess, pictures int, seed uint64) shown {
	rng := rand.New(rand.NewPCG(seed, 5))
	s := shown{pre: pre, pixels: make([]uint8, pictures*pre.PictureBytes()),
		values: make([]float32, pictures*pre.Values())}
	for i := range s.pixels {
		s.pixels[i] = uint8(rng.Uint32())
	}
	x, y := pre.MaxPlace()
	for i := range pictures {
		at := dataset.Placing{X: rng.IntN(x + 1), Y: rng.IntN(y + 1), Mirror: rng.IntN(2) == 1}
		switch i {
		case 0:
			at = dataset.Placing{}
		case 1:
			at = dataset.Placing{X: x, Y: y, Mirror: true}
		case 2:
			at = dataset.Placing{X: x, Mirror: true}
		case 3:
			at = dataset.Placing{Y: y}
		}
		s.places = at.Append(s.places)
		pre.Apply(s.pixels[i*pre.PictureBytes():(i+1)*pre.PictureBytes()], at,
			s.values[i*pre.Values():(i+1)*pre.Values()])
	}
	return s
}

// preprocess is a view of pictures whose mean image is no round numbers.
func preprocess(t testing.TB, v dataset.View, h, w, c int) dataset.Preprocess {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 9))
	p := dataset.Preprocess{Height: h, Width: w, Channels: c, Size: v.Size, Pad: v.Pad, Scale: v.Scale, Std: v.Std,
		BGR: v.BGR, Mean: make([]float32, h*w*c)}
	for i := range p.Mean {
		p.Mean[i] = 90 + 80*rng.Float32()
		if v.Mean != nil {
			p.Mean[i] = v.Mean[i%c]
		}
	}
	if p.Scale == 0 {
		p.Scale = 1
	}
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	return p
}

// What enters the net from bytes is, pixel by pixel, the bits of the host's floats, in single steps and in the loop of
// a block, on both backends: crops at all borders, padding, mirrored pictures, mean images and means of channels,
// scales, deviations, the order of channels, odd sizes, pictures that are no squares or larger than the crop.
func TestPixelsAreTheHostsFloats(t *testing.T) {
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		std := []float32{58.395, 57.12, 57.375}
		for _, c := range []struct {
			h, w, c int
			view    dataset.View
		}{
			{16, 16, 3, dataset.View{Size: 16}},
			{16, 16, 3, dataset.View{Size: 16, Pad: 4}},
			{19, 23, 3, dataset.View{Size: 13, Scale: 1.0 / 3}},
			{17, 17, 1, dataset.View{Size: 21, Pad: 2, Scale: -0.017}},
			{17, 31, 3, dataset.View{Size: 15, Pad: 1, Std: std, BGR: true}},
			{32, 32, 3, dataset.View{Size: 32, Pad: 4, Mean: []float32{123.675, 116.28, 103.53}, Std: std}},
			{64, 57, 3, dataset.View{Size: 57, BGR: true, Scale: 0.0078125}},
			{20, 20, 4, dataset.View{Size: 3, Pad: 5, Std: []float32{3, 7, 0.1, 1e-3}}},
		} {
			const batch = 9
			s := show(preprocess(t, c.view, c.h, c.w, c.c), batch, uint64(c.h*c.w))
			g := given{Steps{Pixels: s.pixels, Places: s.places, Preprocess: &s.pre}, entry{pixels: pixelsOf(&s.pre)},
				op.Dims{}}
			graphs := &graphs{backend: backend}
			p, err := graphs.newProgram(1, 2, func(_ *variables, in []*Node) []*Node {
				return []*Node{g.enter(in[:2], in[2:], dtypes.Float32)}
			})
			if err != nil {
				t.Fatal(err)
			}
			trainer := newTrainer(graphs, []compute.DeviceNum{0})
			out, err := execute([]*Trainer{trainer}, p, g.arrays(batch), g.preprocess())
			if err != nil {
				t.Fatal(err)
			}
			got, err := flat[float32](out[0], len(s.values))
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range s.values {
				if math.Float32bits(got[i]) != math.Float32bits(want) {
					t.Errorf("%dx%dx%d, %+v: value %d is %v (%08x), of the host %v (%08x)", c.h, c.w, c.c, c.view, i,
						got[i], math.Float32bits(got[i]), want, math.Float32bits(want))
					break
				}
			}
			p.free()
		}
	})
}

// pixelNets are nets that are trained both ways, with what is done to their pictures.
func pixelNets() map[string]struct {
	arch    arch.Arch
	view    dataset.View
	picture int // its side
} {
	caffe := nets.CaffeNet(5) // LRN, groups, dropout, of fewer channels and pixels
	caffe.Size = 67
	for i, n := range []int{8, 16, 12, 12, 8} {
		nettest.Edit(&caffe, i, func(c *op.Convolution) { c.Out = n })
	}
	for i := range 2 {
		nettest.Edit(&caffe, 5+i, func(d *op.Dense) { d.Out = 24 })
	}
	for i := range caffe.Blocks {
		nettest.SetFiller(&caffe, i, op.Filler{Kind: op.MSRA})
	}
	norm, err := nets.Named("resnet20:depth=8", 5, 16)
	if err != nil {
		panic(err)
	}
	half := nets.Mini(5, nets.MiniOptions{Size: 24, Widths: [7]int{8, 8, 8, 8, 8, 16, 16}})
	half.Precision = arch.BFloat16
	std := []float32{58.395, 57.12, 57.375}
	type net = struct {
		arch    arch.Arch
		view    dataset.View
		picture int
	}
	return map[string]net{
		"mini": {nets.Mini(5, nets.MiniOptions{Dropout: 0.3}),
			dataset.View{Size: 32, Pad: 4, Scale: 1.0 / 64}, 32},
		"bfloat16":   {half, dataset.View{Size: 24, Scale: 1.0 / 64}, 27},
		"caffenet":   {caffe, dataset.View{Size: 67, Scale: 1.0 / 64}, 75},
		"batch norm": {norm, dataset.View{Size: 16, Pad: 2, Std: std, BGR: true}, 16},
	}
}

// After 20 steps on bytes a net has the losses, the weights, the statistics and the velocities, bit for bit, that it
// has after 20 steps on the host's floats: in blocks and in single steps.
func TestPixelsAreSteps(t *testing.T) {
	for name, c := range pixelNets() {
		t.Run(name, func(t *testing.T) {
			const batch, steps = 8, 20
			trainer, start := trainerOf(t, "xla:cpu", c.arch, SGD{Momentum: 0.9, Decay: 0.0005}, batch)
			pre := preprocess(t, c.view, c.picture, c.picture, 3)
			for _, way := range []struct {
				cut   arch.Cut
				block int
			}{{arch.Cut{}, 0}, {arch.Cut{}, 8}, {arch.Cut{N: 2, Frozen: true}, 8}} {
				if way.cut.N > 0 && name != "mini" { // each is compiled for both ways
					continue
				}
				var losses [2][]float64
				var nets [2]held
				for i := range nets {
					if err := trainer.Load(start, way.cut); err != nil {
						t.Fatal(err)
					}
					losses[i] = pixelSteps(t, trainer, &pre, steps, way.block, i == 1)
					nets[i] = heldBy(t, trainer)
				}
				if len(losses[0]) != steps || !finite(losses[0][steps-1]) || !slices.Equal(losses[0], losses[1]) {
					t.Errorf("%+v: losses %v of floats, %v of bytes", way, losses[0], losses[1])
				}
				if !nets[0].is(nets[1]) {
					t.Errorf("%+v: weights and velocities are %.1g apart", way, nets[1].apart(nets[0]))
				}
				if nets[0].weights.Digest() == start.Digest() {
					t.Errorf("%+v: nothing was learnt", way)
				}
			}
		})
	}
}

// pixelBlock is a block of steps from one on, as bytes or as floats.
func pixelBlock(trainer *Trainer, pre *dataset.Preprocess, from, steps int, bytes bool) Steps {
	b := Steps{Seed: 3, Iteration: from}
	for k := from; k < from+steps; k++ {
		s := show(*pre, trainer.batch, uint64(k))
		if bytes {
			b.Pixels, b.Places, b.Preprocess = append(b.Pixels, s.pixels...), append(b.Places, s.places...), pre
		} else {
			b.Values = append(b.Values, s.values...)
		}
		rng := rand.New(rand.NewPCG(uint64(k), 1))
		for range trainer.batch {
			b.Labels = append(b.Labels, int32(rng.IntN(trainer.arch.Classes)))
		}
		b.Rates = append(b.Rates, 0.01)
	}
	return b
}

// pixelSteps trains the loaded net in blocks of at most block steps; with 0, in single steps that are no blocks.
func pixelSteps(t *testing.T, trainer *Trainer, pre *dataset.Preprocess, steps, block int, bytes bool) []float64 {
	t.Helper()
	var losses []float64
	for k := 0; k < steps; k += max(block, 1) {
		b, err := trainer.given(pixelBlock(trainer, pre, k, min(max(block, 1), steps-k), bytes))
		if err != nil {
			t.Fatal(err)
		}
		var some []float64
		if block == 0 {
			var loss float64
			loss, err = trainer.step(b)
			some = []float64{loss}
		} else {
			some, err = trainer.takeSteps(b)
		}
		if err != nil {
			t.Fatal(err)
		}
		losses = append(losses, some...)
	}
	return losses
}

// Several nets in one graph, with means of their own, and one net on several devices, come to the same bits from bytes
// as from floats.
func TestPixelsTogetherAndOnDevices(t *testing.T) {
	a := nets.Mini(3, nets.MiniOptions{Size: 24, Widths: [7]int{4, 8, 8, 8, 8, 16, 16}, Dropout: 0.5})
	first := preprocess(t, dataset.View{Size: 24, Pad: 2, Scale: 1.0 / 64, Std: []float32{1, 2, 3}}, 26, 25, 3)
	second := first
	second.Mean, second.Scale, second.Std = slices.Clone(first.Mean), 1.0/32, []float32{3, 2, 1}
	slices.Reverse(second.Mean)
	pres := []*dataset.Preprocess{&first, &second}
	t.Run("together", func(t *testing.T) {
		team, starts := team(t, "xla:cpu", a, SGD{Momentum: 0.9, Decay: 0.001}, 4, 2)
		var losses [2][][]float64
		var after [2][]held
		for way := range 2 {
			var blocks []Steps
			for i, net := range team {
				if err := net.Load(starts[i], arch.Cut{}); err != nil {
					t.Fatal(err)
				}
				blocks = append(blocks, pixelBlock(net, pres[i], 7*i, 6-i, way == 1)) // of two lengths
			}
			var err error
			if losses[way], err = Together(team, blocks); err != nil {
				t.Fatal(err)
			}
			for _, net := range team {
				after[way] = append(after[way], heldBy(t, net))
			}
		}
		for i := range team {
			if len(losses[0][i]) != 6-i || !slices.Equal(losses[0][i], losses[1][i]) || !after[0][i].is(after[1][i]) {
				t.Errorf("net %d: losses %v of floats, %v of bytes; the same net: %v", i, losses[0][i], losses[1][i],
					after[0][i].is(after[1][i]))
			}
		}
		if len(team[0].programs) != 4 { // with each other and alone, of floats and of bytes
			t.Errorf("%d graphs, want 4", len(team[0].programs))
		}
		other := first
		other.Pad = 1
		blocks := []Steps{pixelBlock(team[0], &first, 0, 1, true), pixelBlock(team[1], &other, 0, 1, true)}
		if _, err := Together(team, blocks); err == nil ||
			!strings.Contains(err.Error(), "net 1 of 2: what is done to its pictures is") {
			t.Errorf("nets whose pictures are treated in two ways: %v", err)
		}
	})
	t.Run("devices", func(t *testing.T) {
		trainer := placed(t, openDevices(t), a, 0, 1)
		var losses [2][]float64
		var after [2]held
		for way := range 2 {
			if err := trainer.Load(nettest.Init(t, a, 1), arch.Cut{}); err != nil {
				t.Fatal(err)
			}
			losses[way] = pixelSteps(t, trainer, &second, 6, 1, way == 1)
			after[way] = heldBy(t, trainer)
		}
		if !slices.Equal(losses[0], losses[1]) || !after[0].is(after[1]) {
			t.Errorf("losses %v of floats, %v of bytes; the same net: %v", losses[0], losses[1], after[0].is(after[1]))
		}
	})
}

// What is wrong with pictures is told before anything runs.
func TestPixelsSayWhatIsWrong(t *testing.T) {
	a := nets.Mini(3, nets.MiniOptions{Size: 24, Widths: [7]int{4, 4, 4, 4, 4, 8, 8}})
	trainer, start := trainerOf(t, "go", a, SGD{}, 2)
	if err := trainer.Load(start, arch.Cut{}); err != nil {
		t.Fatal(err)
	}
	pre := preprocess(t, dataset.View{Size: 24, Pad: 2}, 26, 26, 3)
	small, mean := pre, pre
	small.Size, mean.Mean = 22, pre.Mean[:3]
	for want, change := range map[string]func(*Steps){
		"block of 1 steps with 4055 bytes of pixels":                  func(b *Steps) { b.Pixels = b.Pixels[1:] },
		"want 1 to 1 steps with 4056, 6 and 2 each":                   func(b *Steps) { b.Pixels = nil },
		"5 numbers of places":                                         func(b *Steps) { b.Places = b.Places[1:] },
		"1 labels":                                                    func(b *Steps) { b.Labels = b.Labels[1:] },
		"picture 1 of step 0 is cut at [7 0 0], want at most [6 6 1]": func(b *Steps) { b.Places[3] = 7 },
		"picture 0 of step 0 is cut at [0 -1 0]":                      func(b *Steps) { b.Places[1] = -1 },
		"is cut at [0 0 2]":                                           func(b *Steps) { b.Places[2] = 2 },
		"a mean of 3 numbers, want 2028 (26x26x3)":                    func(b *Steps) { b.Preprocess = &mean },
		"pictures cut to 22x22x3, want 24x24x3":                       func(b *Steps) { b.Preprocess = &small },
		"steps with Pixels or Places and no Preprocess":               func(b *Steps) { b.Preprocess = nil },
		"steps with a Preprocess and 2 Values":                        func(b *Steps) { b.Values = []float32{1, 2} },
		"steps above the settled layers with a Preproce":              func(b *Steps) { b.Above = true },
	} {
		b := pixelBlock(trainer, &pre, 0, 1, true)
		b.Places = []int32{0, 0, 0, 0, 0, 0}
		change(&b)
		if _, err := trainer.Train(b); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	if len(trainer.programs) != 0 {
		t.Errorf("%d graphs were made", len(trainer.programs))
	}
}
