package probing

import (
	"errors"
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// affine maps the units of a place to others: [units + 1, units of the other], the constant last.
type affine struct {
	weights *mat.Dense
	scatter *mat.SymDense // of the units that it was fitted on, less their means
	mean    []float64     // of these units
}

// maxRows is how many places are in memory as numbers of 64 bits at a time.
const maxRows = 1 << 13

// leastSquares is the affine map of a sender's units to a receiver's with the least squared error over all places of
// all pictures. A penalty of 1e-8 of the units' mean square, which changes nothing else, settles units that tell
// nothing.
func leastSquares(from, to Features) (affine, error) {
	a, b := from.Units(), to.Units()
	left, right := mat.NewSymDense(a+1, nil), mat.NewDense(a+1, b, nil)
	rows := from.Pictures() * from.Places()
	var square, product mat.Dense
	for at := 0; at < rows; at += maxRows {
		end := min(rows, at+maxRows)
		x := withOnes(from.Data[at*a:end*a], end-at, a)
		square.Mul(x.T(), x)
		for i := range a + 1 {
			for j := range i + 1 {
				left.SetSym(i, j, left.At(i, j)+square.At(i, j))
			}
		}
		product.Mul(x.T(), dense(to.Data[at*b:end*b], end-at, b))
		right.Add(right, &product)
	}
	penalty := 1e-8 * (mat.Trace(left) - left.At(a, a)) / float64(a)
	for i := range a {
		left.SetSym(i, i, left.At(i, i)+penalty)
	}
	var factor mat.Cholesky
	if penalty == 0 || !factor.Factorize(left) {
		return affine{}, &unstitchable{fmt.Sprintf(
			"the %d units of layer %s of the sender are 0 for all pictures: there is nothing to map", a, from.Layer)}
	}
	w := new(mat.Dense)
	if err := factor.SolveTo(w, right); err != nil {
		var bad mat.Condition
		if !errors.As(err, &bad) { // a poor condition is what the penalty is for
			return affine{}, fmt.Errorf("stitching layer %s: %w", from.Layer, err)
		}
	}
	m := affine{weights: w, mean: make([]float64, a), scatter: mat.NewSymDense(a, nil)}
	count := left.At(a, a) // of the column of ones with itself
	for i := range a {
		m.mean[i] = left.At(i, a) / count
		for j := range i + 1 {
			m.scatter.SetSym(i, j, left.At(i, j)-m.mean[i]*left.At(j, a))
		}
	}
	return m, nil
}

// ofRank is the map of at most a rank with the least squared error on what the map was fitted to: the map along the
// leading principal directions of what it gives (Izenman 1975, Reduced-rank Regression for the Multivariate Linear
// Model, with the identity for its weights). The constant is no part of the rank.
func (m affine) ofRank(rank int) (affine, error) {
	a, b := len(m.mean), m.weights.RawMatrix().Cols
	if rank >= min(a, b) {
		return m, nil
	}
	slope := m.weights.Slice(0, a, 0, b)
	var half, square mat.Dense
	half.Mul(m.scatter, slope)
	square.Mul(slope.T(), &half)
	given := mat.NewSymDense(b, nil)
	for i := range b {
		for j := range i + 1 {
			given.SetSym(i, j, (square.At(i, j)+square.At(j, i))/2)
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(given, true) {
		return affine{}, fmt.Errorf("a stitch of rank %d: the principal directions of %d units do not converge", rank,
			b)
	}
	var vectors, keep mat.Dense
	eigen.VectorsTo(&vectors) // the largest come last
	leading := vectors.Slice(0, b, b-rank, b)
	keep.Mul(leading, leading.T())
	low := mat.NewDense(a+1, b, nil)
	low.Slice(0, a, 0, b).(*mat.Dense).Mul(slope, &keep)
	for j := range b { // the mean of what is given stays
		constant := m.weights.At(a, j)
		for i, x := range m.mean {
			constant += x * (m.weights.At(i, j) - low.At(i, j))
		}
		low.Set(a, j, constant)
	}
	m.weights = low
	return m, nil
}

// apply is what the map makes of features, place by place.
func (m affine) apply(f Features) []float32 {
	a := f.Units()
	_, b := m.weights.Dims()
	rows := f.Pictures() * f.Places()
	out := make([]float32, 0, rows*b)
	var y mat.Dense
	for at := 0; at < rows; at += maxRows {
		end := min(rows, at+maxRows)
		y.Reset()
		y.Mul(withOnes(f.Data[at*a:end*a], end-at, a), m.weights)
		for _, v := range y.RawMatrix().Data {
			out = append(out, float32(v))
		}
	}
	return out
}

// withOnes has a last column of ones.
func withOnes(data []float32, rows, cols int) *mat.Dense {
	x := mat.NewDense(rows, cols+1, nil)
	for i := range rows {
		row := x.RawRowView(i)
		for j, v := range data[i*cols : (i+1)*cols] {
			row[j] = float64(v)
		}
		row[cols] = 1
	}
	return x
}
