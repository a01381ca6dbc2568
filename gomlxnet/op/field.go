package op

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

// window is the field of a window over units whose field is f.
func (f Field) window(kernel, stride, pad int) Field {
	return Field{Size: f.Size + (kernel-1)*f.Stride, Stride: f.Stride * stride, Start: f.Start - pad*f.Stride}
}

// Union is the field of what depends on units of two fields, a place each.
func (f Field) Union(g Field) Field {
	start, end := min(f.Start, g.Start), max(f.Start+f.Size, g.Start+g.Size)
	return Field{Size: end - start, Stride: max(f.Stride, g.Stride), Start: start}
}
