package stats

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// sample and groups are the data of the references below, which are SciPy 1.17.1 and statsmodels 0.15.0.
func sample() (x []float64, groups []string) {
	return []float64{0.31, -0.12, 0.55, 0.02, 0.4, -0.3, 0.18, 0.27}, strings.Split("aabbbcdd", "")
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s = %.12g, want %.12g", what, got, want)
	}
}

// TestClusterMean: sm.OLS(x, np.ones(8)).fit(cov_type='cluster', use_t=True, cov_kwds={'groups': g, 'use_correction':
// True, 'df_correction': True}), then .params, .bse, .conf_int(), .pvalues.
func TestClusterMean(t *testing.T) {
	x, g := sample()
	e, err := ClusterMean(x, g, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "mean", e.Value, 0.16375, 1e-12)
	near(t, "error", e.SE, 0.09981004093192893, 1e-12)
	near(t, "low", e.Low, -0.1538901, 1e-7)
	near(t, "high", e.High, 0.4813901, 1e-7)
	near(t, "p", e.P(0), 0.19941244891063944, 1e-9)
	if e.DF != 3 || e.N != 8 || e.Clusters != 4 {
		t.Errorf("%+v", e)
	}
}

// TestClusterMeanAlone: with one value a cluster it is scipy.stats.ttest_1samp(x, 0) and its confidence_interval().
func TestClusterMeanAlone(t *testing.T) {
	x, _ := sample()
	e, err := ClusterMean(x, strings.Split("abcdefgh", ""), 0.95)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "p", e.P(0), 0.14374549375650753, 1e-9)
	near(t, "low", e.Low, -0.07148204751784043, 1e-9)
	near(t, "high", e.High, 0.39898204751784044, 1e-9)
}

// TestClusterDiff: scipy.stats.ttest_ind(x, y, equal_var=False), with one value a cluster.
func TestClusterDiff(t *testing.T) {
	x, _ := sample()
	y := []float64{1.2, 0.8, 1.9, 1.1, 0.4}
	e, err := ClusterDiff(x, strings.Split("abcdefgh", ""), y, strings.Split("ijklm", ""), 0.95)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "t", e.Value/e.SE, -3.4314745306092322, 1e-9)
	near(t, "df", e.DF, 5.314429149646803, 1e-9)
	near(t, "p", e.P(0), 0.016891078230941988, 1e-9)
	near(t, "low", e.Low, -1.5905935316995712, 1e-8)
	near(t, "high", e.High, -0.24190646830042872, 1e-8)
}

func TestEstimatesRefuse(t *testing.T) {
	for name, err := range map[string]error{
		"clusters named by 1": second(ClusterMean([]float64{1, 2}, []string{"a"}, 0.95)),
		"at least 2 clusters": second(ClusterMean([]float64{1, 2}, []string{"a", "a"}, 0.95)),
		"level 1":             second(ClusterMean([]float64{1, 2}, []string{"a", "b"}, 1)),
		"value 1 is NaN":      second(ClusterMean([]float64{1, math.NaN()}, []string{"a", "b"}, 0.95)),
		"second group":        second(ClusterDiff([]float64{1, 2}, []string{"a", "b"}, nil, nil, 0.95)),
	} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("error %v, want one with %q", err, name)
		}
	}
}

func second(_ Estimate, err error) error { return err }

func TestP(t *testing.T) {
	if !math.IsNaN((Estimate{}).P(0)) {
		t.Error("p of nothing is a number")
	}
	same := Estimate{Value: 1, N: 3, DF: 2}
	if same.P(1) != 1 || same.P(0) != 0 {
		t.Errorf("without spread p is %v and %v, want 1 and 0", same.P(1), same.P(0))
	}
	near(t, "normal p", normal(1.959963984540054, 1, 1, 1, 0.95).P(0), 0.05, 1e-12) // scipy.stats.norm.ppf(0.975)
}

// TestBinomialSE: 0.31 points at 62% of 25,000 images (../../../shared/reference/figures.md, "Noise scales").
func TestBinomialSE(t *testing.T) {
	near(t, "error", 100*BinomialSE(0.6251, 25000), 0.31, 0.005)
	if !math.IsNaN(BinomialSE(0.5, 0)) {
		t.Error("error over no image is a number")
	}
}

// Five differences in points, two of them of one target and seed.
func ExampleClusterMean() {
	e, err := ClusterMean([]float64{-8.1, -8.4, -8.3, -8.0, -8.5}, []string{"0B", "0A", "1B", "1A", "1A"}, 0.95)
	fmt.Printf("%.2f [%.2f, %.2f], %d nets of %d units, %v\n", e.Value, e.Low, e.High, e.N, e.Clusters, err)
	// Output: -8.26 [-8.42, -8.10], 5 nets of 4 units, <nil>
}
