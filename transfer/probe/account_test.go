package probe

import (
	"math"
	"testing"
)

// TestRankCorrelations: scipy.stats.weightedtau(x, y).statistic and scipy.stats.spearmanr(x, y).statistic of
// SciPy 1.17.1, with ties on either side.
func TestRankCorrelations(t *testing.T) {
	x := []float64{.62, .31, .31, .55, .48, .7, .12, .48}
	y := []float64{.5, .44, .2, .61, .44, .58, .09, .3}
	z := []float64{.3, -.2, 1.5, .7, .1, -.9, 2.2, .4}
	for _, c := range []struct {
		what     string
		a, b     []float64
		tau, rho float64
	}{
		{"x y", x, y, 0.6565338371925475, 0.8485004317396408},
		{"y x", y, x, 0.6565338371925475, 0.8485004317396408},
		{"x z", x, z, -0.6181198919880022, -0.5663061639364588},
		{"x x", x, x, 1, 1},
	} {
		v, err := WeightedTau(c.a, c.b)
		near(t, "tau of "+c.what, v, err, c.tau, 1e-12)
		v, err = Spearman(c.a, c.b)
		near(t, "rho of "+c.what, v, err, c.rho, 1e-12)
	}
	v, err := WeightedTau([]float64{1, 2, 3, 4}, []float64{4, 3, 2, 1})
	near(t, "tau of the opposite order", v, err, -1, 1e-12)
}

// TestRegret: by hand.
func TestRegret(t *testing.T) {
	measured := []float64{.5, .9, .7, .6}
	for _, c := range []struct {
		forecast []float64
		want     float64
	}{
		{[]float64{0, 5, 1, 2}, 0},
		{[]float64{0, 1, 5, 2}, .2},
		{[]float64{0, 5, 5, 2}, .1},
		{[]float64{3, 3, 3, 3}, .225},
	} {
		v, err := Regret(c.forecast, measured)
		near(t, "regret", v, err, c.want, 1e-12)
	}
	v, err := Regret([]float64{2}, []float64{3})
	near(t, "regret of one choice", v, err, 0, 0)
}

func TestAccountRefuses(t *testing.T) {
	x := []float64{1, 2, 3}
	refuses(t, second(Spearman(x, x[:2])), "3 first and 2 second values")
	refuses(t, second(WeightedTau(x[:1], x[:1])), "1 pairs of values")
	refuses(t, second(WeightedTau(x, []float64{2, 2, 2})), "all 3 second values are 2")
	refuses(t, second(Spearman(x, []float64{1, math.NaN(), 2})), "pair 1 is 2 and NaN")
	refuses(t, second(Regret(nil, nil)), "0 pairs of values")
}
