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
	size, err := SizeOptions{o.Size}.or(32)
	if err != nil {
		return arch.Arch{}, err
	}
	if o.Depth == 0 {
		o.Depth = 20
	}
	if o.Depth < 8 || (o.Depth-2)%6 != 0 {
		return arch.Arch{}, fmt.Errorf("depth %d, want 6·n + 2 from 8, such as 20, 32, 44 or 56", o.Depth)
	}
	if o.Shortcut != "" && o.Shortcut != "A" && o.Shortcut != "B" {
		return arch.Arch{}, fmt.Errorf(`shortcut %q, want "A", without parameters, or "B", a convolution`, o.Shortcut)
	}
	he := func(int, int) op.Param { return op.Param{} }
	a := arch.Arch{Name: fmt.Sprintf("resnet%d", o.Depth), Size: size, Channels: 3, Classes: classes}
	if o.Shortcut == "B" {
		a.Name += "-b"
	}
	var stem chain
	stem.conv("conv1", "bn1", 16, 3, 1, he)
	stem.add("", op.ReLU{})
	a.Blocks = append(a.Blocks, arch.Block{Name: "conv1", Ops: stem.ops})
	blocks := slices.Repeat([]int{(o.Depth - 2) / 6}, 3)
	residual(&a, 16, blocks, func(c *chain, width, stride int) (last, around string) {
		c.conv("conv1", "bn1", width, 3, stride, he)
		c.add("relu1", op.ReLU{})
		c.conv("conv2", "bn2", width, 3, 1, he)
		switch {
		case stride == 1:
			return "bn2", arch.Input
		case o.Shortcut == "B":
			c.add("shortcut.0", op.Convolution{Out: width, Kernel: 1, Stride: stride}, arch.Input)
			c.add("shortcut.1", op.BatchNorm{})
			return "bn2", "shortcut.1"
		}
		c.add("shortcut", op.Shortcut{Out: width, Stride: stride}, arch.Input)
		return "bn2", "shortcut"
	})
	a.Blocks = append(a.Blocks, arch.Chain("fc", op.GlobalAverage{}, op.Dense{Bias: zeroBias()}))
	return a, nil
}
