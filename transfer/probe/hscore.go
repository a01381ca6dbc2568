package probe

import "gonum.org/v1/gonum/mat"

// HScore is the trace of the inverse of the features' covariance times that of their class means (Bao et al.
// 2019, An Information-Theoretic Approach to Transferability in Task Transfer Learning, definition 2), with a
// pseudo-inverse where features depend on each other. It lies between 0 and classes less one; without signal
// it is about (classes - 1) units / pictures, and its greatest value whatever the features are where units
// are as many as pictures. Any invertible map and shift leave it unchanged. It fails as [LogME] does, and
// where all pictures have the same features.
func HScore(x *mat.Dense, labels []int) (float64, error) {
	return hscore(x, labels, func(spectrum, int) (share, average float64) { return 0, 0 })
}

// ShrunkHScore is [HScore] with the covariance shrunk towards its average variance by the amount that Ledoit
// and Wolf 2004 (A Well-Conditioned Estimator for Large-Dimensional Covariance Matrices) estimate, and the
// class means by the same (Ibrahim et al. 2021, Newer is not always better: Rethinking transferability
// metrics, their peculiarities, stability and performance):
//
//	(1 - a) tr(((1 - a) S + a m I)⁻¹ B)
//
// with the covariances S of features and B of class means, both divided by pictures, and m the average
// variance of a unit. It is of use with more units than pictures, too. Rotation, one scale and shifts leave
// it unchanged. It fails as HScore does.
func ShrunkHScore(x *mat.Dense, labels []int) (float64, error) {
	return hscore(x, labels, spectrum.ledoitWolf)
}

// shrinkage is how much of the covariance of all units is replaced, and their average variance.
type shrinkage func(s spectrum, units int) (share, average float64)

func hscore(x *mat.Dense, labels []int, shrink shrinkage) (float64, error) {
	c, err := checkLabelled(x, labels)
	if err != nil {
		return 0, err
	}
	_, s, err := centredSpectrum("x", x)
	if err != nil {
		return 0, err
	}
	_, d := x.Dims()
	a, average := shrink(s, d)
	n, rank := s.u.Dims()
	means := c.means(s.u) // those of the features are these times the singular values, along their directions
	var sum float64
	for k, size := range c.size {
		for j := range rank {
			variance := s.values[j] * s.values[j] / float64(n)
			m := means.At(k, j) * s.values[j]
			sum += float64(size) / float64(n) * m * m / ((1-a)*variance + a*average)
		}
	}
	return (1 - a) * sum, nil
}

// ledoitWolf is the shrinkage of the covariance of d units, 0 to 1, and their average variance.
func (s spectrum) ledoitWolf(d int) (share, average float64) {
	n, _ := s.u.Dims()
	var trace, square, fourth float64
	for _, v := range s.values {
		variance := v * v / float64(n)
		trace += variance
		square += variance * variance
	}
	for i := range n {
		var norm float64 // |z_i|²
		for j, u := range s.u.RawRowView(i) {
			norm += u * s.values[j] * u * s.values[j]
		}
		fourth += norm * norm
	}
	average = trace / float64(d)
	distance := square - float64(d)*average*average    // of the covariance from a multiple of 1
	noise := (fourth/float64(n) - square) / float64(n) // of its estimate
	if d == 1 || distance <= 0 {
		return 0, average
	}
	return min(noise, distance) / distance, average
}
