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
