package probe

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// negligible is the share of a sum of squares below which what is left after means are removed is rounding.
const negligible = 1e-24

// checkFeatures refuses what is no matrix of finite numbers with at least that many pictures.
func checkFeatures(name string, x *mat.Dense, pictures int) error {
	if x == nil || x.IsEmpty() {
		return fmt.Errorf("%s has no features: want a matrix [pictures, units]", name)
	}
	n, d := x.Dims()
	if n < pictures {
		return fmt.Errorf("%s has the shape [%d, %d]: %d pictures, want at least %d", name, n, d, n, pictures)
	}
	for i := range n {
		for j, v := range x.RawRowView(i) {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("%s: unit %d of picture %d is %v, want a finite number", name, j, i, v)
			}
		}
	}
	return nil
}

// checkPair refuses two matrices that are not of the same pictures.
func checkPair(x, y *mat.Dense, pictures int) error {
	if err := checkFeatures("x", x, pictures); err != nil {
		return err
	}
	if err := checkFeatures("y", y, pictures); err != nil {
		return err
	}
	n, dx := x.Dims()
	m, dy := y.Dims()
	if n != m {
		return fmt.Errorf("x has the shape [%d, %d] and y [%d, %d]: want the same pictures in both", n, dx, m, dy)
	}
	return nil
}

// classes are labels as indices into the sorted list of those that occur.
type classes struct {
	of    []int // picture -> index of its class
	label []int // index -> label
	size  []int // index -> pictures
}

// classesOf refuses labels that do not fit n pictures, and those of one class only or of as many classes as
// pictures.
func classesOf(labels []int, n int) (classes, error) {
	if len(labels) != n {
		return classes{}, fmt.Errorf("%d labels for %d pictures: want one for each", len(labels), n)
	}
	label := slices.Compact(slices.Sorted(slices.Values(labels)))
	switch {
	case len(label) == 1:
		return classes{}, fmt.Errorf("all %d labels are %d: one class only, want at least 2", n, label[0])
	case len(label) >= n:
		return classes{}, fmt.Errorf("%d pictures of %d classes: want more pictures than classes", n, len(label))
	}
	c := classes{of: make([]int, n), label: label, size: make([]int, len(label))}
	for i, l := range labels {
		k, _ := slices.BinarySearch(label, l)
		c.of[i] = k
		c.size[k]++
	}
	return c, nil
}

// checkLabelled is what all forecasts from features ask for.
func checkLabelled(x *mat.Dense, labels []int) (classes, error) {
	if err := checkFeatures("x", x, 2); err != nil {
		return classes{}, err
	}
	n, _ := x.Dims()
	return classesOf(labels, n)
}

// means are the rows of the mean features of each class.
func (c classes) means(x *mat.Dense) *mat.Dense {
	_, d := x.Dims()
	m := mat.NewDense(len(c.size), d, nil)
	for i, k := range c.of {
		floats.Add(m.RawRowView(k), x.RawRowView(i))
	}
	for k, size := range c.size {
		floats.Scale(1/float64(size), m.RawRowView(k))
	}
	return m
}

// centred is x less the mean of each unit. It fails where that leaves nothing.
func centred(name string, x *mat.Dense) (*mat.Dense, error) {
	n, d := x.Dims()
	mean := make([]float64, d)
	for i := range n {
		floats.AddScaled(mean, 1/float64(n), x.RawRowView(i))
	}
	z := mat.NewDense(n, d, nil)
	var before, after float64
	for i := range n {
		row := z.RawRowView(i)
		floats.SubTo(row, x.RawRowView(i), mean)
		before += floats.Dot(x.RawRowView(i), x.RawRowView(i))
		after += floats.Dot(row, row)
	}
	if after <= negligible*before {
		return nil, fmt.Errorf("%s: all %d pictures have the same features, so that nothing varies", name, n)
	}
	return z, nil
}
