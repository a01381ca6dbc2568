package weights

import (
	"slices"

	"coadapt/gomlxnet"
)

// layout is how PyTorch lays out a variable: its shape, and where it keeps each of our values.
type layout struct {
	shape []int
	also  [][]int            // other shapes in which the same values come in the same order
	place func(ours int) int // where value i of ours, row-major, is in theirs
}

// layoutOf is that of a variable of an operation.
func layoutOf(o gomlxnet.Operation, v gomlxnet.Variable) layout {
	switch {
	case v.Name == "weights" && len(v.Shape) == 4:
		return convolution(v.Shape)
	case v.Name == "weights":
		return inner(v.Shape, o.Rows)
	}
	l := layout{shape: v.Shape, place: func(i int) int { return i }}
	if o.Rows != o.In[0] && o.In[0].Flat && v.Shape[0] == o.Rows.Values() { // a batch norm of places
		l.place = channelsFirst(o.Rows)
	}
	return l
}

// convolution turns [height, width, in/groups, out] to [out, in/groups, height, width].
func convolution(shape []int) layout {
	h, w, in, out := shape[0], shape[1], shape[2], shape[3]
	l := layout{shape: []int{out, in, h, w}, place: func(i int) int {
		o, i := i%out, i/out
		c, i := i%in, i/in
		return (o*in+c)*h*w + i
	}}
	if h == 1 && w == 1 {
		l.also = [][]int{{out, in}}
	}
	return l
}

// inner turns [in, out] to [out, in], where in counts height, width and channel here, and channel, height and width
// there.
func inner(shape []int, rows gomlxnet.Dims) layout {
	in, out := shape[0], shape[1]
	place := channelsFirst(rows)
	return layout{shape: []int{out, in}, also: [][]int{{out, rows.Channels, rows.Height, rows.Width}},
		place: func(i int) int { return i%out*in + place(i/out) }}
}

// channelsFirst is where a value of [height, width, channels] is in [channels, height, width].
func channelsFirst(d gomlxnet.Dims) func(int) int {
	places := d.Height * d.Width
	return func(i int) int { return i%d.Channels*places + i/d.Channels }
}

// fits says whether a tensor has the layout's shape, or one of the same order.
func (l layout) fits(shape []int) bool {
	return slices.Equal(l.shape, shape) || slices.ContainsFunc(l.also, func(s []int) bool { return slices.Equal(s, shape) })
}

// ours takes values from their places.
func (l layout) ours(theirs []float32) []float32 {
	values := make([]float32, len(theirs))
	for i := range values {
		values[i] = theirs[l.place(i)]
	}
	return values
}

// theirs puts values to their places.
func (l layout) theirs(ours []float32) []float32 {
	values := make([]float32, len(ours))
	for i, v := range ours {
		values[l.place(i)] = v
	}
	return values
}
