package probe

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// CCA is the canonical correlations of x and y, descending, as many as the smaller of their ranks (Hotelling
// 1936): each is the highest that a linear function of x and one of y can have that are uncorrelated with
// those before, between 0 and 1. By Björck and Golub 1973 they are the singular values of the product of
// orthonormal bases of the centred features. No invertible linear map of either side and no shift changes
// them. Where the ranks add up to more than pictures less one, as many of the first correlations are 1
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

// SVCCA is the mean canonical correlation of the leading principal directions of x and of y, as few of each
// as hold the given share of its variance, above 0 and at most 1 (Raghu et al. 2017, SVCCA: Singular Vector
// Canonical Correlation Analysis, with a share of .99). It lies between 0 and 1. Rotation, one scale and
// shifts leave it unchanged. It fails as [CCA] does, of those directions.
func SVCCA(x, y *mat.Dense, share float64) (float64, error) {
	if !(share > 0 && share <= 1) {
		return 0, fmt.Errorf("a share of %v of the variance: want more than 0 and at most 1", share)
	}
	_, a, b, err := bases(x, y)
	if err != nil {
		return 0, err
	}
	r, _, err := canonical(a.holding(share), b.holding(share))
	if err != nil {
		return 0, err
	}
	return floats.Sum(r) / float64(len(r)), nil
}

// PWCCA is the mean of the correlations of [CCA], weighted by how much of x each of its canonical variates h
// accounts for: sum over units j of |h·x_j| (Morcos et al. 2018, Insights on Representational Similarity in
// Neural Networks with Canonical Correlation). It lies between 0 and 1. As x alone has a say, PWCCA(x, y) is
// not PWCCA(y, x): y may be mapped by any invertible map, x only be scaled as a whole and shifted; a rotation
// of x changes the weights. It fails as CCA does.
func PWCCA(x, y *mat.Dense) (float64, error) {
	zx, a, b, err := bases(x, y)
	if err != nil {
		return 0, err
	}
	r, h, err := canonical(a, b)
	if err != nil {
		return 0, err
	}
	var shares mat.Dense
	shares.Mul(h.T(), zx)
	var sum, weights float64
	for i, correlation := range r {
		weight := floats.Norm(shares.RawRowView(i), 1)
		sum += weight * correlation
		weights += weight
	}
	return sum / weights, nil
}

// bases are orthonormal bases of the centred features, and the features of the first.
func bases(x, y *mat.Dense) (zx *mat.Dense, a, b spectrum, err error) {
	if err = checkPair(x, y, 2); err != nil {
		return nil, a, b, err
	}
	if zx, a, err = centredSpectrum("x", x); err != nil {
		return nil, a, b, err
	}
	_, b, err = centredSpectrum("y", y)
	return zx, a, b, err
}

// holding is the fewest leading directions that hold a share of the variance.
func (s spectrum) holding(share float64) spectrum {
	total, sum := floats.Dot(s.values, s.values), 0.0
	for i, v := range s.values {
		sum += v * v
		if sum >= share*total {
			return s.first(i + 1)
		}
	}
	return s
}

// canonical gives the correlations of two bases and the canonical variates of the first, columns of length 1.
func canonical(a, b spectrum) (correlations []float64, variates *mat.Dense, err error) {
	n, _ := a.u.Dims()
	for _, side := range []struct {
		name string
		spectrum
	}{{"x", a}, {"y", b}} {
		if rank := len(side.values); rank >= n-1 {
			return nil, nil, fmt.Errorf("%s has rank %d for %d pictures, so that all canonical correlations are 1: "+
				"want more pictures than its rank plus one", side.name, rank, n)
		}
	}
	var product, left mat.Dense
	product.Mul(a.u.T(), b.u)
	var svd mat.SVD
	if !svd.Factorize(&product, mat.SVDThinU) {
		return nil, nil, fmt.Errorf("the canonical correlations of ranks %d and %d do not converge",
			len(a.values), len(b.values))
	}
	svd.UTo(&left)
	correlations = svd.Values(nil)
	for i, r := range correlations {
		correlations[i] = math.Min(r, 1) // rounding
	}
	variates = new(mat.Dense)
	variates.Mul(a.u, &left)
	return correlations, variates, nil
}
