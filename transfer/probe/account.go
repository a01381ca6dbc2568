package probe

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Spearman is the rank correlation of x and y, -1 to 1; equal values share the mean of their ranks. It fails
// for fewer than 2 values, for other numbers of them, for values that are not finite, and where all of a side
// are equal. (gonum's stat has no ranks.)
func Spearman(x, y []float64) (float64, error) {
	if err := checkScores(x, y); err != nil {
		return 0, err
	}
	return max(-1, min(1, stat.Correlation(ranks(x), ranks(y), nil))), nil
}

// ranks are from 1 up, the least value first.
func ranks(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(x[a], x[b]) })
	r := make([]float64, len(x))
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && x[order[to]] == x[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			r[i] = float64(from+to+1) / 2
		}
		from = to
	}
	return r
}

// WeightedTau is Kendall's tau with hyperbolic weights, -1 to 1, by which the order among the best counts
// most (Vigna 2015, A Weighted Correlation Index for Rankings with Ties): a pair of ranks r and s, from 1 for
// the highest value, has the weight 1/r + 1/s. Ranks are by x and then y, and by y and then x, and tau is the
// mean of both. It is the default of scipy.stats.weightedtau. (Weights of gonum's stat.Kendall are of values,
// and its ties count as disorder.) It fails as [Spearman] does.
func WeightedTau(x, y []float64) (float64, error) {
	if err := checkScores(x, y); err != nil {
		return 0, err
	}
	return (tau(x, y, x, y) + tau(x, y, y, x)) / 2, nil
}

// tau weighs by ranks of first, where these are equal of then.
func tau(x, y, first, then []float64) float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(first[b], first[a]), cmp.Compare(then[b], then[a]))
	})
	weight := make([]float64, len(x))
	for rank, i := range order {
		weight[i] = 1 / float64(rank+1)
	}
	var agree, ofX, ofY float64 // sums of weights: with the sign of agreement; of pairs that differ in x, and in y
	for i := range x {
		for j := range i {
			w := weight[i] + weight[j]
			dx, dy := cmp.Compare(x[i], x[j]), cmp.Compare(y[i], y[j])
			agree += w * float64(dx*dy)
			ofX += w * float64(dx*dx)
			ofY += w * float64(dy*dy)
		}
	}
	return max(-1, min(1, agree/math.Sqrt(ofX*ofY)))
}

// Regret is what is lost by going by a forecast: the best that was measured less what was measured of the
// choice with the highest forecast, in the unit of measured and at least 0. Of choices with the same forecast
// it is the mean, as if one were drawn. It fails for no choice, for other numbers of forecasts than of
// measurements, and for values that are not finite.
func Regret(forecast, measured []float64) (float64, error) {
	if err := checkNumbers(forecast, measured, 1); err != nil {
		return 0, err
	}
	top := slices.Max(forecast)
	var sum float64
	var chosen int
	for i, f := range forecast {
		if f == top {
			sum += measured[i]
			chosen++
		}
	}
	return slices.Max(measured) - sum/float64(chosen), nil
}

func checkScores(x, y []float64) error {
	if err := checkNumbers(x, y, 2); err != nil {
		return err
	}
	for _, side := range []struct {
		name   string
		values []float64
	}{{"first", x}, {"second", y}} {
		if slices.Min(side.values) == slices.Max(side.values) {
			return fmt.Errorf("all %d %s values are %v, which have no order", len(x), side.name, side.values[0])
		}
	}
	return nil
}

func checkNumbers(x, y []float64, least int) error {
	if len(x) != len(y) {
		return fmt.Errorf("%d first and %d second values: want pairs", len(x), len(y))
	}
	if len(x) < least {
		return fmt.Errorf("%d pairs of values: want at least %d", len(x), least)
	}
	for i := range x {
		for _, v := range []float64{x[i], y[i]} {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("pair %d is %v and %v: want finite numbers", i, x[i], y[i])
			}
		}
	}
	return nil
}
