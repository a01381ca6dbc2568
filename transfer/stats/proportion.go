package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Proportion is the score interval of a proportion, k of n (Wilson 1927): with p = k/n and z the normal quantile of the
// level,
//
//	(p + z²/2n ± z·√(p(1-p)/n + z²/4n²)) / (1 + z²/n)
//
// It lies within [0, 1]. It fails for a k that is not between 0 and n.
func Proportion(k, n int, level float64) (Interval, error) {
	if n < 1 || k < 0 || k > n {
		return Interval{}, fmt.Errorf("interval of a proportion of %d in %d, want at least 1 and from 0 to that", k, n)
	}
	return wilson(float64(k)/float64(n), n, distuv.UnitNormal.Quantile(0.5+level/2)), nil
}

// wilson is the interval of a proportion p of n, z being the normal quantile.
func wilson(p float64, n int, z float64) Interval {
	m := float64(n)
	centre, half := p+z*z/(2*m), z*math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	scale := 1 + z*z/m
	out := Interval{(centre - half) / scale, (centre + half) / scale}
	// At the ends the bound is exactly 0 or 1; rounding would miss it slightly.
	if p == 0 {
		out.Low = 0
	}
	if p == 1 {
		out.High = 1
	}
	return out
}

// SignTest is McNemar's exact test: the two-sided p value of a and b discordant pairs under the hypothesis that both
// kinds are equally likely. It is twice the smaller tail of the binomial distribution with probability 1/2, at most 1,
// and 1 where there are no pairs.
func SignTest(a, b int) float64 {
	n, k := float64(a+b), float64(min(a, b))
	if a+b == 0 {
		return 1
	}
	return min(1, 2*distuv.Binomial{N: n, P: 0.5}.CDF(k))
}
