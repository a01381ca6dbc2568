package probe

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// TransRate is how much the features tell of the class by coding rates, in nats (Huang et al. 2022,
// Frustratingly Easy Transferability Estimation): with centred features R(z) - sum over classes of size/n R(z
// of the class), where
//
//	R(z) = 1/2 log det(I + zᵀz / (pictures eps))
//
// Eps above 0 is the allowed distortion, 1e-4 in the authors' code; that averages over classes, which is the
// same for classes of one size. TransRate is at least 0 and depends on the scale of features against eps:
// compare layers at one scale only. It grows with units beyond the pictures of a class, signal or not.
// Rotation and shifts leave it unchanged. It fails as [HScore] does and for other eps.
func TransRate(x *mat.Dense, labels []int, eps float64) (float64, error) {
	c, err := checkLabelled(x, labels)
	if err != nil {
		return 0, err
	}
	if err := positive("eps", eps); err != nil {
		return 0, err
	}
	z, err := centred("x", x)
	if err != nil {
		return 0, err
	}
	sum, err := codingRate(z, eps)
	if err != nil {
		return 0, err
	}
	n, d := x.Dims()
	for k, size := range c.size {
		of := make([]float64, 0, size*d)
		for i, class := range c.of {
			if class == k {
				of = append(of, z.RawRowView(i)...)
			}
		}
		rate, err := codingRate(mat.NewDense(size, d, of), eps)
		if err != nil {
			return 0, err
		}
		sum -= float64(size) / float64(n) * rate
	}
	return sum, nil
}

// codingRate takes the determinant of the smaller of the two matrices that have it.
func codingRate(z *mat.Dense, eps float64) (float64, error) {
	n, d := z.Dims()
	left, right, size := z.T(), mat.Matrix(z), d
	if n < d {
		left, right, size = z, z.T(), n
	}
	var product mat.Dense
	product.Mul(left, right)
	a := mat.NewSymDense(size, nil)
	for i := range size {
		for j := i; j < size; j++ {
			v := product.At(i, j) / (float64(n) * eps)
			if i == j {
				v++
			}
			a.SetSym(i, j, v)
		}
	}
	var c mat.Cholesky
	if !c.Factorize(a) {
		return 0, fmt.Errorf("x: I + zᵀz/(%d · eps) of eps %v is not positive definite: "+
			"eps is too small for features of this scale", n, eps)
	}
	return c.LogDet() / 2, nil
}

// positive refuses what is not a finite number above 0.
func positive(name string, v float64) error {
	if !(v > 0) || math.IsInf(v, 1) {
		return fmt.Errorf("%s is %v: want a finite number above 0", name, v)
	}
	return nil
}
