package stats

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
)

// exactSigns is the largest number of clusters for which all patterns of signs are tried, 2¹⁶ of them.
const exactSigns = 16

// SignFlip is the p value of a permutation test of paired differences. Without an
// effect, the differences of a cluster could as well have had the other sign. p is
// the fraction of sign patterns whose mean is at least as far from 0 as that of x.
// Up to 16 clusters all patterns are tried, and exact is true. Otherwise resamples
// random ones are tried, and p = (found+1)/(resamples+1) (Phipson and Smyth 2010);
// the same seed gives the same p. With G clusters p is never below 2/2^G. SignFlip
// fails for an empty x, and where ClusterMean fails.
func SignFlip(x []float64, cluster []string, resamples int, seed uint64) (p float64, exact bool, err error) {
	if err := check(x, cluster, 1, 0.5); err != nil {
		return 0, false, err
	}
	sums := sumsOf(x, cluster)
	var total, size float64
	for _, sum := range sums {
		total += sum
		size += math.Abs(sum)
	}
	bound := math.Abs(total) - 1e-12*size // sums that differ only by rounding count as equal
	flipped := func(negative func(i int) bool) bool {
		var all float64
		for i, sum := range sums {
			if negative(i) {
				all -= sum
			} else {
				all += sum
			}
		}
		return math.Abs(all) >= bound
	}
	found := 0
	if len(sums) <= exactSigns {
		patterns := 1 << len(sums)
		for k := range patterns {
			if flipped(func(i int) bool { return k>>i&1 == 1 }) {
				found++
			}
		}
		return float64(found) / float64(patterns), true, nil
	}
	rng := rand.New(rand.NewPCG(seed, 1))
	for range resamples {
		if flipped(func(int) bool { return rng.Uint64()>>63 == 1 }) {
			found++
		}
	}
	return float64(found+1) / float64(resamples+1), false, nil
}

// sumsOf are the sums of values by cluster, in the order of the clusters' names.
func sumsOf(x []float64, cluster []string) []float64 {
	sums := make(map[string]float64)
	for i, v := range x {
		sums[cluster[i]] += v
	}
	var out []float64
	for _, name := range slices.Sorted(maps.Keys(sums)) {
		out = append(out, sums[name])
	}
	return out
}
