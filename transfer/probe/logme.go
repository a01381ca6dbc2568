package probe

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// LogME is the log evidence, in nats a picture, of a Bayesian linear model from the features x [pictures,
// units] to each class against all others, at the best precisions of weights and noise, and the mean over
// classes (You et al. 2021, LogME: Practical Assessment of Pre-trained Models for Transfer Learning). There
// is no intercept. It has no bounds; more is better.
//
// The evidence of a target of 0 and 1 is that of a normal distribution with covariance I/beta + xxᵀ/alpha.
// With z_i the target along the left singular vectors of x, s_i its squared singular values (0 beyond the
// units), r = alpha/beta and beta at its best, it is
//
//	-1/2 (n log(2 pi Q/n) + n + sum log(1 + s_i/r)),  Q = sum z_i² / (1 + s_i/r)
//
// of which the highest over r is taken, on a grid and then between its points. It may lie at an end: without
// signal r grows without bound, and the evidence is that of noise alone; with as many independent units as
// pictures noise may shrink to 0. The limit is the value then. The authors' first code drops a term for the
// units beyond the pictures, and their fixed-point iteration stops before such a limit: their numbers differ
// there. Rotation and one scale leave it unchanged; a shift does not.
//
// It fails for values that are not finite, for features that are all 0, for labels of one class only or of as
// many classes as pictures, for other than a label for each picture, and where fewer independent units than
// pictures fit a class without an error, so that the evidence has no bound.
func LogME(x *mat.Dense, labels []int) (float64, error) {
	c, err := checkLabelled(x, labels)
	if err != nil {
		return 0, err
	}
	s, err := spectrumOf("x", x)
	if err != nil {
		return 0, err
	}
	n, rank := s.u.Dims()
	e := evidence{n: float64(n), beyond: n - rank, squares: make([]float64, rank), along: make([]float64, rank)}
	for i, v := range s.values {
		e.squares[i] = v * v
	}
	var sum float64
	for k, size := range c.size {
		clear(e.along)
		for i, of := range c.of {
			if of == k {
				for j, u := range s.u.RawRowView(i) {
					e.along[j] += u
				}
			}
		}
		e.rest = float64(size)
		for j, z := range e.along {
			e.along[j] = z * z
			e.rest -= z * z
		}
		if e.beyond == 0 {
			e.rest = 0 // but for rounding
		} else if e.rest <= 1e-13*float64(size) {
			return 0, fmt.Errorf("class %d is a linear function of the features of x, and their rank %d is below "+
				"the %d pictures: the evidence has no bound", c.label[k], rank, n)
		}
		sum += e.best() / e.n
	}
	return sum / float64(len(c.size)), nil
}

// evidence is that of one target.
type evidence struct {
	n       float64   // pictures
	beyond  int       // directions of pictures that no unit reaches
	squares []float64 // squared singular values, descending
	along   []float64 // squared target along each
	rest    float64   // squared target beyond them
}

// at is the log evidence for the logarithm of r.
func (e evidence) at(logR float64) float64 {
	r := math.Exp(logR)
	q, logs := math.Max(e.rest, 0), 0.0
	for i, s := range e.squares {
		q += e.along[i] / (1 + s/r)
		logs += math.Log1p(s / r)
	}
	return -(e.n*math.Log(2*math.Pi*q/e.n) + e.n + logs) / 2
}

// noiseless is the limit for r to 0, where no direction is beyond the units.
func (e evidence) noiseless() float64 {
	var q, logs float64
	for i, s := range e.squares {
		q += e.along[i] / s
		logs += math.Log(s)
	}
	return -(e.n*math.Log(2*math.Pi*q/e.n) + e.n + logs) / 2
}

// signalless is the limit for r without bound.
func (e evidence) signalless() float64 {
	q := math.Max(e.rest, 0)
	for _, z := range e.along {
		q += z
	}
	return -(e.n*math.Log(2*math.Pi*q/e.n) + e.n) / 2
}

// best is the supremum over r. The evidence may have two peaks, so that a grid looks for the highest before
// it is refined.
func (e evidence) best() float64 {
	const (
		margin = 12.0 // beyond the singular values nothing but the limit is left
		step   = 0.25
	)
	low := math.Log(e.squares[len(e.squares)-1]) - margin
	high := math.Log(e.squares[0]) + margin
	top, where := e.signalless(), math.Inf(1)
	if e.beyond == 0 {
		if v := e.noiseless(); v > top {
			top, where = v, math.Inf(-1)
		}
	}
	for r := low; r <= high; r += step {
		if v := e.at(r); v > top {
			top, where = v, r
		}
	}
	if math.IsInf(where, 0) {
		return top
	}
	return math.Max(top, e.at(goldenSection(e.at, where-step, where+step)))
}

// goldenSection is where f is highest between low and high, if it has one peak there (Kiefer 1953).
func goldenSection(f func(float64) float64, low, high float64) float64 {
	shrink := (math.Sqrt(5) - 1) / 2
	a, b := high-shrink*(high-low), low+shrink*(high-low)
	fa, fb := f(a), f(b)
	for high-low > 1e-7 {
		if fa > fb {
			high, b, fb = b, a, fa
			a = high - shrink*(high-low)
			fa = f(a)
		} else {
			low, a, fa = a, b, fb
			b = low + shrink*(high-low)
			fb = f(b)
		}
	}
	return (low + high) / 2
}
