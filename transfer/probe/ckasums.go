package probe

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// CKASums is CKA of pictures that come in batches and need not be in memory together. Its sums are over
// units, never over pairs of pictures, so that both its values are those of all pictures at once, whatever
// the batches and their order. The zero value is ready. It keeps dx² + dy² + dx·dy numbers for dx and dy
// units.
type CKASums struct {
	x, y       sums // of one side
	xx, xy, yy products
}

// sums are over pictures, whose features are taken less those of the first picture: a large mean would cost digits.
type sums struct {
	shift  []float64 // the first picture
	sum    []float64 // Σ x_i
	square float64   // Σ |x_i|²
	n      int
}

// products are the sums that are of two sides, or twice of one.
type products struct {
	cross    *mat.Dense // Σ x_i y_iᵀ
	ofX, ofY []float64  // Σ |y_i|² x_i and Σ |x_i|² y_i
	both     float64    // Σ |x_i|² |y_i|²
}

// Add adds a batch of at least one picture: x is [pictures, dx] and y [pictures, dy], with dx and dy as in
// the first batch. It fails where they are not, for other pictures in y than in x, and for values that are
// not finite; then nothing is added.
func (s *CKASums) Add(x, y *mat.Dense) error {
	if err := checkPair(x, y, 1); err != nil {
		return err
	}
	_, dx := x.Dims()
	_, dy := y.Dims()
	if s.x.n == 0 {
		s.x, s.y = newSums(x), newSums(y)
		s.xx, s.xy, s.yy = newProducts(dx, dx), newProducts(dx, dy), newProducts(dy, dy)
	}
	if dx != len(s.x.sum) || dy != len(s.y.sum) {
		return fmt.Errorf("a batch of %d and %d units after those of %d and %d: want the same units in all batches",
			dx, dy, len(s.x.sum), len(s.y.sum))
	}
	a, k := s.x.add(x)
	b, l := s.y.add(y)
	s.xx.add(a, a, k, k)
	s.xy.add(a, b, k, l)
	s.yy.add(b, b, l, l)
	return nil
}

// Pictures is how many were added.
func (s *CKASums) Pictures() int { return s.x.n }

// Biased is [CKA] of all pictures added. It fails for fewer than 2, and where all have the same features.
func (s *CKASums) Biased() (float64, error) {
	if err := s.enough(2); err != nil {
		return 0, err
	}
	xy, xx, yy := s.inner()
	return xy / math.Sqrt(xx*yy), nil
}

// Unbiased is [UnbiasedCKA] of all pictures added. It fails for fewer than 4, and as UnbiasedCKA does.
func (s *CKASums) Unbiased() (float64, error) {
	if err := s.enough(4); err != nil {
		return 0, err
	}
	xy, xx, yy := s.inner()
	x, y := s.x.centredSquare(), s.y.centredSquare()
	return unbiasedRatio(
		unbiasedHSIC(s.x.n, xy, s.xy.centredBoth(s.x, s.y), x, y),
		unbiasedHSIC(s.x.n, xx, s.xx.centredBoth(s.x, s.x), x, x),
		unbiasedHSIC(s.x.n, yy, s.yy.centredBoth(s.y, s.y), y, y),
		"x", "y")
}

func (s *CKASums) enough(pictures int) error {
	if s.x.n < pictures {
		return fmt.Errorf("%d pictures were added, want at least %d", s.x.n, pictures)
	}
	for _, side := range []struct {
		name string
		sums sums
	}{{"x", s.x}, {"y", s.y}} {
		around := side.sums.square + float64(side.sums.n)*floats.Dot(side.sums.shift, side.sums.shift)
		if side.sums.centredSquare() <= negligible*around {
			return fmt.Errorf("%s: all %d pictures have the same features, so that nothing varies", side.name, s.x.n)
		}
	}
	return nil
}

func (s *CKASums) inner() (xy, xx, yy float64) {
	return s.xy.centredInner(s.x, s.y), s.xx.centredInner(s.x, s.x), s.yy.centredInner(s.y, s.y)
}

