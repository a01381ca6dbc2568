package nets

import (
	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/op"
)

// caffeFillers are the standard deviations of the weights and the biases that CaffeNet's eight layers begin with.
var caffeFillers = [8]struct{ std, bias float64 }{
	{0.01, 0}, {0.01, 1}, {0.01, 0}, {0.01, 1}, {0.01, 1}, {0.005, 1}, {0.005, 1}, {0.01, 0},
}

// CaffeNet is the net of the paper, layer by layer as in its prototxt: 227 px,
// 60,965,224 parameters with 1000 classes. All nets of the paper have 1000
// outputs, whatever the number of classes of their task.
func CaffeNet(classes int) arch.Arch {
	weight, bias := CaffeInit.weight, CaffeInit.bias
	relu, pool, half := op.ReLU{}, op.Pool{Kernel: 3, Stride: 2}, op.Dropout{P: 0.5}
	lrn := op.LRN{Size: 5, Alpha: 1e-4, Beta: 0.75}
	return arch.Arch{Name: "caffenet", Size: 227, Channels: 3, Classes: classes, Blocks: []arch.Block{
		arch.Chain("conv1", op.Convolution{Out: 96, Kernel: 11, Stride: 4, Weight: weight(1), Bias: bias(1)},
			relu, pool, lrn),
		arch.Chain("conv2", op.Convolution{Out: 256, Kernel: 5, Pad: 2, Groups: 2, Weight: weight(2), Bias: bias(2)},
			relu, pool, lrn),
		arch.Chain("conv3", op.Convolution{Out: 384, Kernel: 3, Pad: 1, Weight: weight(3), Bias: bias(3)}, relu),
		arch.Chain("conv4", op.Convolution{Out: 384, Kernel: 3, Pad: 1, Groups: 2, Weight: weight(4), Bias: bias(4)},
			relu),
		arch.Chain("conv5", op.Convolution{Out: 256, Kernel: 3, Pad: 1, Groups: 2, Weight: weight(5), Bias: bias(5)},
			relu, pool),
		arch.Chain("fc6", op.Dense{Out: 4096, Weight: weight(6), Bias: bias(6)}, relu, half),
		arch.Chain("fc7", op.Dense{Out: 4096, Weight: weight(7), Bias: bias(7)}, relu, half),
		arch.Chain("fc8", op.Dense{Weight: weight(8), Bias: bias(8)}),
	}}
}
