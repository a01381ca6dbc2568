package probe

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// gramOf is the Gram matrix of centred features, by gonum.
func gramOf(t *testing.T, x *mat.Dense) *Gram {
	t.Helper()
	z, err := centred("x", x)
	if err != nil {
		t.Fatal(err)
	}
	var k mat.Dense
	k.Mul(z, z.T())
	n, _ := x.Dims()
	values := make([]float32, n*n)
	for i := range values {
		values[i] = float32(k.At(i/n, i%n))
	}
	g, err := NewGram("x", values, n)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestGram has what Gram matrices say equal what features say, for fewer and for more units than pictures: CKA,
// unbiased CKA, within classes, and the null with the same seed.
func TestGram(t *testing.T) {
	for _, d := range []int{5, 70} {
		x, y, labels := mat.NewDense(40, d, nil), mat.NewDense(40, 9, nil), make([]int, 40)
		for i := range 40 {
			labels[i] = i % 4
			for j := range d {
				x.Set(i, j, math.Sin(.37*float64((i+1)*(j+1)))+float64(labels[i]*j%3))
			}
			for j := range 9 {
				y.Set(i, j, math.Sin(.53*float64((i+1)*(j+1)))+x.At(i, j%d))
			}
		}
		g, h := gramOf(t, x), gramOf(t, y)
		gw, err := g.WithinClass(labels)
		if err != nil {
			t.Fatal(err)
		}
		hw, err := h.WithinClass(labels)
		if err != nil {
			t.Fatal(err)
		}
		for name, pair := range map[string][2]func() (float64, error){
			"CKA": {func() (float64, error) { return g.CKA(h) }, func() (float64, error) { return CKA(x, y) }},
			"unbiased": {
				func() (float64, error) { return g.Unbiased(h) },
				func() (float64, error) { return UnbiasedCKA(x, y) },
			},
			"itself": {
				func() (float64, error) { return g.Unbiased(g) },
				func() (float64, error) { return UnbiasedCKA(x, x) },
			},
			"within class": {
				func() (float64, error) { return gw.Unbiased(hw) },
				func() (float64, error) { return WithinClassCKA(x, y, labels) },
			},
		} {
			got, err := pair[0]()
			if err != nil {
				t.Fatal(err)
			}
			want, err := pair[1]()
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(got-want) > 1e-5 {
				t.Errorf("%d units, %s: %v by the Gram matrices, %v by the features", d, name, got, want)
			}
		}
		_, got, err := g.Nulls(h, 19, 7)
		if err != nil {
			t.Fatal(err)
		}
		want, err := PermutationNull(x, y, CKA, nil, 19, 7)
		if err != nil {
			t.Fatal(err)
		}
		if got.P != want.P || math.Abs(got.Mean()-want.Mean()) > 1e-5 {
			t.Errorf("%d units: biased null %v %v, want %v %v", d, got.P, got.Mean(), want.P, want.Mean())
		}
		for _, within := range [][]int{nil, labels} {
			got, err := g.Null(h, within, 19, 7)
			if err != nil {
				t.Fatal(err)
			}
			want, err := PermutationNull(x, y, UnbiasedCKA, within, 19, 7)
			if err != nil {
				t.Fatal(err)
			}
			if got.P != want.P || slices.ContainsFunc(got.Shuffled, math.IsNaN) ||
				math.Abs(got.Mean()-want.Mean()) > 1e-5 {
				t.Errorf("%d units: null %v %v, want %v %v", d, got.P, got.Mean(), want.P, want.Mean())
			}
		}
	}
}

// TestGramRefuses names what is wrong.
func TestGramRefuses(t *testing.T) {
	nan := make([]float32, 16)
	nan[1], nan[4] = float32(math.NaN()), float32(math.NaN())
	for want, values := range map[string][]float32{
		"15 values for 4": make([]float32, 15),
		"nothing varies":  make([]float32, 16),
		"not finite":      nan,
	} {
		if _, err := NewGram("conv1", values, 4); err == nil || !strings.Contains(err.Error(), want) ||
			!strings.Contains(err.Error(), "conv1") {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	g := gramOf(t, mat.NewDense(4, 1, []float64{1, 2, 3, 5}))
	h := gramOf(t, mat.NewDense(5, 1, []float64{1, 2, 3, 5, 8}))
	if _, err := g.CKA(h); err == nil || !strings.Contains(err.Error(), "want the same in both") {
		t.Errorf("error %v", err)
	}
}
