package probing

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestFlat brings points of a plane back, but for rotation, and says what is lost of those of more dimensions.
func TestFlat(t *testing.T) {
	points := [][]float64{{0, 0}, {3, 0}, {0, 4}, {-2, 1}}
	distances := func(points [][]float64) *mat.SymDense {
		d := mat.NewSymDense(len(points), nil)
		for i, a := range points {
			for j, b := range points[:i] {
				sum := 0.0
				for k := range a {
					sum += (a[k] - b[k]) * (a[k] - b[k])
				}
				d.SetSym(i, j, math.Sqrt(sum))
			}
		}
		return d
	}
	want := distances(points)
	places, held := flat(want)
	rows := make([][]float64, len(points))
	for i := range rows {
		rows[i] = mat.Row(nil, i, places)
	}
	if got := distances(rows); !mat.EqualApprox(got, want, 1e-9) || math.Abs(held-1) > 1e-9 {
		t.Errorf("distances %v, want %v; %v held", mat.Formatted(got), mat.Formatted(want), held)
	}
	// Corners of a regular simplex of 4 points have three dimensions of the same size.
	if _, held := flat(distances([][]float64{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}})); math.Abs(
		held-2.0/3,
	) > 1e-9 {
		t.Errorf("%v held of a simplex, want two thirds", held)
	}
	if places, held := flat(mat.NewSymDense(3, nil)); held != 1 || mat.Norm(places, 2) != 0 {
		t.Errorf("points that are one: %v", mat.Formatted(places))
	}
}

// TestMap has nets with the same lower layers at one place there, and refuses two nets.
func TestMap(t *testing.T) {
	l := small(t)
	nets := trained(t, l, "baseB", "B3B", "baseA")
	r := runner(t, l)
	values := collect(t, r, Map{Grid: 2}, nets...)
	at := func(layer, net, name string) float64 {
		for _, v := range values {
			if v.Layer == layer && v.Net == net && v.Name == name {
				return v.Number()
			}
		}
		t.Fatalf("no %s of %s at %s", name, net, layer)
		return 0
	}
	apart := func(layer string, a, b int) float64 {
		x, y := nets[a].Net.String(), nets[b].Net.String()
		return math.Hypot(at(layer, x, MapX)-at(layer, y, MapX), at(layer, x, MapY)-at(layer, y, MapY))
	}
	if d := apart("conv3", 0, 1); d > 1e-4 {
		t.Errorf("the same layer is at two places, %v apart", d)
	}
	if d := apart("conv3", 0, 2); d < 0.05 {
		t.Errorf("layers of two nets are %v apart", d)
	}
	for _, v := range named(values, MapAngle) {
		if v.Net == v.Other || v.Other == "" {
			t.Errorf("%+v: want two nets", v)
		}
	}
	if _, err := r.Collect(t.Context(), Map{Grid: 2}, nets[:2]...); err == nil ||
		!strings.Contains(err.Error(), "want 3 at least") {
		t.Errorf("error %v", err)
	}
}
