package probe

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// GBC is minus the overlap of classes (Pándy et al. 2022, Transferability Estimation using Bhattacharyya
// Class Separability): each class is a normal distribution with the variance of each unit, n - 1 in the
// denominator and at least floor, and the overlap of two is exp(-D) of their Bhattacharyya distance
//
//	D = sum over units of (m₁ - m₂)²/(8v) + 1/2 log(v / sqrt(v₁ v₂)),  v = (v₁ + v₂)/2
//
// summed over ordered pairs of classes. It lies between -classes (classes - 1), where all are the same, and
// 0. Scale and shift of each unit leave it unchanged, but for the floor (above 0; 1e-4 is usual); rotation
// does not. With many units any two classes are apart and it is about 0: bring features to fewer directions
// first, 64 principal ones in the paper. It fails as [LogME] does, for a class with fewer than 2 pictures and
// for other floors.
func GBC(x *mat.Dense, labels []int, floor float64) (float64, error) {
	c, err := checkLabelled(x, labels)
	if err != nil {
		return 0, err
	}
	if err := positive("floor", floor); err != nil {
		return 0, err
	}
	for k, size := range c.size {
		if size < 2 {
			return 0, fmt.Errorf("class %d has %d picture, which has no variance: want at least 2 of each class",
				c.label[k], size)
		}
	}
	_, d := x.Dims()
	means, variances := c.means(x), mat.NewDense(len(c.size), d, nil)
	for i, k := range c.of {
		mean, sum := means.RawRowView(k), variances.RawRowView(k)
		for j, v := range x.RawRowView(i) {
			sum[j] += (v - mean[j]) * (v - mean[j]) / float64(c.size[k]-1)
		}
	}
	variances.Apply(func(_, _ int, v float64) float64 { return math.Max(v, floor) }, variances)
	var overlap float64
	for a := range c.size {
		for b := range a {
			overlap += 2 * math.Exp(-bhattacharyya(means.RawRowView(a), means.RawRowView(b),
				variances.RawRowView(a), variances.RawRowView(b)))
		}
	}
	return -overlap, nil
}

func bhattacharyya(m1, m2, v1, v2 []float64) float64 {
	var sum float64
	for j := range m1 {
		v, d := (v1[j]+v2[j])/2, m1[j]-m2[j]
		sum += d*d/(8*v) + (math.Log(v)-(math.Log(v1[j])+math.Log(v2[j]))/2)/2
	}
	return sum
}
