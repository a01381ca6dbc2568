package probe

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestEffectiveRank: three directions of one strength are 3; of strengths 4, 2 and 2, the entropy
// of shares 1/2, 1/4, 1/4 is 1.5 log 2.
func TestEffectiveRank(t *testing.T) {
	directions := rotation(8, 1)
	var strengths [8]float64
	of := func(s ...float64) *mat.Dense {
		copy(strengths[:], make([]float64, 8))
		copy(strengths[:], s)
		z := mat.NewDense(16, 8, nil)
		z.Apply(func(i, j int, _ float64) float64 { // columns sum to 0: each picture has its opposite
			sign := float64(1 - 2*(i/8))
			return sign * directions.At(i%8, j) * strengths[j]
		}, z)
		return z
	}
	v, err := EffectiveRank(of(1, 1, 1))
	near(t, "equal", v, err, 3, 1e-12)
	v, err = EffectiveRank(of(4, 2, 2))
	near(t, "unequal", v, err, math.Pow(2, 1.5), 1e-12)
	v, err = EffectiveRank(shifted(times(scaled(of(4, 2, 2), 9), rotation(8, 2)), 5))
	near(t, "rotated, scaled and shifted", v, err, math.Pow(2, 1.5), 1e-9)
	refuses(t, second(EffectiveRank(mat.NewDense(3, 2, nil))), "x: all 3 pictures have the same features")
	refuses(t, second(EffectiveRank(normal(1, 2, 1))), "1 pictures")
}

func TestDeadUnits(t *testing.T) {
	x := mat.NewDense(3, 4, []float64{
		0, 0, 2, 1,
		0, 3, 2, 1.001,
		0, 0, 2, 1,
	})
	v, err := DeadUnits(x, 0)
	near(t, "dead", v, err, 0.5, 0)
	v, err = DeadUnits(x, 0.01)
	near(t, "dead but for .01", v, err, 0.75, 0)
	refuses(t, second(DeadUnits(x, -1)), "tolerance -1")
	refuses(t, second(DeadUnits(nil, 0)), "x has no features")
}
