package probe

import (
	"fmt"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// PARC is the rank correlation, times 100, of two distances between the pictures of each pair: one less the
// correlation of their features x [pictures, units], and one less that of their one-hot labels (Bolya et al.
// 2021, Scalable Diverse Model Selection for Accessible Transfer Learning). It lies between -100 and 100 and
// is about 0 without signal. One scale, and for each picture a scale above 0 and a shift of its own, leave it
// unchanged; rotation and shifts of units do not. The authors bring features to a standard deviation of 1 or
// to fewer directions first, as the caller may. It takes memory for all pairs. It fails as [LogME] does, for
// fewer than 2 units, and for a picture whose units all have the same value.
func PARC(x *mat.Dense, labels []int) (float64, error) {
	c, err := checkLabelled(x, labels)
	if err != nil {
		return 0, err
	}
	n, d := x.Dims()
	if d < 2 {
		return 0, fmt.Errorf("x has the shape [%d, %d]: the correlation of two pictures needs at least 2 units", n, d)
	}
	z := mat.DenseCopyOf(x)
	for i := range n {
		row := z.RawRowView(i)
		before := floats.Dot(row, row)
		floats.AddConst(-floats.Sum(row)/float64(d), row)
		norm := floats.Norm(row, 2)
		if norm*norm <= negligible*before {
			return 0, fmt.Errorf("x: all units of picture %d have the same value, so that it correlates with none", i)
		}
		floats.Scale(1/norm, row)
	}
	var correlations mat.Dense
	correlations.Mul(z, z.T())
	features, classes := make([]float64, 0, n*(n-1)/2), make([]float64, 0, n*(n-1)/2)
	for i := range n {
		for j := range i {
			features = append(features, 1-correlations.At(i, j))
			apart := 0.0 // one-hot labels have two distances, and ranks see their order alone
			if c.of[i] != c.of[j] {
				apart = 1
			}
			classes = append(classes, apart)
		}
	}
	rho, err := Spearman(features, classes)
	return 100 * rho, err
}
