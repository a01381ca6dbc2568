package nets_test

import (
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/nets/nettest"
	"coadapt/gomlxnet/op"
)

func places(px, channels int) op.Dims { return op.Dims{Height: px, Width: px, Channels: channels} }

func flat(n int) op.Dims { return op.Dims{Height: 1, Width: 1, Channels: n, Flat: true} }

// The table of the 2014 prototxt: https://github.com/yosinski/convnet_transfer,
// and Caffe's bvlc_reference_caffenet, which is the same net.
var caffeNetTable = []struct {
	name         string
	conv, out    op.Dims
	params       int
	multiplyAdds int64 // out.H · out.W · out.C · kernel² · in/groups
}{
	{"conv1", places(55, 96), places(27, 96), 34_944, 55 * 55 * 96 * 11 * 11 * 3},
	{"conv2", places(27, 256), places(13, 256), 307_456, 27 * 27 * 256 * 5 * 5 * 48},
	{"conv3", places(13, 384), places(13, 384), 885_120, 13 * 13 * 384 * 3 * 3 * 256},
	{"conv4", places(13, 384), places(13, 384), 663_936, 13 * 13 * 384 * 3 * 3 * 192},
	{"conv5", places(13, 256), places(6, 256), 442_624, 13 * 13 * 256 * 3 * 3 * 192},
	{"fc6", flat(4096), flat(4096), 37_752_832, 9216 * 4096},
	{"fc7", flat(4096), flat(4096), 16_781_312, 4096 * 4096},
	{"fc8", flat(1000), flat(1000), 4_097_000, 4096 * 1000},
}

func TestCaffeNet(t *testing.T) {
	a := nets.CaffeNet(1000)
	dims, err := a.Dims()
	if err != nil {
		t.Fatal(err)
	}
	vars, err := a.Variables()
	if err != nil {
		t.Fatal(err)
	}
	all, err := a.Operations()
	if err != nil {
		t.Fatal(err)
	}
	var weights []op.Dims // what leaves the first operation of each block
	for _, o := range all {
		if o.Block == len(weights) {
			weights = append(weights, o.Out)
		}
	}
	in, sum := places(227, 3), 0
	for i, want := range caffeNetTable {
		if a.Blocks[i].Name != want.name || dims[i] != (arch.BlockDims{In: in, Out: want.out}) ||
			weights[i] != want.conv {
			t.Errorf("block %d: %s %+v, weights give %v; want %s, %+v, %v", i, a.Blocks[i].Name, dims[i], weights[i],
				want.name, arch.BlockDims{In: in, Out: want.out}, want.conv)
		}
		if n := vars[2*i].Size() + vars[2*i+1].Size(); n != want.params {
			t.Errorf("%s: %d parameters, want %d", want.name, n, want.params)
		}
		in, sum = want.out, sum+vars[2*i].Size()+vars[2*i+1].Size()
	}
	if sum != 60_965_224 {
		t.Errorf("%d parameters, want 60,965,224", sum)
	}
	if dims[4].Out.Values() != 9216 {
		t.Errorf("pool5 has %d values, want 9216", dims[4].Out.Values())
	}
}

// What else the prototxt says: fillers, biases, multipliers, groups, the order
// pool before LRN, dropout.
func TestCaffeNetRecipe(t *testing.T) {
	a := nets.CaffeNet(1000)
	std := []float64{0.01, 0.01, 0.01, 0.01, 0.01, 0.005, 0.005, 0.01}
	bias := []float64{0, 1, 0, 1, 1, 1, 1, 0}
	groups := []int{0, 2, 0, 2, 2, 0, 0, 0}
	pad := []int{0, 2, 1, 1, 1, 0, 0, 0}
	for i, b := range a.Blocks {
		weight, biases := nettest.Params(b)
		if want := (op.Param{Filler: op.Filler{Kind: op.Gaussian, Std: std[i]}, RateMult: 1,
			DecayMult: 1}); weight != want {
			t.Errorf("%s weights: %+v, want %+v", b.Name, weight, want)
		}
		if want := (op.Param{Filler: op.Filler{Kind: op.Constant, Value: bias[i]}, RateMult: 2}); biases != want {
			t.Errorf("%s biases: %+v, want %+v", b.Name, biases, want)
		}
		if c := nettest.First[op.Convolution](b); c.Groups != groups[i] || c.Pad != pad[i] {
			t.Errorf("%s: %d groups, padding %d, want %d and %d", b.Name, c.Groups, c.Pad, groups[i], pad[i])
		}
		var kinds []string
		for _, o := range b.Ops[1:] {
			kinds = append(kinds, o.Kind())
		}
		want := []string{"relu max_pool lrn", "relu max_pool lrn", "relu", "relu", "relu max_pool", "relu dropout",
			"relu dropout", ""}[i]
		if got := strings.Join(kinds, " "); got != want {
			t.Errorf("%s: weights and %s, want %s", b.Name, got, want)
		}
		if l, ok := arch.Find[op.LRN](b); ok && l != (op.LRN{Size: 5, Alpha: 1e-4, Beta: 0.75}) {
			t.Errorf("%s: LRN %+v", b.Name, l)
		}
		if p, ok := arch.Find[op.Pool](b); ok && p != (op.Pool{Kernel: 3, Stride: 2}) {
			t.Errorf("%s: pool %+v", b.Name, p)
		}
		if d, ok := arch.Find[op.Dropout](b); ok && d.P != 0.5 {
			t.Errorf("%s: dropout %v", b.Name, d)
		}
	}
}

