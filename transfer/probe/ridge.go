package probe

import (
	"fmt"
	"math"
	"slices"

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
	s, err := NewRidgeSolver(x)
	if err != nil {
		return nil, err
	}
	return s.Fit(labels)
}

// RidgeSolver fits the same features to several labels: the decomposition of the features is made once.
type RidgeSolver struct {
	mean     []float64  // of each unit
	along    *mat.Dense // [pictures, directions]: centred features along the principal directions
	vectors  *mat.Dense // [units, directions]
	shrink   []float64  // [penalties, directions]: what a penalty makes of 1
	leverage []float64  // [penalties, pictures]
}

// NewRidgeSolver prepares x [pictures, units]. It fails for values that are not finite, for fewer than 2 pictures, and
// where all have the same features.
func NewRidgeSolver(x *mat.Dense) (*RidgeSolver, error) {
	if err := checkFeatures("x", x, 2); err != nil {
		return nil, err
	}
	z, err := centred("x", x)
	if err != nil {
		return nil, err
	}
	n, d := z.Dims()
	scatter := mat.NewSymDense(d, nil)
	scatter.SymOuterK(1, z.T())
	var eigen mat.EigenSym
	if !eigen.Factorize(scatter, true) {
		return nil, fmt.Errorf("x: the eigenvalues of the scatter of %d units do not converge", d)
	}
	values := eigen.Values(nil)
	s := &RidgeSolver{mean: make([]float64, d), along: new(mat.Dense), vectors: new(mat.Dense)}
	for j := range d {
		s.mean[j] = mat.Sum(x.ColView(j)) / float64(n)
	}
	eigen.VectorsTo(s.vectors)
	s.along.Mul(z, s.vectors)
	scale := mat.Trace(scatter) / float64(d)
	for _, p := range ridgePenalties {
		for _, v := range values {
			s.shrink = append(s.shrink, 1/(max(0, v)+p*scale))
		}
		shrink := s.shrink[len(s.shrink)-d:]
		for i := range n {
			leverage := 1 / float64(n)
			for j, a := range s.along.RawRowView(i) {
				leverage += a * a * shrink[j]
			}
			s.leverage = append(s.leverage, leverage)
		}
	}
	return s, nil
}

// Fit is [FitRidge] for the labels of the solver's pictures. It fails for labels that do not fit.
func (s *RidgeSolver) Fit(labels []int) (*Ridge, error) {
	var all []int
	for p := range ridgePenalties {
		all = append(all, p)
	}
	return s.fit(labels, all)
}

// FitAs is Fit with the penalty of another fit, so that none has to be chosen: an eighth of the work.
func (s *RidgeSolver) FitAs(other *Ridge, labels []int) (*Ridge, error) {
	return s.fit(labels, []int{slices.Index(ridgePenalties, other.Penalty)})
}

// fit chooses among penalties, which are places in ridgePenalties.
func (s *RidgeSolver) fit(labels, penalties []int) (*Ridge, error) {
	n, d := s.along.Dims()
	c, err := classesOf(labels, n)
	if err != nil {
		return nil, err
	}
	k := len(c.size)
	r := &Ridge{label: c.label, mean: s.mean, weights: new(mat.Dense), offset: make([]float64, k)}
	for j, size := range c.size {
		r.offset[j] = float64(size) / float64(n)
	}
	target := mat.NewDense(n, k, nil)
	target.Apply(func(_, j int, _ float64) float64 { return -r.offset[j] }, target)
	for i, of := range c.of {
		target.Set(i, of, target.At(i, of)+1)
	}
	var by mat.Dense
	by.Mul(s.along.T(), target) // [directions, classes]
	// The solutions of all penalties stand beside each other: one product with all is quicker than one with each.
	solutions := mat.NewDense(d, len(penalties)*k, nil)
	solutions.Apply(func(j, col int, _ float64) float64 {
		return by.At(j, col%k) * s.shrink[penalties[col/k]*d+j]
	}, solutions)
	best := 0
	if len(penalties) > 1 {
		best = s.leastError(target, solutions, penalties)
	}
	r.Penalty = ridgePenalties[penalties[best]]
	r.weights.Mul(s.vectors, solutions.Slice(0, d, best*k, (best+1)*k))
	return r, nil
}

// leastError is which of the penalties, whose solutions stand beside each other, has the least squared error of
// pictures that are left out.
func (s *RidgeSolver) leastError(target, solutions *mat.Dense, penalties []int) (best int) {
	n, k := target.Dims()
	var fitted mat.Dense
	fitted.Mul(s.along, solutions)
	least := math.Inf(1)
	for at, p := range penalties {
		var squared float64
		for i := range n {
			row := fitted.RawRowView(i)[at*k : (at+1)*k]
			out := max(1-s.leverage[p*n+i], 1e-9)
			for j, v := range row {
				e := (target.At(i, j) - v) / out
				squared += e * e
			}
		}
		if squared < least {
			least, best = squared, at
		}
	}
	return best
}

// Accuracy is the share of pictures of x [pictures, units] that get their label, 0 to 1. It fails for other units than
// those of the fit, for other numbers of labels than of pictures, and for values that are not finite.
func (r *Ridge) Accuracy(x *mat.Dense, labels []int) (float64, error) {
	if err := checkFeatures("x", x, 1); err != nil {
		return 0, err
	}
	n, d := x.Dims()
	if d != len(r.mean) || len(labels) != n {
		return 0, fmt.Errorf("x has the shape [%d, %d], with %d labels: want %d units, and a label for each picture", n,
			d, len(labels), len(r.mean))
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
