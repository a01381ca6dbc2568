package op

import (
	"fmt"

	"coadapt/gomlxnet/backend"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// Convolution is a convolution with a square window. Channels of input and output are divided into
// Groups, as in Caffe: block i of the output sees only block i of the input.
type Convolution struct {
	Out    int    `json:"out"`              // output channels; in the last block 0 is the arch's classes
	Kernel int    `json:"kernel"`           // window, pixels
	Stride int    `json:"stride,omitempty"` // 0 means 1
	Pad    int    `json:"pad,omitempty"`    // zeros on every side
	Groups int    `json:"groups,omitempty"` // 0 means 1
	Weight Param  `json:"weight,omitzero"`  // zero: He's filler
	Bias   *Param `json:"bias,omitempty"`   // nil: no biases

	plain
}

// Kind is Caffe's word.
func (Convolution) Kind() string { return "convolution" }

// WithOutputs is s, with n outputs where it has none of its own.
func (s Convolution) WithOutputs(n int) Spec {
	if s.Out == 0 {
		s.Out = n
	}
	return s
}

// Dims says what does not fit.
func (s Convolution) Dims(in []Dims) (Dims, error) {
	x, g := in[0], max(s.Groups, 1)
	if err := checkOutputs(s.Out); err != nil {
		return Dims{}, err
	}
	if x.Flat {
		return Dims{}, fmt.Errorf("a window over %v, which are flat", x)
	}
	if x.Channels%g != 0 || s.Out%g != 0 {
		return Dims{}, fmt.Errorf("%d groups do not divide %d input and %d output channels", g, x.Channels, s.Out)
	}
	h, err := convSize(x.Height, s.Kernel, max(s.Stride, 1), s.Pad)
	if err != nil {
		return Dims{}, err
	}
	w, err := convSize(x.Width, s.Kernel, max(s.Stride, 1), s.Pad)
	return Dims{Height: h, Width: w, Channels: s.Out}, err
}

func convSize(in, kernel, stride, pad int) (int, error) {
	if kernel < 1 || pad < 0 || in+2*pad < kernel {
		return 0, fmt.Errorf("a window of %d with padding %d does not fit %d pixels", kernel, pad, in)
	}
	return (in+2*pad-kernel)/stride + 1, nil
}

// Vars are weights, [kernel, kernel, in/groups, out], and biases.
func (s Convolution) Vars(in []Dims) []Var {
	each := in[0].Channels / max(s.Groups, 1)
	return weighted([]int{s.Kernel, s.Kernel, each, s.Out}, s.Kernel*s.Kernel*each, s.Weight, s.Bias, true)
}

// Cost counts a multiply-add a weight and place.
func (s Convolution) Cost(in []Dims, out Dims) Cost {
	return Cost{MultiplyAdds: int64(s.Vars(in)[0].FanIn) * int64(out.Values()), Activations: int64(out.Values())}
}

// Field is that of the window.
func (s Convolution) Field(in Field, _ Dims) Field {
	return in.window(s.Kernel, max(s.Stride, 1), s.Pad)
}

// Build has the groups of all nets in one operation.
func (s Convolution) Build(c *Context, in []*Node) *Node {
	x, w := in[0], c.variable(0, in[0])
	groups := max(s.Groups, 1)
	by := sliding{max(s.Stride, 1), s.Pad, groups, false}
	if s.Stride <= 1 && s.Kernel > 1 && backend.OnCores(x.Graph().Backend()) {
		by.byRows = c.Normed || w.Shape().Dim(2)*s.Out/groups >= wide
	}
	convolve := byGroups
	if c.Nets > 1 {
		convolve, by.groups = conv, c.Nets*by.groups
	}
	if s.Bias == nil {
		return materializeGradient(convolve(x, w, by))
	}
	b := c.variable(1, x)
	return materializeGradient(addBias(convolve(x, w, by), b))
}

// sliding is how a kernel goes over images.
type sliding struct {
	stride, pad, groups int
	// byRows has the gradient by the kernel from convKernelGradByRows: the same sum in another order.
	byRows bool
}

// wide is from how many weights a place of the kernel on convKernelGradByRows is used, as it is in all nets with batch
// norm: CaffeNet's groups have as many. Smaller nets without batch norm, Mini among them, gain little by it
// (PERFORMANCE.md), and keep the bits that results in stores have.
const wide = 48 * 128

// byGroups is a convolution of x, [batch, height, width, in], with a kernel of
// shape [k, k, in/groups, out], zeros of width pad on every side. With groups
// the channels of input and output are split into that many blocks and block i
// of the output sees only block i of the input, as in Caffe. Blocks are
// convolved one by one: as one convolution with groups CaffeNet is no faster.
func byGroups(x, kernel *Node, by sliding) *Node {
	x.AssertRank(4)
	kernel.AssertRank(4)
	groups := by.groups
	if by.groups = 1; groups <= 1 {
		return conv(x, kernel, by)
	}
	parts := make([]*Node, groups)
	for i := range parts {
		parts[i] = conv(group(x, i, groups), group(kernel, i, groups), by)
	}
	return Concatenate(parts, -1)
}

// conv is byGroups with its groups in one operation. (On XLA's CPU, CaffeNet came to the same bits either way.)
//
// The gradients are our own. The library (GoMLX v0.28.2) has none with groups, and those without are wrong for
// kernels of an even side; and they have axes in orders for which XLA's CPU has no fast path where a convolution is
// in a loop.
func conv(x, kernel *Node, by sliding) *Node {
	return withGradients(func(in []*Node) *Node {
		padding := [][2]int{{by.pad, by.pad}, {by.pad, by.pad}}
		return Convolve(in[0], in[1]).StridePerAxis(by.stride, by.stride).PaddingPerDim(padding).
			ChannelGroupCount(by.groups).Done()
	}, []*Node{x, kernel},
		func(_, dy *Node) *Node { return convInputGrad(dy, x, kernel, by) },
		func(_, dy *Node) *Node {
			grad := convKernelGrad
			if by.byRows {
				grad = convKernelGradByRows
			}
			// Group by group: XLA's CPU hands convolutions with groups of channels to oneDNN, with groups of images
			// it does not.
			parts := make([]*Node, by.groups)
			for i := range parts {
				parts[i] = grad(group(dy, i, by.groups), group(x, i, by.groups), group(kernel, i, by.groups), by)
			}
			return Concatenate(parts, -1)
		})
}

// group is one of the groups into which the last axis is divided.
func group(x *Node, i, groups int) *Node {
	if groups == 1 {
		return x
	}
	n := x.Shape().Dim(-1) / groups
	return SliceAxis(x, -1, AxisRange(i*n, (i+1)*n))
}

// convKernelGrad is the gradient of a convolution by its kernel, from that by its output: the images convolved with
// what became of them, with images for channels.
func convKernelGrad(dy, x, kernel *Node, by sliding) *Node {
	stride, pad := by.stride, by.pad
	var padding [][2]int
	for axis, size := range kernel.Shape().Dimensions[:2] {
		spread := (dy.Shape().Dim(1+axis)-1)*stride + 1 // of the output, with stride-1 zeros between its rows
		padding = append(padding, [2]int{pad, size - 1 + spread - x.Shape().Dim(1+axis) - pad})
	}
	// First whole pixels, then within a pixel's images: in one go each image's next value is a whole image away,
	// which is often a multiple of what the cache tells apart.
	images := TransposeAllAxes(once(TransposeAllAxes(x, 1, 2, 0, 3)), 3, 0, 1, 2)
	c := Convolve(images, TransposeAllAxes(dy, 1, 2, 0, 3)).PaddingPerDim(padding)
	if stride > 1 {
		c = c.DilationPerAxis(stride, stride)
	}
	return TransposeAllAxes(c.Done(), 1, 2, 0, 3)
}

// convKernelGradByRows is convKernelGrad for a stride of 1, by another convolution: that of the other has as few places
// as the kernel, so that a core reads all of the gradient anew for each image channel and few places. Here its places
// are the kernel's rows by its columns and the channels that enter, the pixels moved by one for each column, and its
// channels are the places of a row in all images.
func convKernelGradByRows(dy, x, kernel *Node, by sliding) *Node {
	n, rows, across, out := dy.Shape().Dim(0), dy.Shape().Dim(1), dy.Shape().Dim(2), dy.Shape().Dim(3)
	height, channels, columns := x.Shape().Dim(1), x.Shape().Dim(3), kernel.Shape().Dim(1)
	lines := TransposeAllAxes(x, 1, 3, 0, 2)
	if by.pad > 0 {
		edge := Zeros(x.Graph(), shapes.Make(x.DType(), height, channels, n, by.pad))
		lines = Concatenate([]*Node{edge, lines, edge}, 3)
	}
	lines = once(lines)
	moved := make([]*Node, columns)
	for k := range moved {
		moved[k] = ExpandAxes(SliceAxis(lines, 3, AxisRange(k, k+across)), 1)
	}
	// Without the barrier XLA writes pictures and columns as one axis, and divides to find each value's own.
	places := Reshape(once(Concatenate(moved, 1)), 1, height, columns*channels, n*across)
	weights := Reshape(TransposeAllAxes(dy, 1, 0, 2, 3), rows, 1, n*across, out)
	c := Convolve(places, weights).PaddingPerDim([][2]int{{by.pad, by.pad}, {0, 0}}).Done()
	return Reshape(c, kernel.Shape().Dim(0), columns, channels, out)
}

// convInputGrad is the gradient of a convolution by its image, [batch, height, width, in], from that by its output:
// each of its values goes to all pixels that its window saw, which is a convolution with the kernel turned by half a
// circle.
func convInputGrad(dy, x, kernel *Node, by sliding) *Node {
	stride, pad, groups := by.stride, by.pad, by.groups
	var padding [][2]int
	dims := kernel.Shape().Dimensions
	for axis, size := range dims[:2] {
		spread := (dy.Shape().Dim(1+axis)-1)*stride + 1
		low := size - 1 - pad
		padding = append(padding, [2]int{low, size - 1 + x.Shape().Dim(1+axis) - spread - low})
	}
	in, out := dims[2], dims[3]/groups
	turned := TransposeAllAxes(Reshape(Reverse(kernel, 0, 1), dims[0], dims[1], in, groups, out), 0, 1, 4, 3, 2)
	c := Convolve(dy, Reshape(turned, dims[0], dims[1], out, groups*in)).PaddingPerDim(padding).
		ChannelGroupCount(groups)
	if stride > 1 {
		c = c.InputDilationPerAxis(stride, stride)
	}
	return c.Done()
}

// addBias adds b, [channels], to x, [..., channels], or [nets, out] to [nets, batch, out].
func addBias(x, b *Node) *Node {
	return withGradients(func(in []*Node) *Node { return Add(x, channelsOf(x).spread(in[0])) },
		[]*Node{b}, func(_, dy *Node) *Node {
			if dy.Rank() != 3 {
				dy = Reshape(dy, -1, dy.Shape().Dim(-1))
			}
			return channelsOf(dy).sum(dy)
		})
}
