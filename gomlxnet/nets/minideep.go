package nets

import (
	"fmt"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/op"
)

// batchNormed is MiniOptions.Norm of a net with batch norm.
const batchNormed = "batch"

func buildMini(classes int, o MiniOptions) (arch.Arch, error) {
	if err := o.check(); err != nil {
		return arch.Arch{}, err
	}
	return Mini(classes, o), nil
}

// miniDeep is a Mini with batch norm, with ways around its convolutions or of another depth; opt has its defaults.
func miniDeep(classes int, opt MiniOptions) arch.Arch {
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
		if i <= 2 || n == 5 && opt.Size >= 24 {
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
