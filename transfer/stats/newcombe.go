package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// score is the difference of two accuracies a - b, measured on na and nb test images.
type score struct {
	a, b   float64
	na, nb int
}

// Newcombe is the hybrid score interval of the difference of two proportions, a of na minus b of nb (Newcombe 1998,
// Statistics in Medicine 17:873, method 10). With Wilson's bounds l and u of each it is
//
//	d - √((a-la)² + (ub-b)²)   to   d + √((ua-a)² + (b-lb)²)
//
// It treats the two samples as independent. Both bounds are NaN where na or nb is below 1.
func Newcombe(a float64, na int, b float64, nb int, level float64) Interval {
	return score{a, b, na, nb}.interval(level)
}

func (s score) interval(level float64) Interval {
	return s.within(distuv.UnitNormal.Quantile(0.5 + level/2))
}

// within is the interval whose normal quantile is z.
func (s score) within(z float64) Interval {
	if s.na < 1 || s.nb < 1 {
		return Interval{math.NaN(), math.NaN()}
	}
	a, b := wilson(s.a, s.na, z), wilson(s.b, s.nb, z)
	d := s.a - s.b
	return Interval{d - math.Hypot(s.a-a.Low, b.High-s.b), d + math.Hypot(a.High-s.a, s.b-b.Low)}
}

// p is the two-sided p value of the hypothesis that the difference equals null: 1 minus the level of the interval that
// ends at null.
func (s score) p(null float64) float64 {
	if s.na < 1 || s.nb < 1 {
		return math.NaN()
	}
	holds := func(z float64) bool { iv := s.within(z); return iv.Low <= null && null <= iv.High }
	if holds(0) {
		return 1
	}
	return 2 * distuv.UnitNormal.CDF(-least(0, 40, holds))
}

// least halves a range, at whose end something holds, until it has where that begins.
func least(low, high float64, holds func(float64) bool) float64 {
	for range 60 {
		if mid := (low + high) / 2; holds(mid) {
			high = mid
		} else {
			low = mid
		}
	}
	return high
}
