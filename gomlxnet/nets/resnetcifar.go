package nets

import (
	"fmt"
	"slices"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/op"
)

// CIFARResNetOptions are what a ResNet for small pictures may differ in; zero fields are ResNet-20's.
type CIFARResNetOptions struct {
	Size int `json:"size,omitempty"` // of the image, pixels: 32
	// layers with weights, 6·n + 2: 20; the paper has 32, 44, 56 and 110, too
	Depth int `json:"depth,omitempty"`
	// around blocks that widen: "A", without parameters, or "B", a convolution
	Shortcut string `json:"shortcut,omitempty"`
}

// CIFARResNet is the net of He et al. 2016 (arXiv 1512.03385, section 4.2) for pictures of 32 pixels: a convolution,
// three layers of residual blocks of 16, 32 and 64 channels, a mean over all places and an inner product. Depth 20 with
// shortcuts of kind A has 269,722 parameters for 10 classes. Its cuts are conv1 and layer1.0 to layer3.2.
func CIFARResNet(classes int, o CIFARResNetOptions) (arch.Arch, error) {
	if o.Depth == 0 {
		o.Depth = 20
	}
	if o.Depth < 8 || (o.Depth-2)%6 != 0 {
		return arch.Arch{}, fmt.Errorf("depth %d, want 6·n + 2 from 8, such as 20, 32, 44 or 56", o.Depth)
	}
	he := func(int, int) op.Param { return op.Param{} }
	r := resnet{
		layers:     slices.Repeat([]int{(o.Depth - 2) / 6}, 3),
		weight:     he,
		classifier: func(int) op.Spec { return op.Dense{Bias: zeroBias()} },
	}
	name := fmt.Sprintf("resnet%d", o.Depth)
	switch o.Shortcut {
	case "", "A":
		r.around = func(c *chain, out, stride int) (last string) {
			c.add("shortcut", op.Shortcut{Out: out, Stride: stride}, arch.Input)
			return "shortcut"
		}
	case "B":
		name += "-b"
		r.around = func(c *chain, out, stride int) (last string) {
			return c.project("shortcut", out, stride, op.Param{})
		}
	default:
		return arch.Arch{}, fmt.Errorf(`shortcut %q, want "A", without parameters, or "B", a convolution`, o.Shortcut)
	}
	r.stem.conv("conv1", "bn1", 16, 3, 1, he)
	r.stem.add("", op.ReLU{})
	a := arch.Arch{Name: name, Size: 32, Channels: 3, Classes: classes, Blocks: r.blocks(16)}
	return SizeOptions{o.Size}.of(a)
}
