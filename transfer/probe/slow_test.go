package probe

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// The slow twins: what [Gram] and [SVCCA] have quicker, as it is written, of all features with 64 bits.

// A Similarity compares the features of two nets for the same pictures: x is [pictures, units], and so is y,
// which may have other units.
type Similarity func(x, y *mat.Dense) (float64, error)

// CKA is the linear centred kernel alignment of x and y, the biased one of Kornblith et al. 2019 (Similarity
// of Neural Network Representations Revisited, equation 4 with a linear kernel): with centred columns
//
//	|xᵀy|² / (|xᵀx| |yᵀy|)    (Frobenius norms)
//
// It lies between 0 and 1, and is 1 where y is a rotation of x, scaled and shifted. With few pictures for the
// units it is high whatever they are: see [UnbiasedCKA]. It fails for fewer than 2 pictures, for other
// pictures in y than in x, for values that are not finite, and where all pictures have the same features.
func CKA(x, y *mat.Dense) (float64, error) {
	a, b, err := sides(x, y, 2)
	if err != nil {
		return 0, err
	}
	return a.inner(b) / math.Sqrt(a.inner(a)*b.inner(b)), nil
}

// WithinClassCKA is [UnbiasedCKA] after the mean of each class is removed from its pictures. Class means
// dominate plain CKA: two codes that only agree on the classes are much alike by it, and about 0 by this. It
// fails as UnbiasedCKA does, for labels that do not fit (see the package), and where all pictures of each
// class have the same features.
func WithinClassCKA(x, y *mat.Dense, labels []int) (float64, error) {
	if err := checkPair(x, y, 4); err != nil {
		return 0, err
	}
	xw, err := withinClass("x", x, labels)
	if err != nil {
		return 0, err
	}
	yw, err := withinClass("y", y, labels)
	if err != nil {
		return 0, err
	}
	return UnbiasedCKA(xw, yw)
}

// withinClass is x less the mean features of each picture's class, [pictures, units]. It fails for labels
// that do not fit, for values that are not finite, and where nothing is left.
func withinClass(name string, x *mat.Dense, labels []int) (*mat.Dense, error) {
	if err := checkFeatures(name, x, 2); err != nil {
		return nil, err
	}
	n, _ := x.Dims()
	c, err := classesOf(labels, n)
	if err != nil {
		return nil, err
	}
	m, z := c.means(x), mat.DenseCopyOf(x)
	var before, after float64
	for i, k := range c.of {
		row := z.RawRowView(i)
		before += floats.Dot(row, row)
		floats.Sub(row, m.RawRowView(k))
		after += floats.Dot(row, row)
	}
	if after <= negligible*before {
		return nil, fmt.Errorf("%s: all pictures of each class have the same features, so that nothing varies", name)
	}
	return z, nil
}

// PermutationNull compares x with y, and so many times with y whose pictures are shuffled: P is small where x
// and y share more than two sets of features of other pictures would (Phipson and Smyth 2010, Permutation
// P-values Should Never Be Zero). With labels, pictures are shuffled within their class, and what is tested
// is what is shared beyond the classes; labels may be nil. The same seed gives the same shuffles. It fails
// where the similarity does, for no shuffle, and for labels that do not fit. For a distance, pass its
// negative.
func PermutationNull(x, y *mat.Dense, of Similarity, labels []int, shuffles int, seed uint64) (Null, error) {
	if err := checkPair(x, y, 2); err != nil {
		return Null{}, err
	}
	n, d := y.Dims()
	group := make([]int, n)
	if labels != nil {
		c, err := classesOf(labels, n)
		if err != nil {
			return Null{}, err
		}
		group = c.of
	}
	shuffled := mat.NewDense(n, d, nil)
	return null(shuffles, seed, func(rng *rand.Rand) (float64, error) {
		if rng == nil {
			return of(x, y)
		}
		for to, from := range shuffleWithin(group, rng) {
			shuffled.SetRow(to, y.RawRowView(from))
		}
		return of(x, shuffled)
	})
}

// CCA is the canonical correlations of x and y, descending, as many as the smaller of their ranks (Hotelling
// 1936): each is the highest that a linear function of x and one of y can have that are uncorrelated with
// those before, between 0 and 1. By Björck and Golub 1973 they are the singular values of the product of
// orthonormal bases of the centred features. No invertible linear map of either side and no shift changes
// them. Where the ranks add up to more than pictures less one, so many of the first correlations are 1
// whatever the features are. It fails where all are, which is for a rank of pictures less one on either side:
// take more pictures, or [SVCCA]. Otherwise it fails as [CKA] does.
func CCA(x, y *mat.Dense) ([]float64, error) {
	_, a, b, err := bases(x, y)
	if err != nil {
		return nil, err
	}
	r, _, err := canonical(a, b)
	return r, err
}

// MeanCCA is the mean of the correlations of [CCA], and fails as it does.
func MeanCCA(x, y *mat.Dense) (float64, error) {
	r, err := CCA(x, y)
	if err != nil {
		return 0, err
	}
	return floats.Sum(r) / float64(len(r)), nil
}
