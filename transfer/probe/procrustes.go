package probe

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// ProcrustesDistance is the squared distance that remains of x and y, centred and brought to a Frobenius norm
// of 1, after the best rotation: 2 - 2 |xᵀy|, with the nuclear norm (Ding et al. 2021, Grounding
// Representation Similarity with Statistical Testing). It lies between 0, for a rotation of the other, and 2,
// and is symmetric. Rotation, one scale and shifts leave it unchanged. It fails as [CKA] does.
func ProcrustesDistance(x, y *mat.Dense) (float64, error) {
	c, err := alignment(x, y)
	return 2 - 2*c, err
}

// ProcrustesAngle is the angle in radians of what [ProcrustesDistance] compares: arccos |xᵀy| (Williams et
// al. 2021, Generalized Shape Metrics on Neural Representations). It lies between 0, for a rotation of the
// other, and pi/2. It is a metric: angles of three nets obey the triangle inequality, so that a map may be
// drawn of them. Rounding under the arccos makes an angle below 1e-7 of no meaning. It fails as [CKA] does.
func ProcrustesAngle(x, y *mat.Dense) (float64, error) {
	c, err := alignment(x, y)
	return math.Acos(c), err
}

// alignment is the nuclear norm of xᵀy, of centred features with norms of 1, in 0 to 1.
func alignment(x, y *mat.Dense) (float64, error) {
	if err := checkPair(x, y, 2); err != nil {
		return 0, err
	}
	unit := func(name string, x *mat.Dense) (*mat.Dense, error) {
		z, err := centred(name, x)
		if err != nil {
			return nil, err
		}
		z.Scale(1/mat.Norm(z, 2), z)
		if n, d := z.Dims(); d <= n {
			return z, nil
		}
		// A rotation brings wide features to as many units as there are directions, and the norm does not see it.
		s, err := spectrumOf(name, z)
		if err != nil {
			return nil, err
		}
		return s.along(), nil
	}
	a, err := unit("x", x)
	if err != nil {
		return 0, err
	}
	b, err := unit("y", y)
	if err != nil {
		return 0, err
	}
	var product mat.Dense
	product.Mul(a.T(), b)
	var svd mat.SVD
	if !svd.Factorize(&product, mat.SVDNone) {
		r, c := product.Dims()
		return 0, fmt.Errorf("the singular values of the product of x and y, [%d, %d], do not converge", r, c)
	}
	return math.Min(floats.Sum(svd.Values(nil)), 1), nil
}
