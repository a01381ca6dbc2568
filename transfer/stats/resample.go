package stats

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// ClusterBootstrap is the mean of x with the percentile interval of a bootstrap
// that draws whole clusters (Davison and Hinkley 1997, section 3.8): G clusters
// are drawn with replacement, and the mean is over all values in them. The same
// seed gives the same interval. It fails for fewer than five clusters, which have
// too few different draws, and where ClusterMean fails.
func ClusterBootstrap(x []float64, cluster []string, level float64, resamples int, seed uint64) (mean float64,
	iv Interval, err error) {
	if err := check(x, cluster, 5, level); err != nil {
		return 0, iv, err
	}
	groups := group(x, cluster)
	rng := rand.New(rand.NewPCG(seed, 0))
	means := make([]float64, resamples)
	for i := range means {
		var sum, n float64
		for range groups {
			g := groups[rng.IntN(len(groups))]
			sum, n = sum+g.sum, n+g.n
		}
		means[i] = sum / n
	}
	slices.Sort(means)
	var sum float64
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x)), Interval{quantile(means, (1-level)/2), quantile(means, (1+level)/2)}, nil
}

// quantile interpolates between order statistics as R's type 7 and numpy do.
func quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	i := min(int(at), len(sorted)-1)
	j := min(i+1, len(sorted)-1)
	return sorted[i] + (at-float64(i))*(sorted[j]-sorted[i])
}

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
	groups := group(x, cluster)
	var total float64
	for _, g := range groups {
		total += g.sum
	}
	// Sums that differ only by rounding count as equal.
	var size float64
	for _, g := range groups {
		size += math.Abs(g.sum)
	}
	bound := math.Abs(total) - 1e-12*size
	flipped := func(negative func(i int) bool) bool {
		var sum float64
		for i, g := range groups {
			if negative(i) {
				sum -= g.sum
			} else {
				sum += g.sum
			}
		}
		return math.Abs(sum) >= bound
	}
	found := 0
	if len(groups) <= exactSigns {
		patterns := 1 << len(groups)
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

// total is the sum of a cluster's values, and their number.
type total struct {
	name   string
	sum, n float64
}

// group sums values by cluster, in the order of the clusters' names.
func group(x []float64, cluster []string) []total {
	at := make(map[string]int)
	var out []total
	for i, v := range x {
		j, ok := at[cluster[i]]
		if !ok {
			j = len(out)
			at[cluster[i]] = j
			out = append(out, total{name: cluster[i]})
		}
		out[j].sum += v
		out[j].n++
	}
	slices.SortFunc(out, func(a, b total) int { return cmp.Compare(a.name, b.name) })
	return out
}
