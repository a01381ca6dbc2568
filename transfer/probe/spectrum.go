package probe

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// independent is the share of the largest singular value up to which others are rounding.
const independent = 1e-10

// spectrum is the singular value decomposition of a matrix, without the directions that are only rounding.
type spectrum struct {
	u      *mat.Dense // [pictures, rank]: columns of length 1
	values []float64  // descending
}

func spectrumOf(name string, x *mat.Dense) (spectrum, error) {
	var svd mat.SVD
	if !svd.Factorize(x, mat.SVDThinU) {
		n, d := x.Dims()
		return spectrum{}, fmt.Errorf("%s: the singular values of its [%d, %d] features do not converge", name, n, d)
	}
	s := spectrum{u: new(mat.Dense), values: svd.Values(nil)}
	rank := len(s.values)
	for rank > 0 && s.values[rank-1] <= independent*s.values[0] {
		rank--
	}
	if rank == 0 {
		return spectrum{}, fmt.Errorf("%s: all features are 0", name)
	}
	svd.UTo(s.u)
	return s.first(rank), nil
}

// centredSpectrum is x less the mean of each unit, and its spectrum. It fails as [centred] does.
func centredSpectrum(name string, x *mat.Dense) (z *mat.Dense, s spectrum, err error) {
	if z, err = centred(name, x); err != nil {
		return nil, s, err
	}
	s, err = spectrumOf(name, z)
	return z, s, err
}

// first is the leading directions only.
func (s spectrum) first(rank int) spectrum {
	n, _ := s.u.Dims()
	return spectrum{u: s.u.Slice(0, n, 0, rank).(*mat.Dense), values: s.values[:rank]}
}

// along is the features along the directions, [pictures, rank].
func (s spectrum) along() *mat.Dense {
	z := mat.DenseCopyOf(s.u)
	z.Apply(func(_, j int, v float64) float64 { return v * s.values[j] }, z)
	return z
}

// EffectiveRank is how many directions the features of x [pictures, units] fill: the exponential of the
// entropy of their singular values as shares of the sum (Roy and Vetterli 2007, The Effective Rank), after
// the mean of each unit is removed. It lies between 1 and the rank, and is the rank where all directions are
// as strong. Rotation, one scale and shifts leave it unchanged. It fails for fewer than 2 pictures, for
// values that are not finite, and where all pictures have the same features.
func EffectiveRank(x *mat.Dense) (float64, error) {
	if err := checkFeatures("x", x, 2); err != nil {
		return 0, err
	}
	_, s, err := centredSpectrum("x", x)
	if err != nil {
		return 0, err
	}
	sum, entropy := floats.Sum(s.values), 0.0
	for _, v := range s.values {
		entropy -= v / sum * math.Log(v/sum)
	}
	return math.Exp(entropy), nil
}

// DeadUnits is the share of units, 0 to 1, that tell no picture of x [pictures, units] from another: their
// greatest value is at most tolerance above their least. With a tolerance of 0 these are units of relu that
// are 0 for all pictures, among other constants. It fails for fewer than 2 pictures, for values that are not
// finite, and for a negative tolerance.
func DeadUnits(x *mat.Dense, tolerance float64) (float64, error) {
	if err := checkFeatures("x", x, 2); err != nil {
		return 0, err
	}
	if !(tolerance >= 0) {
		return 0, fmt.Errorf("tolerance %v: want at least 0", tolerance)
	}
	_, d := x.Dims()
	dead := 0
	for j := range d {
		unit := mat.Col(nil, j, x)
		if floats.Max(unit)-floats.Min(unit) <= tolerance {
			dead++
		}
	}
	return float64(dead) / float64(d), nil
}
