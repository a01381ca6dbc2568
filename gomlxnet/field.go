package gomlxnet

// Field is the receptive field of what leaves a layer: the square of the input
// that one of its units depends on. It is as the sizes of the windows give it, so
// that it may reach into the padding and beyond the far edge; what is there of
// the picture is the part within it.
type Field struct {
	Size   int // side of the square, pixels
	Stride int // from a unit's field to its neighbour's, pixels
	Start  int // where the first unit's field begins; below 0 in the padding
}

// Span is where the field of unit i of a row, or column, begins and where it
// ends, the latter being the first pixel beyond it.
func (f Field) Span(i int) (from, to int) {
	from = f.Start + i*f.Stride
	return from, from + f.Size
}

// Fields are the receptive fields of every layer's output, pooling included. A
// window of k pixels at a stride of s with padding p, over units whose field is
// (Size, Stride, Start), makes
//
//	Size' = Size + (k-1)·Stride    Stride' = s·Stride    Start' = Start - p·Stride
//
// An inner product is a window over all that there is. Groups, ReLU and LRN look
// at no other place and change nothing.
func (a Arch) Fields() ([]Field, error) {
	dims, err := a.Dims()
	if err != nil {
		return nil, err
	}
	f := Field{Size: 1, Stride: 1}
	window := func(kernel, stride, pad int) {
		f.Size += (kernel - 1) * f.Stride
		f.Start -= pad * f.Stride
		f.Stride *= stride
	}
	fields := make([]Field, len(a.Layers))
	for i, l := range a.Layers {
		if l.Kind == Convolution {
			window(l.Kernel, max(l.Stride, 1), l.Pad)
		} else {
			window(dims[i].In.Height, 1, 0)
		}
		if l.Pool != nil {
			window(l.Pool.Kernel, l.Pool.Stride, 0)
		}
		fields[i] = f
	}
	return fields, nil
}
