package stats

import (
	"fmt"
	"testing"
)

// TestNoncentralT: scipy.stats.nct.cdf(t, df, nc), SciPy 1.17.1.
func TestNoncentralT(t *testing.T) {
	for _, c := range []struct{ df, delta, t, want float64 }{
		{1, 0, 1, 0.75}, {1, 2, 3, 0.5248571617336879}, {3, -1.5, 0.7, 0.9809810344756302},
		{7, 3.2, 2.36, 0.2155907958670017},
		{30, 5, 4, 0.17900962945532162}, {11, 10, 9, 0.2820515889331324}, {2, 0.5, -6, 0.005643484307164267},
	} {
		near(t, fmt.Sprintf("F(%v; %v, %v)", c.t, c.df, c.delta), NoncentralT(c.t, c.df, c.delta), c.want, 1e-9)
	}
}

// TestPower: statsmodels 0.15.0, TTestPower().power(effect, n, alpha).
func TestPower(t *testing.T) {
	for _, c := range []struct {
		effect float64
		n      int
		alpha  float64
		want   float64
	}{{0.5, 8, 0.05, 0.23207700463899142}, {1.2, 6, 0.05, 0.6550433027003536}, {2.5, 3, 0.05 / 7, 0.13117950891764668},
		{0.1, 40, 0.05, 0.09462673437859662}} {
		near(t, "power", Power(3*c.effect, 3, c.n, c.alpha), c.want, 1e-9)
	}
}

// TestMDE: TTestPower().solve_power(None, nobs=8, alpha=.05, power=.8), and solve_power(.5, nobs=None, alpha=.05,
// power=.8) = 33.37. For four pairs at .05/7 and power .9 that solver stops at 4.472, where its own power(4.472, 4,
// .05/7) is 0.850; the value here is where power(4.85816604088, 4, .05/7) is 0.9.
func TestMDE(t *testing.T) {
	for _, c := range []struct {
		pairs              int
		alpha, power, want float64
	}{{8, 0.05, 0.8, 1.156035271959959}, {4, 0.05 / 7, 0.9, 4.85816604088}} {
		got, err := MDE(0.3, c.pairs, c.alpha, c.power)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "detectable", got/0.3, c.want, 1e-6)
	}
	if n, err := PairsFor(0.5, 1, 0.05, 0.8); err != nil || n != 34 {
		t.Errorf("%d pairs, %v, want 34", n, err)
	}
	if _, err := MDE(0, 8, 0.05, 0.8); err == nil {
		t.Error("an effect without spread was given")
	}
	for _, delta := range []float64{0, 1e-4} {
		if n, err := PairsFor(delta, 1, 0.05, 0.8); err == nil {
			t.Errorf("%d pairs find an effect of %v", n, delta)
		}
	}
}

// How small an effect do six pairs find whose differences spread by half a point?
func ExampleMDE() {
	points, err := MDE(0.5, 6, 0.05, 0.8)
	fmt.Printf("%.2f %v\n", points, err)
	// Output: 0.72 <nil>
}
