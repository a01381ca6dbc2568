package probe

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// blobs are pictures of classes whose means are so far apart, in units of the spread.
func blobs(n, d, classes int, apart float64, seed uint64) (*mat.Dense, []int) {
	rng := rand.New(rand.NewPCG(seed, 1))
	x, labels := mat.NewDense(n, d, nil), make([]int, n)
	for i := range n {
		labels[i] = 3 * (i % classes) // labels are any integers
		for j := range d {
			x.Set(i, j, 2+rng.NormFloat64())
		}
		x.Set(i, i%classes, x.At(i, i%classes)+apart)
	}
	return x, labels
}

// TestRidge reads far classes without an error, near ones as often as chance, and chooses by what leaving pictures out
// one by one says, which a loop that fits n times agrees with.
func TestRidge(t *testing.T) {
	for _, c := range []struct{ apart, low, high float64 }{{8, .99, 1}, {1.5, .5, .9}, {0, .1, .4}} {
		x, labels := blobs(200, 12, 4, c.apart, 1)
		test, want := blobs(400, 12, 4, c.apart, 2)
		r, err := FitRidge(x, labels)
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.Accuracy(test, want)
		if err != nil {
			t.Fatal(err)
		}
		if got < c.low || got > c.high {
			t.Errorf("classes %v apart: accuracy %v, want %v to %v", c.apart, got, c.low, c.high)
		}
	}
	x, labels := blobs(30, 5, 3, 1, 3)
	r, err := FitRidge(x, labels)
	if err != nil {
		t.Fatal(err)
	}
	least, choice := math.Inf(1), 0.0
	for _, p := range ridgePenalties {
		if e := leftOut(t, x, labels, p); e < least {
			least, choice = e, p
		}
	}
	if r.Penalty != choice {
		t.Errorf("penalty %v, leaving out one by one says %v", r.Penalty, choice)
	}
	if _, err := r.Accuracy(mat.NewDense(2, 4, nil), []int{0, 0}); err == nil ||
		!strings.Contains(err.Error(), "want 5 units") {
		t.Errorf("error %v", err)
	}
	if _, err := FitRidge(mat.NewDense(4, 2, nil), []int{0, 1, 0, 1}); err == nil ||
		!strings.Contains(err.Error(), "nothing varies") {
		t.Errorf("error %v", err)
	}
}

// leftOut is the squared error over pictures, each of which is predicted by a fit to all others: solved directly, with
// an intercept that has no penalty.
func leftOut(t *testing.T, x *mat.Dense, labels []int, penalty float64) float64 {
	n, d := x.Dims()
	z, err := centred("x", x)
	if err != nil {
		t.Fatal(err)
	}
	scale := math.Pow(mat.Norm(z, 2), 2) / float64(d)
	var sum float64
	for out := range n {
		a, b := mat.NewDense(d+1, d+1, nil), mat.NewDense(d+1, 3, nil)
		for i := range n {
			if i == out {
				continue
			}
			row := mat.NewVecDense(d+1, append([]float64{1}, x.RawRowView(i)...))
			a.RankOne(a, 1, row, row)
			for j := range d + 1 {
				b.Set(j, labels[i]/3, b.At(j, labels[i]/3)+row.AtVec(j))
			}
		}
		for j := range d {
			a.Set(j+1, j+1, a.At(j+1, j+1)+penalty*scale)
		}
		var w mat.Dense
		if err := w.Solve(a, b); err != nil {
			t.Fatal(err)
		}
		for c := range 3 {
			got := w.At(0, c)
			for j := range d {
				got += w.At(j+1, c) * x.At(out, j)
			}
			want := 0.0
			if labels[out] == 3*c {
				want = 1
			}
			sum += (got - want) * (got - want)
		}
	}
	return sum
}

// TestSolverOfSeveralLabels has one solver fit several labels as fits of their own do, and neighbours the same.
func TestSolverOfSeveralLabels(t *testing.T) {
	x, labels := blobs(60, 8, 3, 2, 4)
	s, err := NewRidgeSolver(x)
	if err != nil {
		t.Fatal(err)
	}
	near, err := NearestOthers(x, 5)
	if err != nil {
		t.Fatal(err)
	}
	other := make([]int, len(labels))
	for i := range other {
		other[i] = i / 15
	}
	for _, labels := range [][]int{labels, other, labels} {
		a, err := s.Fit(labels)
		if err != nil {
			t.Fatal(err)
		}
		b, err := FitRidge(x, labels)
		if err != nil {
			t.Fatal(err)
		}
		if a.Penalty != b.Penalty || !mat.Equal(a.weights, b.weights) {
			t.Errorf("the solver has penalty %v, a fit of its own %v", a.Penalty, b.Penalty)
		}
		same, err := s.FitAs(a, labels)
		if err != nil {
			t.Fatal(err)
		}
		if same.Penalty != a.Penalty || !mat.Equal(same.weights, a.weights) {
			t.Errorf("with the penalty %v given the fit has %v, or other weights", a.Penalty, same.Penalty)
		}
		byNear, err := near.Accuracy(labels)
		if err != nil {
			t.Fatal(err)
		}
		if want, err := KNN(x, labels, 5); err != nil || byNear != want {
			t.Errorf("accuracy %v of neighbours found before, %v of KNN (%v)", byNear, want, err)
		}
	}
	refuses(t, second(s.Fit(labels[1:])), "59 labels for 60")
	refuses(t, second(near.Accuracy(labels[1:])), "59 labels for 60")
	refuses(t, second(NearestOthers(x, 60)), "want 1 to 59")
}