// At 224 px CaffeNet's first pooling does not divide: 54 pixels give 27 windows
// in ceil mode (26 in floor mode), of which the last hangs over.
func TestCeilModeDims(t *testing.T) {
	a := nets.CaffeNet(1000)
	a.Size = 224
	dims, err := a.Dims()
	if err != nil {
		t.Fatal(err)
	}
	if dims[0].Out != (places(27, 96)) {
		t.Errorf("conv1 at 224 px: %+v", dims[0])
	}
	// A chain of sizes that never divides: 103 -> 24 -> 12 -> 6 -> 3.
	a.Size = 103
	if dims, err = a.Dims(); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{12, 6, 6, 6, 3} {
		if dims[i].Out.Height != want || dims[i].Out.Width != want {
			t.Errorf("%s at 103 px: %+v, want %d px", a.Blocks[i].Name, dims[i].Out, want)
		}
	}
}

func TestMiniIsCaffeNetSmall(t *testing.T) {
	big := nets.CaffeNet(10)
	small := nets.Mini(10, nets.MiniOptions{Size: 24, Channels: 1, Widths: [7]int{2, 4, 6, 8, 10, 12, 14},
		Dropout: 0.25, Groups: 2})
	if len(big.Blocks) != len(small.Blocks) || big.Cuts() != 7 || small.Cuts() != 7 {
		t.Fatalf("%d and %d blocks, %d and %d cuts", len(big.Blocks), len(small.Blocks), big.Cuts(), small.Cuts())
	}
	for i, b := range small.Blocks {
		if !slices.EqualFunc(b.Ops, big.Blocks[i].Ops, func(o, p arch.Op) bool { return o.Kind() == p.Kind() }) ||
			b.Name != big.Blocks[i].Name ||
			(nettest.First[op.Convolution](b).Groups > 1) != (nettest.First[op.Convolution](big.Blocks[i]).Groups > 1) {
			t.Errorf("block %d: Mini's %+v has not the parts of CaffeNet's %+v", i, b, big.Blocks[i])
		}
		if i < 7 && small.Outputs(i) != 2*(i+1) {
			t.Errorf("%s: %d outputs, want the width given, %d", b.Name, small.Outputs(i), 2*(i+1))
		}
	}
	if small.Size != 24 || small.Channels != 1 || small.Outputs(7) != 10 ||
		nettest.First[op.Dropout](small.Blocks[5]).P != 0.25 {
		t.Errorf("options are not taken: %+v", small)
	}
	if d := nets.Mini(10, nets.MiniOptions{}); d.Size != 32 || d.Channels != 3 ||
		nettest.First[op.Convolution](d.Blocks[0]).Out == 0 {
		t.Errorf("zero options give %+v", d)
	}
}

func TestCost(t *testing.T) {
	layers, total, err := nets.CaffeNet(1000).Cost(arch.Cut{})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range caffeNetTable {
		c := layers[i]
		if c.Parameters != want.params || c.Bytes != 4*int64(want.params) || c.MultiplyAdds != want.multiplyAdds {
			t.Errorf("%s: %+v, want %d parameters and %d multiply-adds", want.name, c, want.params, want.multiplyAdds)
		}
		activations := int64(want.conv.Values())
		if want.conv != want.out {
			activations += int64(want.out.Values())
		}
		if c.Activations != activations {
			t.Errorf("%s: %d activations, want %d", want.name, c.Activations, activations)
		}
		factor := int64(3) // forward, by the weights, by the input
		if i == 0 {
			factor = 2 // images take no gradient
		}
		if c.Train != factor*want.multiplyAdds {
			t.Errorf("%s: %d multiply-adds in training, want %d times %d", want.name, c.Train, factor,
				want.multiplyAdds)
		}
	}
	// 105,415,200 + 223,948,800 + 149,520,384 + 112,140,288 + 74,760,192 + 37,748,736 + 16,777,216 + 4,096,000:
	// the 724 million of the literature on CaffeNet.
	if total.Parameters != 60_965_224 || total.Bytes != 243_860_896 || total.MultiplyAdds != 724_406_816 {
		t.Errorf("total %+v, want 60,965,224 parameters, 243,860,896 bytes, 724,406,816 multiply-adds", total)
	}
	if want := 3*total.MultiplyAdds - layers[0].MultiplyAdds; total.Train != want {
		t.Errorf("training costs %d, want %d", total.Train, want)
	}
}

// Under a frozen cut the layers below cost their forward pass, the lowest one
// that learns two passes, those above three.
func TestCostOfCuts(t *testing.T) {
	a := nets.CaffeNet(1000)
	for n := range 8 {
		_, whole, err := a.Cost(arch.Cut{N: n})
		if err != nil {
			t.Fatal(err)
		}
		_, frozen, err := a.Cost(arch.Cut{N: n, Frozen: true})
		if err != nil {
			t.Fatal(err)
		}
		var want int64
		for i, l := range caffeNetTable {
			want += l.multiplyAdds * int64(min(max(i-n+2, 1), 3))
		}
		if frozen.Train != want || frozen.MultiplyAdds != whole.MultiplyAdds {
			t.Errorf("n = %d frozen: %+v, want %d in training", n, frozen, want)
		}
		if whole.Train != 3*whole.MultiplyAdds-caffeNetTable[0].multiplyAdds {
			t.Errorf("n = %d learning: training costs %d, want that of a base net", n, whole.Train)
		}
	}
	for _, n := range []int{-1, 8} {
		if _, _, err := a.Cost(arch.Cut{N: n}); err == nil {
			t.Errorf("cut %d: no error", n)
		}
	}
}
