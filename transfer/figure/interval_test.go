package figure

import (
	"math"
	"testing"
)

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-9 {
		t.Errorf("%s = %.15g, want %.15g", what, got, want)
	}
}

// SciPy 1.17.1: a = np.array([...]); stats.t.interval(0.95, len(a)-1, loc=a.mean(), scale=stats.sem(a))
func TestMeanInterval(t *testing.T) {
	for _, c := range []struct {
		x         []float64
		low, high float64
	}{
		{[]float64{0.6282, 0.6239, 0.6189, 0.5998, 0.5780}, 0.5839270320612149, 0.6355929679387851},
		{[]float64{0.41, 0.43}, 0.29293795263825295, 0.547062047361747},
	} {
		_, iv, err := MeanInterval(c.x)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "low", iv.Low, c.low)
		near(t, "high", iv.High, c.high)
	}
	if _, _, err := MeanInterval([]float64{0.5}); err == nil {
		t.Error("one value has a t interval")
	}
}

// SciPy 1.17.1: stats.binomtest(k, n).proportion_ci(0.95, method="wilson")
func TestWilsonInterval(t *testing.T) {
	for _, c := range []struct {
		correct, tested int
		low, high       float64
	}{
		{370, 1000, 0.3406266753339855, 0.4003682818722588},
		{0, 25, 0, 0.1331922509390485},
		{25, 25, 0.8668077490609516, 1},
		{1842, 5000, 0.35513539449783305, 0.381866664654106},
	} {
		iv, err := WilsonInterval(c.correct, c.tested)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "low", iv.Low, c.low)
		near(t, "high", iv.High, c.high)
	}
	for _, bad := range [][2]int{{0, 0}, {-1, 5}, {6, 5}} {
		if _, err := WilsonInterval(bad[0], bad[1]); err == nil {
			t.Errorf("%d of %d has an interval", bad[0], bad[1])
		}
	}
}
