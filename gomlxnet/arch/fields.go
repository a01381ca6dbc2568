package arch

import "coadapt/gomlxnet/op"

// Fields are the receptive fields of every layer's output, pooling included. A
// window of k pixels at a stride of s with padding p, over units whose field is
// (Size, Stride, Start), makes
//
//	Size' = Size + (k-1)·Stride    Stride' = s·Stride    Start' = Start - p·Stride
//
// An inner product is a window over all that there is. Groups, ReLU and LRN look
// at no other place and change nothing.
func (a Arch) Fields() ([]op.Field, error) {
	w, err := a.wire()
	if err != nil {
		return nil, err
	}
	f := op.Field{Size: 1, Stride: 1}
	fields := make([]op.Field, len(w.blocks))
	for i, ops := range w.blocks {
		at := []op.Field{f}
		for _, o := range ops {
			in := at[o.from[0]]
			for _, k := range o.from[1:] {
				in = in.Union(at[k])
			}
			at = append(at, o.Field(in, o.In[0]))
		}
		f = at[len(ops)]
		fields[i] = f
	}
	return fields, nil
}
