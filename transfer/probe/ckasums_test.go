package probe

import (
	"fmt"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/combin"
)

func rows(x *mat.Dense, from, to int) *mat.Dense {
	_, d := x.Dims()
	return x.Slice(from, to, 0, d).(*mat.Dense)
}

// TestCKASumsAreTheFullValue: whatever the batches, the last one smaller and one of a single picture among
// them, and far from 0.
func TestCKASumsAreTheFullValue(t *testing.T) {
	for i, c := range []pair{narrow, classed, wide, tall} {
		x, y, _ := c.features()
		x = shifted(x, 100)
		biased, err := CKA(x, y)
		if err != nil {
			t.Fatal(err)
		}
		unbiased, err := UnbiasedCKA(x, y)
		if err != nil {
			t.Fatal(err)
		}
		for _, batch := range []int{1, 7, 32, c.n} {
			var s CKASums
			for from := 0; from < c.n; from += batch {
				to := min(from+batch, c.n)
				if err := s.Add(rows(x, from, to), rows(y, from, to)); err != nil {
					t.Fatal(err)
				}
			}
			if s.Pictures() != c.n {
				t.Errorf("%d pictures of %d", s.Pictures(), c.n)
			}
			v, err := s.Biased()
			near(t, fmt.Sprint(i, " biased in batches of ", batch), v, err, biased, 1e-9)
			v, err = s.Unbiased()
			near(t, fmt.Sprint(i, " unbiased in batches of ", batch), v, err, unbiased, 1e-9)
		}
	}
}

// TestBatchedCKA: HSIC₁ is a mean over all sets of 4 pictures, so that the mean over all such batches is that
// of all pictures. Over a division into batches it is another number.
func TestBatchedCKA(t *testing.T) {
	x, y := formula{3, .37, .11, .05}.features(9, 3, 1), formula{4, .53, .07, .09}.features(9, 3, 1)
	full, err := UnbiasedCKA(x, y)
	if err != nil {
		t.Fatal(err)
	}
	one, err := BatchedCKA([]*mat.Dense{x}, []*mat.Dense{y})
	near(t, "one batch", one, err, full, 1e-12)
	var xs, ys []*mat.Dense
	for _, four := range combin.Combinations(9, 4) {
		bx, by := mat.NewDense(4, 3, nil), mat.NewDense(4, 4, nil)
		for i, p := range four {
			bx.SetRow(i, x.RawRowView(p))
			by.SetRow(i, y.RawRowView(p))
		}
		xs, ys = append(xs, bx), append(ys, by)
	}
	all, err := BatchedCKA(xs, ys)
	near(t, "all sets of 4", all, err, full, 1e-9)
	halves, err := BatchedCKA([]*mat.Dense{rows(x, 0, 4), rows(x, 4, 9)}, []*mat.Dense{rows(y, 0, 4), rows(y, 4, 9)})
	if err != nil || halves == full {
		t.Errorf("two batches give %v, %v, all pictures %v", halves, err, full)
	}
	refuses(t, second(BatchedCKA(nil, nil)), "0 batches")
	refuses(t, second(BatchedCKA([]*mat.Dense{rows(x, 0, 3)}, []*mat.Dense{rows(y, 0, 3)})),
		"batch 0: x has the shape [3, 3]")
}

func TestCKASumsRefuse(t *testing.T) {
	var s CKASums
	x, y, _ := narrow.features()
	refuses(t, second(s.Biased()), "0 pictures were added")
	if err := s.Add(rows(x, 0, 3), rows(y, 0, 3)); err != nil {
		t.Fatal(err)
	}
	refuses(t, s.Add(y, x), "9 and 12 units after those of 12 and 9")
	refuses(t, s.Add(x, rows(y, 0, 3)), "same pictures")
	refuses(t, second(s.Unbiased()), "3 pictures were added, want at least 4")
	var flat CKASums
	constant := mat.NewDense(5, 1, []float64{.1, .1, .1, .1, .1})
	if err := flat.Add(normal(5, 2, 1), constant); err != nil {
		t.Fatal(err)
	}
	refuses(t, second(flat.Biased()), "y: all 5 pictures have the same features")
}
