package nets

import (
	"fmt"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/op"
)

// MiniOptions size a Mini; zero fields take the defaults.
type MiniOptions struct {
	Size     int     `json:"size,omitempty"`     // of the image, pixels: 32
	Channels int     `json:"channels,omitempty"` // 3
	Widths   [7]int  `json:"widths,omitzero"`    // 24, 48, 64, 64, 48, 192, 192
	Dropout  float64 `json:"dropout,omitempty"`  // after fc6 and fc7: 0 means none
	Groups   int     `json:"groups,omitempty"`   // of conv2, conv4 and conv5, as CaffeNet's 2: 1
	NoLRN    bool    `json:"no_lrn,omitempty"`   // leaves out the response normalisation behind conv1 and conv2
	Init     Init    `json:"init,omitempty"`     // HeInit
	// "batch": batch norm in place of biases and LRN, but in the last layer
	Norm     string `json:"norm,omitempty"`
	Residual bool   `json:"residual,omitempty"` // what enters conv3 and convolutions above it is added to what leaves
	Depth    int    `json:"depth,omitempty"`    // layers, 6 at least: 8; further convolutions are as wide as conv4
}

// batchNormed is MiniOptions.Norm of a net with batch norm.
const batchNormed = "batch"

func buildMini(classes int, o MiniOptions) (arch.Arch, error) {
	if o.Norm != "" && o.Norm != batchNormed {
		return arch.Arch{}, fmt.Errorf("norm %q, want %q or none", o.Norm, batchNormed)
	}
	if o.Depth != 0 && (o.Depth < 6 || o.Depth > 100) {
		return arch.Arch{}, fmt.Errorf("depth %d, want 6 to 100 layers, or 0 for 8", o.Depth)
	}
	if o.Init != HeInit {
		if _, err := ParseInit(string(o.Init)); err != nil {
			return arch.Arch{}, err
		}
	}
	return Mini(classes, o), nil
}

// Init names a set of fillers of a Mini.
type Init string

// The sets of fillers.
const (
	HeInit    Init = ""      // He's variance 2/fan-in, zero biases
	GaussInit Init = "gauss" // standard deviation 0.01 in all layers, zero biases
	// CaffeNet's: 0.01, of fc6 and fc7 0.005, and biases of 1 in conv2, conv4, conv5, fc6 and fc7
	CaffeInit Init = "caffe"
)

// ParseInit reads "he", "gauss" or "caffe".
func ParseInit(s string) (Init, error) {
	switch s {
	case "he":
		return HeInit, nil
	case string(GaussInit), string(CaffeInit):
		return Init(s), nil
	}
	return "", fmt.Errorf("initial values %q, want he, gauss or caffe", s)
}

// weight is how the weights of layer n (from 1) begin and learn. The last layer's are the same in each set.
func (init Init) weight(n int) op.Param {
	switch {
	case n == len(caffeFillers) || init == GaussInit:
		return gaussian(0.01)
	case init == CaffeInit:
		return gaussian(caffeFillers[n-1].std)
	}
	return op.Param{Filler: op.Filler{Kind: op.MSRA}, RateMult: 1, DecayMult: 1}
}

// bias is that of biases.
func (init Init) bias(n int) *op.Param {
	p := &op.Param{Filler: op.Filler{Kind: op.Constant}, RateMult: 2}
	if init == CaffeInit {
		p.Filler.Value = caffeFillers[n-1].bias
	}
	return p
}

// Mini has CaffeNet's eight layers for small images, sized so that a whole transfer curve trains in minutes on two
// cores. It differs where small nets and short training ask for it: windows of 5 and 3 px with a stride of 2 in
// conv1, He's fillers with zero biases instead of fixed standard deviations (0.01 stands still for hundreds of
// steps), and no dropout unless asked for. Images of 16 to 23 px leave two pixels to conv5, which then has no pool.
//
// A Mini of another depth has convolutions more, or fewer, between conv3 and the last one, and numbers them on: one of
// 10 layers ends with conv7, fc8, fc9 and fc10.
func Mini(classes int, opt MiniOptions) arch.Arch {
	if opt.Size == 0 {
		opt.Size = 32
	}
	if opt.Channels == 0 {
		opt.Channels = 3
	}
	if opt.Widths == [7]int{} {
		opt.Widths = [7]int{24, 48, 64, 64, 48, 192, 192}
	}
	convs := 5
	if opt.Depth != 0 {
		convs = max(opt.Depth, 6) - 3
	}
	a := arch.Arch{Name: "mini", Size: opt.Size, Channels: opt.Channels, Classes: classes}
	in := opt.Channels
	for i := 1; i <= convs; i++ {
		n := min(i, 4) // the layer of the eight that it is like
		if i == convs {
			n = 5
		}
		b := opt.convBlock(fmt.Sprint("conv", i), n, in)
		if i <= 2 || n == 5 && opt.Size >= 24 { // else conv5 sees fewer than a pool's three pixels
			b.add("", op.Pool{Kernel: 3, Stride: 2})
		}
		if i <= 2 && opt.Norm == "" && !opt.NoLRN {
			b.add("", op.LRN{Size: 5, Alpha: 1e-4, Beta: 0.75})
		}
		a.Blocks = append(a.Blocks, arch.Block{Name: fmt.Sprint("conv", i), Ops: b.ops})
		in = opt.Widths[n-1]
	}
	for n := 6; n <= 7; n++ {
		fc := op.Dense{Out: opt.Widths[n-1], Weight: opt.Init.weight(n), Bias: opt.bias(n)}
		var norm, dropout op.Spec
		if opt.Norm == batchNormed {
			norm = op.BatchNorm{}
		}
		if opt.Dropout != 0 {
			dropout = op.Dropout{P: opt.Dropout}
		}
		a.Blocks = append(a.Blocks, arch.Chain(fmt.Sprint("fc", convs+n-5), fc, norm, op.ReLU{}, dropout))
	}
	last := op.Dense{Weight: opt.Init.weight(8), Bias: opt.Init.bias(8)}
	a.Blocks = append(a.Blocks, arch.Chain(fmt.Sprint("fc", convs+3), last))
	return a
}

// bias are the biases of layer n (from 1) below the last. Batch norm takes their place.
func (o MiniOptions) bias(n int) *op.Param {
	if o.Norm == batchNormed {
		return nil
	}
	return o.Init.bias(n)
}

// convBlock is a convolution as in layer n (from 1) of the eight, up to its ReLU.
func (o MiniOptions) convBlock(name string, n, in int) (b chain) {
	kernel, stride, groups, out := 3, 0, 0, o.Widths[n-1]
	if name == "conv1" {
		kernel, stride = 5, 2
	}
	if n == 2 || n == 4 || n == 5 {
		groups = o.Groups
	}
	b.add("", op.Convolution{Out: out, Kernel: kernel, Stride: stride, Pad: kernel / 2, Groups: groups,
		Weight: o.Init.weight(n), Bias: o.bias(n)})
	if o.Norm == batchNormed {
		b.add("", op.BatchNorm{})
	}
	if o.Residual && n > 2 {
		from, around := b.ops[len(b.ops)-1].Kind(), arch.Input
		if in != out {
			around = "skip"
			b.add(around, op.Convolution{Out: out, Kernel: 1}, arch.Input)
		}
		b.add("", op.Sum{}, from, around)
	}
	b.add("", op.ReLU{})
	return b
}
