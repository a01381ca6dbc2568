package gomlxnet

import "fmt"

// CaffeNet is the net of the paper, layer by layer as in its prototxt: 227 px,
// 60,965,224 parameters with 1000 classes. All nets of the paper have 1000
// outputs, whatever the number of classes of their task.
func CaffeNet(classes int) Arch {
	gauss := func(std float64) Param { return Param{Filler{Kind: Gaussian, Std: std}, 1, 1} }
	bias := func(value float64) Param { return Param{Filler{Kind: Constant, Value: value}, 2, 0} }
	pool, lrn := &Pool{3, 2}, &LRN{5, 1e-4, 0.75}
	return Arch{Name: "caffenet", Size: 227, Channels: 3, Classes: classes, Layers: []Layer{
		{Name: "conv1", Kind: Convolution, Out: 96, Kernel: 11, Stride: 4, ReLU: true, Pool: pool, LRN: lrn, Weight: gauss(0.01), Bias: bias(0)},
		{Name: "conv2", Kind: Convolution, Out: 256, Kernel: 5, Pad: 2, Groups: 2, ReLU: true, Pool: pool, LRN: lrn, Weight: gauss(0.01), Bias: bias(1)},
		{Name: "conv3", Kind: Convolution, Out: 384, Kernel: 3, Pad: 1, ReLU: true, Weight: gauss(0.01), Bias: bias(0)},
		{Name: "conv4", Kind: Convolution, Out: 384, Kernel: 3, Pad: 1, Groups: 2, ReLU: true, Weight: gauss(0.01), Bias: bias(1)},
		{Name: "conv5", Kind: Convolution, Out: 256, Kernel: 3, Pad: 1, Groups: 2, ReLU: true, Pool: pool, Weight: gauss(0.01), Bias: bias(1)},
		{Name: "fc6", Kind: InnerProduct, Out: 4096, ReLU: true, Dropout: 0.5, Weight: gauss(0.005), Bias: bias(1)},
		{Name: "fc7", Kind: InnerProduct, Out: 4096, ReLU: true, Dropout: 0.5, Weight: gauss(0.005), Bias: bias(1)},
		{Name: "fc8", Kind: InnerProduct, Weight: gauss(0.01), Bias: bias(0)},
	}}
}

// MiniOptions size a Mini; zero fields take the defaults.
type MiniOptions struct {
	Size     int     // of the image, pixels: 32
	Channels int     // 3
	Widths   [7]int  // 24, 48, 64, 64, 48, 192, 192
	Dropout  float64 // after fc6 and fc7: 0 means none
	Groups   int     // of conv2, conv4 and conv5, as CaffeNet's 2: 1
	NoLRN    bool    // leaves out the response normalisation behind conv1 and conv2
	Init     Init    // HeInit
}

// Init names a set of fillers of a Mini.
type Init string

// The sets of fillers.
const (
	HeInit    Init = ""      // He's variance 2/fan-in, zero biases
	GaussInit Init = "gauss" // standard deviation 0.01 in all layers, zero biases
	CaffeInit Init = "caffe" // CaffeNet's: 0.01, of fc6 and fc7 0.005, and biases of 1 in conv2, conv4, conv5, fc6 and fc7
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

// apply sets the fillers of all layers but the last, whose are the same in each set.
func (init Init) apply(layers []Layer) {
	if init == HeInit {
		return
	}
	like := CaffeNet(2).Layers
	for i := range layers[:len(layers)-1] {
		layers[i].Weight.Filler = Filler{Kind: Gaussian, Std: 0.01}
		if init == CaffeInit {
			layers[i].Weight.Filler, layers[i].Bias.Filler = like[i].Weight.Filler, like[i].Bias.Filler
		}
	}
}

// Mini has CaffeNet's eight layers for small images, sized so that a whole
// transfer curve trains in minutes on two cores. It differs where small nets
// and short training ask for it: windows of 5 and 3 px with a stride of 2 in
// conv1, He's fillers with zero biases instead of fixed standard deviations
// (0.01 stands still for hundreds of steps), and no dropout unless asked for. Images of 16 to 23 px leave two pixels to conv5, which then has no pool.
func Mini(classes int, opt MiniOptions) Arch {
	if opt.Size == 0 {
		opt.Size = 32
	}
	if opt.Channels == 0 {
		opt.Channels = 3
	}
	if opt.Widths == [7]int{} {
		opt.Widths = [7]int{24, 48, 64, 64, 48, 192, 192}
	}
	he := Param{Filler{Kind: MSRA}, 1, 1}
	out := Param{Filler{Kind: Gaussian, Std: 0.01}, 1, 1}
	bias := Param{Filler{Kind: Constant}, 2, 0}
	pool, lrn, w := &Pool{3, 2}, &LRN{5, 1e-4, 0.75}, opt.Widths
	if opt.NoLRN {
		lrn = nil
	}
	arch := Arch{Name: "mini", Size: opt.Size, Channels: opt.Channels, Classes: classes, Layers: []Layer{
		{Name: "conv1", Kind: Convolution, Out: w[0], Kernel: 5, Stride: 2, Pad: 2, ReLU: true, Pool: pool, LRN: lrn, Weight: he, Bias: bias},
		{Name: "conv2", Kind: Convolution, Out: w[1], Kernel: 3, Pad: 1, Groups: opt.Groups, ReLU: true, Pool: pool, LRN: lrn, Weight: he, Bias: bias},
		{Name: "conv3", Kind: Convolution, Out: w[2], Kernel: 3, Pad: 1, ReLU: true, Weight: he, Bias: bias},
		{Name: "conv4", Kind: Convolution, Out: w[3], Kernel: 3, Pad: 1, Groups: opt.Groups, ReLU: true, Weight: he, Bias: bias},
		{Name: "conv5", Kind: Convolution, Out: w[4], Kernel: 3, Pad: 1, Groups: opt.Groups, ReLU: true, Pool: pool, Weight: he, Bias: bias},
		{Name: "fc6", Kind: InnerProduct, Out: w[5], ReLU: true, Dropout: opt.Dropout, Weight: he, Bias: bias},
		{Name: "fc7", Kind: InnerProduct, Out: w[6], ReLU: true, Dropout: opt.Dropout, Weight: he, Bias: bias},
		{Name: "fc8", Kind: InnerProduct, Weight: out, Bias: bias},
	}}
	if opt.Size < 24 {
		arch.Layers[4].Pool = nil // conv5 sees fewer than its three pixels
	}
	opt.Init.apply(arch.Layers)
	return arch
}
