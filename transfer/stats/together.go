package stats

import "math"

// members is the size of a family: the number of its known p values. NaN stands for a comparison that could not be
// made, which is not a member.
func members(p []float64) int {
	m := 0
	for _, x := range p {
		if !math.IsNaN(x) {
			m++
		}
	}
	return m
}

// Bonferroni adjusts the p values of one family so that the chance of any false rejection stays below the level at
// which they are compared (Dunn 1961, J. American Statistical Association 56:52): of m values p becomes m·p, at most
// 1. NaN stays NaN.
//
// The matching intervals, each at level 1-α/m, hold all m true values at once with a chance of at least 1-α, however
// the estimates depend on each other. An interval excludes its null exactly where the adjusted p is below α. Holm's
// step-down values (1979, Scand. J. Statistics 6:65) are smaller. But where only some hypotheses are rejected, the
// intervals that match them begin at the null (Strassburger and Bretz 2008, Statistics in Medicine 27:4914): they say
// that there is an effect, and nothing about its least size.
func Bonferroni(p []float64) []float64 {
	m := float64(members(p))
	out := make([]float64, len(p))
	for i, x := range p {
		out[i] = min(1, m*x) // NaN if x is NaN
	}
	return out
}

// levelOfEach is the level of each of m intervals that hold together at the given level: 1 - (1-level)/m.
func levelOfEach(level float64, m int) float64 { return 1 - (1-level)/float64(max(1, m)) }
