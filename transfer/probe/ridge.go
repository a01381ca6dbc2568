package probe

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Ridge is a linear classifier: the least-squares fit, with a penalty, of the features to a target for each class that
// is 1 for its pictures and 0 for others. A picture gets the class with the largest output.
type Ridge struct {
	// Penalty is the one chosen, a multiple of the mean variance of a unit times pictures.
	Penalty float64
	mean    []float64
	weights *mat.Dense // [units, classes]
	offset  []float64
	label   []int
}

// ridgePenalties are those that are tried, as multiples of the mean eigenvalue of the scatter matrix.
var ridgePenalties = []float64{1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10}

// FitRidge fits x [pictures, units] to the labels. Of a grid of penalties it takes the one with the least squared error
// on pictures that are left out one at a time, which has a closed form (Allen 1974, The Relationship between Variable
// Selection and Data Augmentation and a Method for Prediction): the residual of a picture divided by 1 less its
// leverage. It fails as [LogME] does for values and labels that do not fit, and where all pictures have the same
// features.
func FitRidge(x *mat.Dense, labels []int) (*Ridge, error) {
	c, err := checkLabelled(x, labels)
	if err != nil {
		return nil, err
	}
	z, err := centred("x", x)
	if err != nil {
		return nil, err
	}
	n, d := z.Dims()
	k := len(c.size)
	target := mat.NewDense(n, k, nil)
	for i, of := range c.of {
		for j, size := range c.size {
			target.Set(i, j, -float64(size)/float64(n))
		}
		target.Set(i, of, target.At(i, of)+1)
	}
	scatter := mat.NewSymDense(d, nil)
	scatter.SymOuterK(1, z.T())
	var eigen mat.EigenSym
	if !eigen.Factorize(scatter, true) {
		return nil, fmt.Errorf("x: the eigenvalues of the scatter of %d units do not converge", d)
	}
	values := eigen.Values(nil)
	var vectors, along, by mat.Dense
	eigen.VectorsTo(&vectors)
	along.Mul(z, &vectors)    // [pictures, directions]
	by.Mul(along.T(), target) // [directions, classes]
	scale := mat.Trace(scatter) / float64(d)
	best := math.Inf(1)
	r := &Ridge{label: c.label, weights: new(mat.Dense)}
	solution, fitted := mat.NewDense(d, k, nil), new(mat.Dense)
	for _, p := range ridgePenalties {
		shrink := func(j int) float64 { return 1 / (max(0, values[j]) + p*scale) }
		solution.Apply(func(j, _ int, v float64) float64 { return v * shrink(j) }, &by)
		fitted.Mul(&along, solution)
		var error2 float64
		for i := range n {
			leverage := 1 / float64(n)
			for j, a := range along.RawRowView(i) {
				leverage += a * a * shrink(j)
			}
			for j := range k {
				e := (target.At(i, j) - fitted.At(i, j)) / max(1-leverage, 1e-9)
				error2 += e * e
			}
		}
		if error2 < best {
			best, r.Penalty = error2, p
			r.weights.Mul(&vectors, solution)
		}
	}
	r.mean = make([]float64, d)
	for j := range d {
		r.mean[j] = mat.Sum(x.ColView(j)) / float64(n)
	}
	r.offset = make([]float64, k)
	for j, size := range c.size {
		r.offset[j] = float64(size) / float64(n)
	}
	return r, nil
}

// Accuracy is the share of pictures of x [pictures, units] that get their label, 0 to 1. It fails for other units than
// those of the fit, for other numbers of labels than of pictures, and for values that are not finite.
func (r *Ridge) Accuracy(x *mat.Dense, labels []int) (float64, error) {
	if err := checkFeatures("x", x, 1); err != nil {
		return 0, err
	}
	n, d := x.Dims()
	if d != len(r.mean) || len(labels) != n {
		return 0, fmt.Errorf(
			"x has the shape [%d, %d], with %d labels: want %d units, and a label for each picture",
			n,
			d,
			len(labels),
			len(r.mean),
		)
	}
	var out mat.Dense
	z := mat.NewDense(n, d, nil)
	z.Apply(func(_, j int, v float64) float64 { return v - r.mean[j] }, x)
	out.Mul(z, r.weights)
	right := 0
	for i, label := range labels {
		best, top := 0, math.Inf(-1)
		for j, v := range out.RawRowView(i) {
			if v+r.offset[j] > top {
				best, top = j, v+r.offset[j]
			}
		}
		if r.label[best] == label {
			right++
		}
	}
	return float64(right) / float64(n), nil
}
