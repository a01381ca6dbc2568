package inspect

import (
	"math"
	"strings"
	"testing"

	"coadapt/gomlxnet/op/optest"

	"github.com/gomlx/compute"
)

// TestGrams compares the matrix with loops, for pictures that fill their groups and that do not.
func TestGrams(t *testing.T) {
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		grams, err := NewGrams(backend)
		if err != nil {
			t.Fatal(err)
		}
		defer grams.Close()
		for _, shape := range [][2]int{{1, 3}, {5, 4}, {16, 30}, {131, 7}} {
			n, d := shape[0], shape[1]
			x := make([]float32, n*d)
			optest.FillUniform(x, "gram", 1)
			for i := range x {
				x[i] += 3 // a mean that has to go
			}
			got, err := grams.Of(x, n, d)
			if err != nil {
				t.Fatal(err)
			}
			mean := make([]float64, d)
			for i, v := range x {
				mean[i%d] += float64(v) / float64(n)
			}
			for i := range n {
				for j := range n {
					want := 0.0
					for k := range d {
						want += (float64(x[i*d+k]) - mean[k]) * (float64(x[j*d+k]) - mean[k])
					}
					if diff := math.Abs(float64(got[i*n+j]) - want); diff > 1e-5*float64(d) {
						t.Fatalf("[%d, %d]: product of %d and %d is %v, want %v", n, d, i, j, got[i*n+j], want)
					}
					if got[i*n+j] != got[j*n+i] {
						t.Fatalf("[%d, %d]: products of %d and %d differ by their order", n, d, i, j)
					}
				}
			}
		}
		if _, err := grams.Of(make([]float32, 5), 2, 3); err == nil || !strings.Contains(err.Error(), "want 6") {
			t.Errorf("a value too few: error %v", err)
		}
	})
}
