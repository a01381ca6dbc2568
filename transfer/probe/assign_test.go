package probe

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestAssign is as good as the best of all orders, for small matrices, and finds an order that was hidden, in a large
// one.
func TestAssign(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for n := 1; n <= 6; n++ {
		for range 20 {
			worth := mat.NewDense(n, n, nil)
			for i := range n {
				for j := range n {
					worth.Set(i, j, math.Round(10*rng.NormFloat64()))
				}
			}
			taken, err := Assign(worth)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := total(worth, taken), best(worth, nil); got != want {
				t.Fatalf("%d rows: %v, the best order has %v", n, got, want)
			}
			if len(slices.Compact(slices.Sorted(slices.Values(taken)))) != n {
				t.Fatalf("columns %v: each once", taken)
			}
		}
	}
	hidden := rng.Perm(150)
	worth := mat.NewDense(150, 150, nil)
	for i := range 150 {
		for j := range 150 {
			worth.Set(i, j, rng.Float64())
		}
		worth.Set(i, hidden[i], 2)
	}
	if taken, err := Assign(worth); err != nil || !slices.Equal(taken, hidden) {
		t.Errorf("the hidden order is not found (%v)", err)
	}
	if _, err := Assign(mat.NewDense(2, 3, nil)); err == nil || !strings.Contains(err.Error(), "as many columns") {
		t.Errorf("error %v", err)
	}
	if _, err := Assign(mat.NewDense(1, 1, []float64{math.NaN()})); err == nil ||
		!strings.Contains(err.Error(), "finite") {
		t.Errorf("error %v", err)
	}
}

func total(worth *mat.Dense, taken []int) (sum float64) {
	for i, j := range taken {
		sum += worth.At(i, j)
	}
	return sum
}

// best tries all orders.
func best(worth *mat.Dense, taken []int) float64 {
	n, _ := worth.Dims()
	if len(taken) == n {
		return total(worth, taken)
	}
	most := math.Inf(-1)
	for j := range n {
		if !slices.Contains(taken, j) {
			most = max(most, best(worth, append(slices.Clone(taken), j)))
		}
	}
	return most
}
