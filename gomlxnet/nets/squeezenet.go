package nets

import (
	"fmt"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/op"
)

// SqueezeNet is SqueezeNet 1.1 (Iandola et al. 2016, arXiv 1602.07360, and its authors' repository for 1.1) as
// torchvision has it: 1,235,496 parameters for 1000 classes. Its cuts are conv1 and fire2 to fire9, with the pools that
// follow conv1, fire3 and fire5. The last block, conv10, is a convolution to the classes and the mean over all places.
func SqueezeNet(classes int) arch.Arch {
	conv := func(out, kernel, stride, pad int) op.Spec {
		return op.Convolution{Out: out, Kernel: kernel, Stride: stride, Pad: pad, Bias: zeroBias()}
	}
	pool := op.Pool{Kernel: 3, Stride: 2}
	a := arch.Arch{Name: "squeezenet1_1", Size: 224, Channels: 3, Classes: classes, Blocks: []arch.Block{
		arch.Chain("conv1", conv(64, 3, 2, 0), op.ReLU{}, pool),
	}}
	for i, width := range []int{16, 16, 32, 32, 48, 48, 64, 64} {
		n := i + 2
		var c chain
		c.add("squeeze", conv(width, 1, 0, 0))
		c.add("squeezed", op.ReLU{})
		c.add("expand1x1", conv(4*width, 1, 0, 0))
		c.add("expand3x3", conv(4*width, 3, 0, 1), "squeezed")
		c.add("", op.Concat{}, "expand1x1", "expand3x3")
		c.add("", op.ReLU{}) // of what was laid side by side, which is that of each
		if n == 3 || n == 5 {
			c.add("", pool)
		}
		a.Blocks = append(a.Blocks, arch.Block{Name: fmt.Sprintf("fire%d", n), Ops: c.ops})
	}
	last := op.Convolution{Kernel: 1, Weight: gaussian(0.01), Bias: zeroBias()}
	a.Blocks = append(a.Blocks,
		arch.Chain("conv10", op.Dropout{P: 0.5}, last, op.ReLU{}, op.GlobalAverage{}, op.Flatten{}))
	return a
}
