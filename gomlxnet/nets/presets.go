package nets

import (
	"fmt"
	"math"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/op"
)

// What the presets that follow torchvision and He et al. have in common.

// kaiming are weights of a convolution that start Gaussian with variance 2/(kernel²·out), as torchvision's
// kaiming_normal_ with mode fan_out.
func kaiming(kernel, out int) op.Param {
	return gaussian(math.Sqrt(2 / float64(kernel*kernel*out)))
}

// gaussian are weights that start Gaussian.
func gaussian(std float64) op.Param {
	return op.Param{Filler: op.Filler{Kind: op.Gaussian, Std: std}, RateMult: 1, DecayMult: 1}
}

// zeroBias are biases that start at 0 and learn and decay as weights do, which is PyTorch's way.
func zeroBias() *op.Param {
	return &op.Param{Filler: op.Filler{Kind: op.Constant}, RateMult: 1, DecayMult: 1}
}

// classifier is the inner product to the classes of n features, with PyTorch's spread of weights, 1/√(3·n).
func classifier(n int) op.Spec {
	return op.Dense{Weight: gaussian(1 / math.Sqrt(3*float64(n))), Bias: zeroBias()}
}

// SizeOptions are the options of a preset whose layers are settled: zero fields are the paper's, or torchvision's.
type SizeOptions struct {
	// Size is that of the image in pixels: 227 of a CaffeNet, 224 of a VGG, which wants 32 at least, and of a
	// SqueezeNet, which wants 25.
	Size int `json:"size,omitempty"`
}

// sized is a build function of a preset with these options.
func sized(preset func(classes int) arch.Arch) func(classes int, o SizeOptions) (arch.Arch, error) {
	return func(classes int, o SizeOptions) (arch.Arch, error) { return o.of(preset(classes)) }
}

// of is an arch of the size, or of its own.
func (o SizeOptions) of(a arch.Arch) (arch.Arch, error) {
	switch {
	case o.Size < 0:
		return a, fmt.Errorf("size %d, want pixels from 1, or 0 for %d", o.Size, a.Size)
	case o.Size > 0:
		a.Size = o.Size
	}
	return a, nil
}

// chain is a block in the making.
type chain struct{ ops []arch.Op }

// add adds an operation that reads those named in from, or without any the one before it. An empty name is its kind.
func (c *chain) add(name string, s op.Spec, from ...string) {
	c.ops = append(c.ops, arch.Op{Name: name, From: from, Spec: s})
}
