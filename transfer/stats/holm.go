package stats

import (
	"math"
	"slices"
)

// Holm adjusts the p values of one family so that the chance of any false
// rejection stays below the level at which they are compared (Holm 1979, Scand.
// J. Statistics 6:65): of m values in ascending order the i-th (from 0) becomes
// the largest of (m-j)·p_j over j ≤ i, at most 1. The order of p is kept. NaN
// stands for a hypothesis that could not be tested; it is no member of the
// family and stays NaN.
func Holm(p []float64) []float64 {
	out := make([]float64, len(p))
	var order []int
	for i, v := range p {
		if out[i] = v; !math.IsNaN(v) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case p[a] < p[b]:
			return -1
		case p[a] > p[b]:
			return 1
		}
		return 0
	})
	largest := 0.0
	for rank, i := range order {
		largest = max(largest, min(1, float64(len(order)-rank)*p[i]))
		out[i] = largest
	}
	return out
}
