package predict

import (
	"math"
	"strings"
	"testing"
)

// TestCalibrated compares with numpy 2:
//
//	c = np.array([.31, .4, .40001, .5, .55, .62, .7, .71, .8, .88, .9, .93, .97, .99, 1., 1/15])
//	r = np.array([0, 1, 0, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0]); b = np.ceil(c * 15 - 1e-12).astype(int) - 1
//	gap = [abs(r[b == j].mean() - c[b == j].mean()) for j in set(b)]; n = [np.mean(b == j) for j in set(b)]
//	print(np.dot(gap, n), max(gap), r.mean(), c.mean(), np.bincount(b, minlength=15))
func TestCalibrated(t *testing.T) {
	c := []float64{.31, .4, .40001, .5, .55, .62, .7, .71, .8, .88, .9, .93, .97, .99, 1, 1. / 15}
	right := []bool{false, true, false, true, false, true, true, false, true, true, true, false, true, true, true,
		false}
	got, err := Calibrated(c, right, 15)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		name      string
		got, want float64
	}{{"ECE", got.ECE, 0.26041729166666666}, {"MCE", got.MCE, 0.6}, {"accuracy", got.Accuracy, 0.625}, {"confidence",
		got.Confidence, 0.6704172916666666}} {
		if math.Abs(x.got-x.want) > 1e-12 {
			t.Errorf("%s %v, want %v", x.name, x.got, x.want)
		}
	}
	for i, want := range []int{1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 1, 0, 3, 3} {
		if got.Bins[i].Pictures != want {
			t.Errorf("bin %d has %d pictures, want %d", i, got.Bins[i].Pictures, want)
		}
	}
	for _, bad := range []struct {
		c    []float64
		r    []bool
		bins int
	}{{nil, nil, 15}, {c, right[1:], 15}, {c, right, 0}, {[]float64{1.5}, []bool{true}, 15}, {[]float64{math.NaN()},
		[]bool{true}, 15}} {
		if _, err := Calibrated(bad.c, bad.r, bad.bins); err == nil || !strings.Contains(err.Error(), "calibration") {
			t.Errorf("%v: %v, want an error", bad, err)
		}
	}
	// Always right and always sure: no error. Always sure and right half of the time: an error of a half.
	for _, x := range []struct {
		right []bool
		want  float64
	}{{[]bool{true, true}, 0}, {[]bool{true, false}, 0.5}} {
		if c, err := Calibrated([]float64{1, 1}, x.right, 15); err != nil || c.ECE != x.want {
			t.Errorf("%v: ECE %v, %v; want %v", x.right, c.ECE, err, x.want)
		}
	}
}