func newSums(x *mat.Dense) sums {
	_, d := x.Dims()
	return sums{shift: append([]float64(nil), x.RawRowView(0)...), sum: make([]float64, d)}
}

// add gives the batch less the shift, and the square of each picture in it.
func (s *sums) add(x *mat.Dense) (shifted *mat.Dense, square []float64) {
	shifted = mat.DenseCopyOf(x)
	n, _ := x.Dims()
	square = make([]float64, n)
	for i := range n {
		row := shifted.RawRowView(i)
		floats.Sub(row, s.shift)
		floats.Add(s.sum, row)
		square[i] = floats.Dot(row, row)
	}
	s.square += floats.Sum(square)
	s.n += n
	return shifted, square
}

// centredSquare is Σ |x_i - mean|².
func (s sums) centredSquare() float64 { return s.square - floats.Dot(s.sum, s.sum)/float64(s.n) }

func newProducts(dx, dy int) products {
	return products{cross: mat.NewDense(dx, dy, nil), ofX: make([]float64, dx), ofY: make([]float64, dy)}
}

func (p *products) add(x, y *mat.Dense, k, l []float64) {
	blas64.Gemm(blas.Trans, blas.NoTrans, 1, x.RawMatrix(), y.RawMatrix(), 1, p.cross.RawMatrix())
	for i := range k {
		floats.AddScaled(p.ofX, l[i], x.RawRowView(i))
		floats.AddScaled(p.ofY, k[i], y.RawRowView(i))
		p.both += k[i] * l[i]
	}
}

// centredInner is |Σ (x_i - mean)(y_i - mean)ᵀ|².
func (p products) centredInner(x, y sums) float64 {
	var sum float64
	row := make([]float64, len(y.sum))
	for i, v := range x.sum {
		floats.AddScaledTo(row, p.cross.RawRowView(i), -v/float64(x.n), y.sum)
		sum += floats.Dot(row, row)
	}
	return sum
}

// centredBoth is Σ |x_i - mean|² |y_i - mean|², multiplied out.
func (p products) centredBoth(x, y sums) float64 {
	n := float64(x.n)
	mx, my := make([]float64, len(x.sum)), make([]float64, len(y.sum))
	floats.AddScaled(mx, 1/n, x.sum)
	floats.AddScaled(my, 1/n, y.sum)
	xm, ym := floats.Dot(mx, mx), floats.Dot(my, my)
	cross := mat.Inner(mat.NewVecDense(len(mx), mx), p.cross, mat.NewVecDense(len(my), my))
	return p.both - 2*floats.Dot(p.ofX, mx) - 2*floats.Dot(p.ofY, my) + ym*x.square + xm*y.square + 4*cross - 3*n*xm*ym
}

// BatchedCKA is the estimate of Nguyen et al. 2021 (Do Wide and Deep Networks Learn the Same Things?): each
// HSIC₁ is a mean over batches. It compares pictures of one batch only, so that it depends on how they are
// divided: with one batch it is [UnbiasedCKA], and its HSICs are unbiased with any. It is here to compare
// with what others report; [CKASums] is exact at no greater cost. It fails as UnbiasedCKA does, for no batch,
// and for a batch with fewer than 4 pictures.
func BatchedCKA(xs, ys []*mat.Dense) (float64, error) {
	if len(xs) == 0 || len(xs) != len(ys) {
		return 0, fmt.Errorf("%d batches of x and %d of y: want as many of both, and at least 1", len(xs), len(ys))
	}
	var xy, xx, yy float64
	for i := range xs {
		a, b, err := sides(xs[i], ys[i], 4)
		if err != nil {
			return 0, fmt.Errorf("batch %d: %w", i, err)
		}
		xy, xx, yy = xy+a.hsic(b), xx+a.hsic(a), yy+b.hsic(b)
	}
	return unbiasedRatio(xy, xx, yy, "x", "y")
}
