package figure

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestGrey has filters without colour, of one colour, of colours that cancel, and of independent weights, of which a
// third is grey: of three independent weights of variance 1, 3m² has the mean 3·(1/3) = 1 of 3.
func TestGrey(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]float32, 3*100*100)
	for i := range noise {
		noise[i] = float32(random.NormFloat64())
	}
	for name, c := range map[string]struct {
		filters  [][]float32
		want, by float64
	}{
		"grey":        {[][]float32{{1, 1, 1, -2, -2, -2}}, 1, 1e-9},
		"red":         {[][]float32{{1, 0, 0, -3, 0, 0}}, 1.0 / 3, 1e-9},
		"opponents":   {[][]float32{{1, -1, 0}}, 0, 1e-9},
		"two filters": {[][]float32{{1, 1, 1}, {1, -1, 0}}, 0.5, 1e-9},
		"noise":       {[][]float32{noise}, 1.0 / 3, 0.02},
		"nothing":     {[][]float32{{0, 0, 0}}, 0, 1e-9},
	} {
		if got := (FilterBank{Filters: c.filters}).grey(); math.Abs(got-c.want) > c.by {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
