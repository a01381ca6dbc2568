package probe

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestProcrustesIsTheReference: values made with NumPy from the definitions; they agree with
// scipy.linalg.orthogonal_procrustes.
func TestProcrustesIsTheReference(t *testing.T) {
	for i, c := range []struct {
		of              pair
		distance, angle float64
	}{
		{narrow, 1.4085971073537693, 1.2706066083205474},
		{classed, 0.4363855244158008, 0.6732373102622964},
		{wide, 0.5393758515408289, 0.7520176467990425},
		{tall, 1.0973622743872427, 1.1025535944611766},
	} {
		x, y, _ := c.of.features()
		v, err := ProcrustesDistance(x, y)
		near(t, fmt.Sprint(i, " distance"), v, err, c.distance, 1e-10)
		v, err = ProcrustesAngle(y, x)
		near(t, fmt.Sprint(i, " angle"), v, err, c.angle, 1e-10)
	}
}

// TestProcrustesIsWhatRemains: with the rotation itself, between features of one width, no other does better.
func TestProcrustesIsWhatRemains(t *testing.T) {
	x, y, _ := tall.features()
	unit := func(x *mat.Dense) *mat.Dense {
		z, err := centred("x", x)
		if err != nil {
			t.Fatal(err)
		}
		return scaled(z, 1/mat.Norm(z, 2))
	}
	a, b := unit(x), unit(y)
	remains := func(q mat.Matrix) float64 {
		var diff mat.Dense
		diff.Mul(b, q)
		diff.Sub(a, &diff)
		norm := mat.Norm(&diff, 2)
		return norm * norm
	}
	var product, u, v, best mat.Dense
	product.Mul(b.T(), a)
	var svd mat.SVD
	svd.Factorize(&product, mat.SVDFull)
	svd.UTo(&u)
	svd.VTo(&v)
	best.Mul(&u, v.T())
	d, err := ProcrustesDistance(x, y)
	near(t, "distance", d, err, remains(&best), 1e-9)
	for seed := range uint64(20) {
		if r := remains(rotation(20, seed)); r < d {
			t.Errorf("rotation %d leaves %v, the best %v", seed, r, d)
		}
	}
}

func TestProcrustesInvariances(t *testing.T) {
	x, y, _ := wide.features()
	third := normal(40, 30, 1)
	for name, of := range map[string]Similarity{"distance": ProcrustesDistance, "angle": ProcrustesAngle} {
		want := invariant(t, name, of, x, y)
		if v, err := of(x, unitScaled(y)); err != nil || math.Abs(v-want) < 0.01 {
			t.Errorf("%s with a scale for each unit is %v, %v, before %v", name, v, err, want)
		}
		if v, err := of(x, scaled(times(x, rotation(64, 2)), 3)); err != nil || v > 1e-6 {
			t.Errorf("%s of itself, rotated and scaled, is %v, %v", name, v, err)
		}
	}
	xy, _ := ProcrustesAngle(x, y)
	yz, _ := ProcrustesAngle(y, third)
	xz, err := ProcrustesAngle(x, third)
	if err != nil || xy+yz < xz || xz+yz < xy || xy+xz < yz {
		t.Errorf("angles %v, %v, %v of a triangle, %v", xy, yz, xz, err)
	}
	refuses(t, second(ProcrustesAngle(x, rows(y, 0, 9))), "same pictures")
}
