package stats

import (
	"fmt"
	"math"
	"sort"

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
func NoncentralT(t, df, delta float64) float64 { return newNoncentral(df).cdf(t, delta) }

// noncentral is the noncentral t distribution of a number of degrees of freedom. What does not depend on t and delta is
// computed once.
type noncentral struct {
	df, low, high float64
	chi           distuv.ChiSquared
	density       []float64 // of chi at the places of the sum, in their order
}

func newNoncentral(df float64) *noncentral {
	chi := distuv.ChiSquared{K: df}
	return &noncentral{
		df:   df,
		chi:  chi,
		low:  math.Sqrt(chi.Quantile(1e-14) / df),
		high: math.Sqrt(chi.Quantile(1-1e-14) / df),
	}
}

// cdf is the chance of a value of at most t.
func (n *noncentral) cdf(t, delta float64) float64 {
	const pieces = 8
	var sum float64
	place := 0
	for i := range pieces {
		a := n.low + (n.high-n.low)*float64(i)/pieces
		b := n.low + (n.high-n.low)*float64(i+1)/pieces
		sum += quad.Fixed(func(s float64) float64 {
			if place == len(n.density) {
				n.density = append(n.density, n.chi.Prob(n.df*s*s))
			}
			density := n.density[place]
			place++
			return distuv.UnitNormal.CDF(t*s-delta) * density * 2 * n.df * s
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
	return powerOf(newNoncentral(float64(pairs-1)), pairs, alpha)(delta, sd)
}

// powerOf is Power of a number of pairs and a level.
func powerOf(t *noncentral, pairs int, alpha float64) func(delta, sd float64) float64 {
	crit := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: t.df}.Quantile(1 - alpha/2)
	return func(delta, sd float64) float64 {
		shift := math.Abs(delta) / sd * math.Sqrt(float64(pairs))
		return 1 - t.cdf(crit, shift) + t.cdf(-crit, shift)
	}
}

// MDE is the minimum detectable effect: the mean difference that the test of
// Power detects with the given power. For a family of m tests pass alpha/m. It
// fails for fewer than two pairs, an sd that is not above 0, alpha outside
// (0, 1), and a power outside (alpha, 1).
func MDE(sd float64, pairs int, alpha, power float64) (float64, error) {
	if pairs < 2 || !(sd > 0) || !(alpha > 0 && alpha < 1) || !(power > alpha && power < 1) {
		return 0, fmt.Errorf("detectable effect of %d pairs with standard deviation %v, level %v, power %v; want at "+
			"least 2 pairs, a deviation above 0, a level in (0, 1) and a power between that and 1",
			pairs, sd, alpha, power)
	}
	detects := powerOf(newNoncentral(float64(pairs-1)), pairs, alpha)
	enough := func(delta float64) bool { return !(detects(delta, sd) < power) }
	high := sd
	for !enough(high) {
		high *= 2
	}
	return least(0, high, enough), nil
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
	return low + 1 + sort.Search(high-low-1, func(i int) bool {
		return Power(delta, sd, low+1+i, alpha) >= power
	}), nil
}
