package weights

import "slices"

// layout is how PyTorch lays out a variable. Ours is a matrix [rows, outs], and so is theirs turned, with its rows in
// another order:
//
//	theirs[o·rows + place(r)] = ours[r·outs + o]
type layout struct {
	shape []int   // of theirs
	also  [][]int // other shapes in which the same values come in the same order
	outs  int
	place func(r int) int
}

// asItIs is the layout of a variable that is the same on both sides.
func asItIs(shape []int) layout {
	return layout{shape: shape, outs: 1, place: func(r int) int { return r }}
}

// layoutOf is that of a variable.
func layoutOf(v parameter) layout {
	rows := v.of.Rows
	switch {
	case v.Name == "weights" && len(v.Shape) == 4: // [height, width, in/groups, out] to [out, in/groups, height, width]
		h, w, in, out := v.Shape[0], v.Shape[1], v.Shape[2], v.Shape[3]
		l := layout{shape: []int{out, in, h, w}, outs: out, place: channelsFirst(h*w, in)}
		if h == 1 && w == 1 {
			l.also = [][]int{{out, in}}
		}
		return l
	case v.Name == "weights": // [in, out] to [out, in], where in counts the places of what was flattened
		in, out := v.Shape[0], v.Shape[1]
		return layout{shape: []int{out, in}, also: [][]int{{out, rows.Channels, rows.Height, rows.Width}}, outs: out,
			place: channelsFirst(rows.Height*rows.Width, rows.Channels)}
	}
	l := asItIs(v.Shape)
	if v.of.In[0].Flat && v.Shape[0] == rows.Values() { // a batch norm of places
		l.place = channelsFirst(rows.Height*rows.Width, rows.Channels)
	}
	return l
}

// channelsFirst is where a value of [places, channels] is in [channels, places].
func channelsFirst(places, channels int) func(int) int {
	return func(r int) int { return r%channels*places + r/channels }
}

// fits says whether a tensor has the layout's shape, or one of the same order.
func (l layout) fits(shape []int) bool {
	return slices.Equal(l.shape, shape) ||
		slices.ContainsFunc(l.also, func(s []int) bool { return slices.Equal(s, shape) })
}

// each calls move with the places of all of n values, ours and theirs. It goes tile by tile, as a row after the other
// would miss the cache at every value of a large matrix.
func (l layout) each(n int, move func(ours, theirs int)) {
	const tile = 32
	rows := n / l.outs
	for r0 := 0; r0 < rows; r0 += tile {
		for o0 := 0; o0 < l.outs; o0 += tile {
			for r := r0; r < min(r0+tile, rows); r++ {
				at := l.place(r)
				for o := o0; o < min(o0+tile, l.outs); o++ {
					move(r*l.outs+o, o*rows+at)
				}
			}
		}
	}
}

// ours takes values from their places.
func (l layout) ours(theirs []float32) []float32 {
	values := make([]float32, len(theirs))
	l.each(len(values), func(i, k int) { values[i] = theirs[k] })
	return values
}

// theirs puts values to their places.
func (l layout) theirs(ours []float32) []float32 {
	values := make([]float32, len(ours))
	l.each(len(ours), func(i, k int) { values[k] = ours[i] })
	return values
}
