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
	return o.arch(resnet{layers: []int{2, 2, 2, 2}}, "resnet18", classes)
}

// ResNet50 is torchvision's, with the stride in the window of 3 pixels: 25,557,032 parameters for 1000 classes. Its
// cuts are conv1 and layer1.0 to layer4.2.
func ResNet50(classes int, o ResNetOptions) (arch.Arch, error) {
	return o.arch(resnet{layers: []int{3, 4, 6, 3}, bottleneck: true}, "resnet50", classes)
}

// arch goes by torchvision's names of operations.
func (o ResNetOptions) arch(r resnet, name string, classes int) (arch.Arch, error) {
	r.weight = kaiming
	r.around = func(c *chain, out, stride int) (last string) {
		return c.project("downsample", out, stride, kaiming(1, out))
	}
	r.classifier = classifier
	if o.SmallStem {
		r.stem.conv("conv1", "bn1", 64, 3, 1, kaiming)
		r.stem.add("", op.ReLU{})
	} else {
		r.stem.conv("conv1", "bn1", 64, 7, 2, kaiming)
		r.stem.add("", op.ReLU{})
		r.stem.add("", op.Pool{Kernel: 3, Stride: 2, Pad: 1, Floor: true})
	}
	a := arch.Arch{Name: name, Size: 224, Channels: 3, Classes: classes, Blocks: r.blocks(64)}
	return SizeOptions{o.Size}.of(a)
}

// resnet is how a residual net is made: a stem, layers of residual blocks, the mean over all places and an inner
// product.
type resnet struct {
	stem       chain
	layers     []int // residual blocks of each
	bottleneck bool  // blocks are a window of 3 pixels between two of 1, the last four times as wide; else two of 3
	weight     func(kernel, out int) op.Param
	// around adds the way around a block whose ends differ, and names its last operation
	around     func(c *chain, out, stride int) (last string)
	classifier func(features int) op.Spec
}

// blocks are those of a net whose first layer has a width, and each other one twice that, at half the places.
func (r resnet) blocks(width int) []arch.Block {
	blocks := []arch.Block{{Name: "conv1", Ops: r.stem.ops}}
	in, out := width, width
	for i, n := range r.layers {
		for k := range n {
			stride := 1
			if i > 0 && k == 0 {
				stride = 2
			}
			var c chain
			if r.bottleneck {
				out = 4 * width
				c.conv("conv1", "bn1", width, 1, 1, r.weight)
				c.add("relu1", op.ReLU{})
				c.conv("conv2", "bn2", width, 3, stride, r.weight)
				c.add("relu2", op.ReLU{})
				c.conv("conv3", "bn3", out, 1, 1, r.weight)
			} else {
				out = width
				c.conv("conv1", "bn1", width, 3, stride, r.weight)
				c.add("relu1", op.ReLU{})
				c.conv("conv2", "bn2", width, 3, 1, r.weight)
			}
			last, around := c.ops[len(c.ops)-1].Name, arch.Input
			if in != out || stride != 1 {
				around = r.around(&c, out, stride)
			}
			c.add("", op.Sum{}, last, around)
			c.add("", op.ReLU{})
			blocks = append(blocks, arch.Block{Name: fmt.Sprintf("layer%d.%d", i+1, k), Ops: c.ops})
			in = out
		}
		width *= 2
	}
	return append(blocks, arch.Chain("fc", op.GlobalAverage{}, r.classifier(out)))
}

// conv adds a convolution without biases, padded so that a stride of 1 keeps the size, and its batch norm.
// The parameters are the operations' own.
func (c *chain) conv(name, norm string, out, kernel, stride int, weight func(kernel, out int) op.Param) {
	if stride == 1 {
		stride = 0
	}
	c.add(name, op.Convolution{Out: out, Kernel: kernel, Stride: stride, Pad: kernel / 2, Weight: weight(kernel, out)})
	c.add(norm, op.BatchNorm{})
}

// project adds a convolution of single pixels, without biases, and its batch norm to what enters the block.
func (c *chain) project(name string, out, stride int, weight op.Param) (last string) {
	c.add(name+".0", op.Convolution{Out: out, Kernel: 1, Stride: stride, Weight: weight}, arch.Input)
	c.add(name+".1", op.BatchNorm{})
	return name + ".1"
}
