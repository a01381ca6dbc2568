package stats

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// TestSignFlip: scipy.stats.permutation_test((x,), mean, permutation_type='samples', n_resamples=np.inf) gives
// 0.1484375 (38 of 256).
func TestSignFlip(t *testing.T) {
	x, g := sample()
	p, exact, err := SignFlip(x, strings.Split("abcdefgh", ""), 0, 1)
	if err != nil || !exact || p != 0.1484375 {
		t.Errorf("p = %v, exact %v, %v; want 0.1484375 exactly", p, exact, err)
	}
	// By hand: cluster sums 0.19, 0.97, -0.3, 0.45 add up to 1.31. At least as far from 0: ++++ 1.31, ++-+ 1.91, -+-+
	// 1.53, and the same with all signs turned; all others fall short. 6 of 16.
	if p, _, _ := SignFlip(x, g, 0, 1); p != 6.0/16 {
		t.Errorf("by clusters p = %v, want 6/16", p)
	}
}

// TestSignFlipAtRandom compares drawn signs with all signs, on 17 clusters.
func TestSignFlipAtRandom(t *testing.T) {
	var x []float64
	var g []string
	for i := range 17 {
		x, g = append(x, math.Sin(float64(i)*1.7)+0.35), append(g, fmt.Sprint(i))
	}
	p, exact, err := SignFlip(x, g, 200000, 3)
	if err != nil || exact {
		t.Fatal(exact, err)
	}
	found := 0
	for k := range 1 << 17 {
		var sum, all float64
		for i, v := range x {
			all += v
			if k>>i&1 == 1 {
				v = -v
			}
			sum += v
		}
		if math.Abs(sum) >= math.Abs(all)-1e-9 {
			found++
		}
	}
	want := float64(found) / (1 << 17)
	near(t, "p", p, want, 4*math.Sqrt(want*(1-want)/200000)) // four standard errors of the draw
	if q, _, _ := SignFlip(x, g, 200000, 3); q != p {
		t.Errorf("the same seed gives %v and %v", p, q)
	}
}

// TestClusterBootstrapExact: of five values there are 5⁵ draws, all of which numpy can list:
// np.quantile([np.mean(c) for c in itertools.product(z, repeat=5)], [.05, .95]) is 2.44, 10.4.
func TestClusterBootstrapExact(t *testing.T) {
	z := []float64{1, 2, 4, 8, 16}
	mean, iv, err := ClusterBootstrap(z, strings.Split("abcde", ""), 0.9, 100000, 1)
	if err != nil || mean != 6.2 {
		t.Fatal(mean, err)
	}
	near(t, "low", iv.Low, 2.44, 0.21) // the next means are 0.2 apart
	near(t, "high", iv.High, 10.4, 0.21)
}

// TestClusterBootstrap: scipy.stats.bootstrap((x,), np.mean, method='percentile', n_resamples=200000) gives -0.0225,
// 0.33875.
func TestClusterBootstrap(t *testing.T) {
	x, _ := sample()
	_, iv, err := ClusterBootstrap(x, strings.Split("abcdefgh", ""), 0.95, 100000, 1)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "low", iv.Low, -0.0225, 0.004)
	near(t, "high", iv.High, 0.33875, 0.004)
	// Values that always come together are one draw: the interval is that of their clusters' means.
	var twice []float64
	var names []string
	for i, v := range x {
		twice, names = append(twice, v, v), append(names, fmt.Sprint(i), fmt.Sprint(i))
	}
	_, doubled, err := ClusterBootstrap(twice, names, 0.95, 100000, 1)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "doubled low", doubled.Low, iv.Low, 1e-9)
	near(t, "doubled high", doubled.High, iv.High, 1e-9)
	if _, _, err := ClusterBootstrap(x[:4], strings.Split("abcd", ""), 0.95, 100, 1); err == nil {
		t.Error("a bootstrap of four clusters was made")
	}
}
