package nets

import (
	"fmt"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/op"
)

// VGG11 is configuration A of Simonyan & Zisserman 2015 (arXiv 1409.1556) as torchvision has it: 132,863,336 parameters
// for 1000 classes. Its cuts are conv1_1 to conv5_2, with their pools, fc6 and fc7. Whatever the size of the image, fc6
// sees 7 x 7 places.
func VGG11(classes int) arch.Arch { return vgg("vgg11", classes, false) }

// VGG11BN is VGG11 with batch norm behind each convolution: 132,868,840 parameters for 1000 classes.
func VGG11BN(classes int) arch.Arch { return vgg("vgg11_bn", classes, true) }

func vgg(name string, classes int, norm bool) arch.Arch {
	a := arch.Arch{Name: name, Size: 224, Channels: 3, Classes: classes}
	for i, stage := range [][]int{{64}, {128}, {256, 256}, {512, 512}, {512, 512}} {
		for k, out := range stage {
			specs := []op.Spec{op.Convolution{Out: out, Kernel: 3, Pad: 1, Weight: kaiming(3, out), Bias: zeroBias()}}
			if norm {
				specs = append(specs, op.BatchNorm{})
			}
			specs = append(specs, op.ReLU{})
			if k == len(stage)-1 {
				specs = append(specs, op.Pool{Kernel: 2, Stride: 2, Floor: true})
			}
			a.Blocks = append(a.Blocks, arch.Chain(fmt.Sprintf("conv%d_%d", i+1, k+1), specs...))
		}
	}
	half := op.Dropout{P: 0.5}
	fc := func(out int) op.Spec { return op.Dense{Out: out, Weight: gaussian(0.01), Bias: zeroBias()} }
	a.Blocks = append(a.Blocks,
		arch.Chain("fc6", op.AdaptiveAverage{Out: 7}, fc(4096), op.ReLU{}, half),
		arch.Chain("fc7", fc(4096), op.ReLU{}, half),
		arch.Chain("fc8", fc(0)))
	return a
}
