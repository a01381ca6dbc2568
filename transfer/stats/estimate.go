package stats

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Interval is a confidence interval.
type Interval struct{ Low, High float64 }

// Estimate is a mean or a difference of means with its interval. DF is +Inf
// where the interval is normal.
type Estimate struct {
	Value, SE, DF float64
	N, Clusters   int
	Interval
}

// P is the two-sided p value of the hypothesis that the true value is null:
// that of (Value-null)/SE under Student's t with DF degrees of freedom. Where SE
// is 0 it is 1 or 0, as Value is null or not; NaN where nothing was estimated.
func (e Estimate) P(null float64) float64 {
	switch {
	case e.N == 0:
		return math.NaN()
	case e.SE == 0 && e.Value == null:
		return 1
	case e.SE == 0:
		return 0
	}
	return 2 * student(e.DF).CDF(-math.Abs(e.Value-null)/e.SE)
}

// distribution is what Student's t and the normal distribution have in common.
type distribution interface {
	CDF(x float64) float64
	Quantile(p float64) float64
}

func student(df float64) distribution {
	if math.IsInf(df, 1) {
		return distuv.UnitNormal
	}
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}
}

// within sets the interval at a level from value, error and degrees of freedom.
func (e Estimate) within(level float64) Estimate {
	half := student(e.DF).Quantile(0.5+level/2) * e.SE
	e.Low, e.High = e.Value-half, e.Value+half
	return e
}

// alone is the estimate from a single value, whose error is unknown.
func alone(x float64) Estimate {
	nan := math.NaN()
	return Estimate{Value: x, SE: nan, DF: nan, N: 1, Clusters: 1, Interval: Interval{nan, nan}}
}

// normal is an estimate whose error is known, not estimated.
func normal(value, se float64, n, clusters int, level float64) Estimate {
	return Estimate{Value: value, SE: se, DF: math.Inf(1), N: n, Clusters: clusters}.within(level)
}

// ClusterMean is the mean of x, all values weighted alike. Its interval allows for
// dependence among the values of a cluster: for n values in G clusters
//
//	SE² = G/(G-1) · Σ_g (Σ_{i in g} (x_i - mean))² / n²,   mean ± t(G-1) · SE
//
// the cluster-robust variance with the small-sample factor CR1 (Cameron and
// Miller 2015, J. Human Resources 50:317). With one value a cluster it is the
// ordinary t interval of a mean. It assumes that clusters are independent, and is
// too narrow where clusters are few or of very unequal size. It fails for fewer
// than two clusters, lists of different lengths, a value that is not finite, and a
// level outside (0, 1).
func ClusterMean(x []float64, cluster []string, level float64) (Estimate, error) {
	if err := check(x, cluster, 2, level); err != nil {
		return Estimate{}, err
	}
	e := Estimate{Value: stat.Mean(x, nil), N: len(x)}
	sums := make(map[string]float64)
	for i, v := range x {
		sums[cluster[i]] += v - e.Value
	}
	var squares float64
	for _, name := range slices.Sorted(maps.Keys(sums)) { // in a fixed order, so that rounding is always the same
		squares += sums[name] * sums[name]
	}
	g := float64(len(sums))
	e.Clusters, e.DF = len(sums), g-1
	e.SE = math.Sqrt(g/(g-1)*squares) / float64(len(x))
	return e.within(level), nil
}

// ClusterDiff is the difference of the cluster means of x and y, which share no
// cluster, with Welch's interval: SE² = SEx² + SEy² and degrees of freedom
// SE⁴ / (SEx⁴/(Gx-1) + SEy⁴/(Gy-1)) (Welch 1947, Biometrika 34:28; Satterthwaite
// 1946). It fails where ClusterMean fails for x or y.
func ClusterDiff(x []float64, clusterX []string, y []float64, clusterY []string, level float64) (Estimate, error) {
	ex, err := ClusterMean(x, clusterX, level)
	if err != nil {
		return Estimate{}, fmt.Errorf("first group: %w", err)
	}
	ey, err := ClusterMean(y, clusterY, level)
	if err != nil {
		return Estimate{}, fmt.Errorf("second group: %w", err)
	}
	vx, vy := ex.SE*ex.SE, ey.SE*ey.SE
	e := Estimate{Value: ex.Value - ey.Value, SE: math.Sqrt(vx + vy), DF: math.Inf(1), N: ex.N + ey.N,
		Clusters: ex.Clusters + ey.Clusters}
	if e.SE > 0 {
		e.DF = (vx + vy) * (vx + vy) / (vx*vx/ex.DF + vy*vy/ey.DF)
	}
	return e.within(level), nil
}

// BinomialSE is the standard error of an accuracy p on n test images,
// √(p(1-p)/n). It says how far another set of such images would move p, and
// nothing about another training. It is NaN for n below 1.
func BinomialSE(p float64, n int) float64 {
	if n < 1 {
		return math.NaN()
	}
	return math.Sqrt(p * (1 - p) / float64(n))
}

// check returns an error for values from which nothing can be estimated.
func check(x []float64, cluster []string, clusters int, level float64) error {
	if len(x) != len(cluster) {
		return fmt.Errorf("%d values in clusters named by %d words, want one a value", len(x), len(cluster))
	}
	if !(level > 0 && level < 1) {
		return fmt.Errorf("level %v, want above 0 and below 1", level)
	}
	names := make(map[string]bool)
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("value %d is %v, want finite numbers", i, v)
		}
		names[cluster[i]] = true
	}
	if len(names) < clusters {
		return fmt.Errorf("%d values in %d clusters, want at least %d clusters", len(x), len(names), clusters)
	}
	return nil
}
