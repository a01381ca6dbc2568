package nets

import (
	"fmt"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/op"
)

// ResNetOptions are what a ResNet for ImageNet may differ in; zero fields are torchvision's.
type ResNetOptions struct {
	Size int `json:"size,omitempty"` // of the image, pixels: 224
	// SmallStem begins with a window of 3 pixels at a stride of 1 and without pooling, which leaves pictures of 32 to
	// 64 pixels enough places. torchvision's has 7 at 2, and pools.
	SmallStem bool `json:"small_stem,omitempty"`
}

// ResNet18 is torchvision's: 11,689,512 parameters for 1000 classes. Its cuts are conv1 and layer1.0 to layer4.1.
func ResNet18(classes int, o ResNetOptions) (arch.Arch, error) {
	return o.arch("resnet18", classes, [4]int{2, 2, 2, 2}, false)
}

// ResNet50 is torchvision's, with the stride in the window of 3 pixels: 25,557,032 parameters for 1000 classes. Its
// cuts are conv1 and layer1.0 to layer4.2.
func ResNet50(classes int, o ResNetOptions) (arch.Arch, error) {
	return o.arch("resnet50", classes, [4]int{3, 4, 6, 3}, true)
}

// arch has a number of residual blocks in each of four layers, of two windows of 3 pixels or, as bottlenecks, of one
// between two of 1 pixel. Operations go by torchvision's names.
func (o ResNetOptions) arch(name string, classes int, blocks [4]int, bottleneck bool) (arch.Arch, error) {
	size, err := SizeOptions{o.Size}.or(224)
	if err != nil {
		return arch.Arch{}, err
	}
	a := arch.Arch{Name: name, Size: size, Channels: 3, Classes: classes}
	var stem chain
	if o.SmallStem {
		stem.conv("conv1", "bn1", 64, 3, 1, kaiming)
		stem.add("", op.ReLU{})
	} else {
		stem.conv("conv1", "bn1", 64, 7, 2, kaiming)
		stem.add("", op.ReLU{})
		stem.add("", op.Pool{Kernel: 3, Stride: 2, Pad: 1, Floor: true})
	}
	a.Blocks = append(a.Blocks, arch.Block{Name: "conv1", Ops: stem.ops})
	in, grow := 64, 1
	if bottleneck {
		grow = 4
	}
	residual(&a, 64, blocks[:], func(c *chain, width, stride int) (last, around string) {
		if bottleneck {
			c.conv("conv1", "bn1", width, 1, 1, kaiming)
			c.add("relu1", op.ReLU{})
			c.conv("conv2", "bn2", width, 3, stride, kaiming)
			c.add("relu2", op.ReLU{})
			c.conv("conv3", "bn3", grow*width, 1, 1, kaiming)
		} else {
			c.conv("conv1", "bn1", width, 3, stride, kaiming)
			c.add("relu1", op.ReLU{})
			c.conv("conv2", "bn2", width, 3, 1, kaiming)
		}
		last = c.ops[len(c.ops)-1].Name
		out := grow * width
		if in == out && stride == 1 {
			return last, arch.Input
		}
		in = out
		c.add("downsample.0", op.Convolution{Out: out, Kernel: 1, Stride: stride, Weight: kaiming(1, out)}, arch.Input)
		c.add("downsample.1", op.BatchNorm{})
		return last, "downsample.1"
	})
	a.Blocks = append(a.Blocks, arch.Chain("fc", op.GlobalAverage{}, classifier(in)))
	return a, nil
}

// residual adds layers of residual blocks, the first of a width and each other one twice as wide, at half the places.
// build fills in a block but for its sum, and names the two operations that this adds.
func residual(a *arch.Arch, width int, layers []int, build func(c *chain, width, stride int) (last, around string)) {
	for i, n := range layers {
		for k := range n {
			stride := 1
			if i > 0 && k == 0 {
				stride = 2
			}
			var c chain
			last, around := build(&c, width<<i, stride)
			c.add("", op.Sum{}, last, around)
			c.add("", op.ReLU{})
			a.Blocks = append(a.Blocks, arch.Block{Name: fmt.Sprintf("layer%d.%d", i+1, k), Ops: c.ops})
		}
	}
}

// conv adds a convolution without biases, padded so that a stride of 1 keeps the size, and its batch norm.
func (c *chain) conv(name, norm string, out, kernel, stride int, weight func(kernel, out int) op.Param) {
	if stride == 1 {
		stride = 0
	}
	c.add(name, op.Convolution{Out: out, Kernel: kernel, Stride: stride, Pad: kernel / 2, Weight: weight(kernel, out)})
	c.add(norm, op.BatchNorm{})
}
