package probe

import (
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// TestPermutationNull: unrelated wide features are alike by biased CKA, and the null says that chance does it.
func TestPermutationNull(t *testing.T) {
	x, y := normal(40, 100, 1), normal(40, 100, 2)
	n, err := PermutationNull(x, y, CKA, nil, 99, 7)
	if err != nil {
		t.Fatal(err)
	}
	if n.Observed < 0.5 || n.P < 0.05 || n.Mean() < 0.5 || len(n.Shuffled) != 99 || !slices.IsSorted(n.Shuffled) {
		t.Errorf("unrelated: %v, p %v, mean %v", n.Observed, n.P, n.Mean())
	}
	again, err := PermutationNull(x, y, CKA, nil, 99, 7)
	if err != nil || !slices.Equal(again.Shuffled, n.Shuffled) {
		t.Errorf("the same seed gives other shuffles, %v", err)
	}
	other, err := PermutationNull(x, y, CKA, nil, 99, 8)
	if err != nil || slices.Equal(other.Shuffled, n.Shuffled) {
		t.Errorf("another seed gives the same shuffles, %v", err)
	}
	y.Add(y, scaled(x, 0.7))
	if n, err = PermutationNull(x, y, CKA, nil, 99, 7); err != nil || n.P != 0.01 {
		t.Errorf("related: p %v, %v, want 1 of 100", n.P, err)
	}
}

// TestPermutationWithinClasses: two codes of the same classes share these and no more.
func TestPermutationWithinClasses(t *testing.T) {
	labels := inTurn(60, 3)
	x, y := normal(60, 5, 3), normal(60, 5, 4)
	for i, k := range labels {
		floats.AddConst(float64(5*k), x.RawRowView(i))
		floats.AddConst(float64(5*k), y.RawRowView(i))
	}
	n, err := PermutationNull(x, y, CKA, nil, 99, 1)
	if err != nil || n.P != 0.01 {
		t.Errorf("p of all pictures shuffled is %v, %v", n.P, err)
	}
	if n, err = PermutationNull(x, y, CKA, labels, 99, 1); err != nil || n.P < 0.05 || n.Mean() < 0.5 {
		t.Errorf("p of those of each class shuffled is %v, %v", n.P, err)
	}
	refuses(t, second(PermutationNull(x, y, CKA, nil, 0, 1)), "0 shuffles")
	refuses(t, second(PermutationNull(x, y, CKA, labels[:5], 9, 1)), "5 labels for 60")
	refuses(t, second(PermutationNull(x, mat.NewDense(60, 1, nil), CKA, nil, 9, 1)), "y: all 60 pictures")
}

// TestNullInterval leaves out 2.5% on either side: none of 39 shuffles, two of 119, and none where there are fewer.
func TestNullInterval(t *testing.T) {
	for shuffles, want := range map[int][2]float64{1: {0, 0}, 19: {0, 18}, 39: {0, 38}, 79: {1, 77}, 119: {2, 116}} {
		var values []float64
		for i := range shuffles {
			values = append(values, float64(shuffles-1-i))
		}
		if low, high := nullOf(5, values).Interval(); low != want[0] || high != want[1] {
			t.Errorf("of %d shuffles the interval is [%v, %v], want %v", shuffles, low, high, want)
		}
	}
}
