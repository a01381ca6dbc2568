package probe

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// A Similarity compares the features of two nets for the same pictures: x is [pictures, units], and so is y,
// which may have other units.
type Similarity func(x, y *mat.Dense) (float64, error)

// CKA is the linear centred kernel alignment of x and y, the biased one of Kornblith et al. 2019 (Similarity
// of Neural Network Representations Revisited, equation 4 with a linear kernel): with centred columns
//
//	|xᵀy|² / (|xᵀx| |yᵀy|)    (Frobenius norms)
//
// It lies between 0 and 1, and is 1 where y is a rotation of x, scaled and shifted. With few pictures for the
// units it is high whatever they are: see [UnbiasedCKA]. It fails for fewer than 2 pictures, for other
// pictures in y than in x, for values that are not finite, and where all pictures have the same features.
func CKA(x, y *mat.Dense) (float64, error) {
	a, b, err := sides(x, y, 2)
	if err != nil {
		return 0, err
	}
	return a.biased(b), nil
}

// UnbiasedCKA is linear CKA with the unbiased estimate of HSIC by Song et al. 2012 (Feature Selection via
// Dependence Maximization) in all three places, as Nguyen et al. 2021 (Do Wide and Deep Networks Learn the
// Same Things?) have it:
//
//	HSIC₁(K, L) = (tr K̃L̃ + 1ᵀK̃1 1ᵀL̃1 / ((n-1)(n-2)) - 2/(n-2) 1ᵀK̃L̃1) / (n(n-3))
//
// where K̃ and L̃ are the Gram matrices with a diagonal of zeros. It is about 0 for unrelated features,
// however many units there are, so that it may be negative; it is at most about 1, and 1 for y = x. It needs
// at least 4 pictures, and fails where the estimate of HSIC(x, x) or HSIC(y, y) is not positive; otherwise as
// [CKA] does.
func UnbiasedCKA(x, y *mat.Dense) (float64, error) {
	a, b, err := sides(x, y, 4)
	if err != nil {
		return 0, err
	}
	return a.unbiased(b)
}

// WithinClassCKA is [UnbiasedCKA] after the mean of each class is removed from its pictures. Class means
// dominate plain CKA: two codes that only agree on the classes are much alike by it, and about 0 by this. It
// fails as UnbiasedCKA does, for labels that do not fit (see the package), and where all pictures of each
// class have the same features.
func WithinClassCKA(x, y *mat.Dense, labels []int) (float64, error) {
	if err := checkPair(x, y, 4); err != nil {
		return 0, err
	}
	xw, err := withinClass("x", x, labels)
	if err != nil {
		return 0, err
	}
	yw, err := withinClass("y", y, labels)
	if err != nil {
		return 0, err
	}
	return UnbiasedCKA(xw, yw)
}

// WithinClass is x less the mean features of each picture's class, [pictures, units]. It fails for labels
// that do not fit, for values that are not finite, and where nothing is left.
func WithinClass(x *mat.Dense, labels []int) (*mat.Dense, error) { return withinClass("x", x, labels) }

func withinClass(name string, x *mat.Dense, labels []int) (*mat.Dense, error) {
	if err := checkFeatures(name, x, 2); err != nil {
		return nil, err
	}
	n, _ := x.Dims()
	c, err := classesOf(labels, n)
	if err != nil {
		return nil, err
	}
	m, z := c.means(x), mat.DenseCopyOf(x)
	var before, after float64
	for i, k := range c.of {
		row := z.RawRowView(i)
		before += floats.Dot(row, row)
		floats.Sub(row, m.RawRowView(k))
		after += floats.Dot(row, row)
	}
	if after <= negligible*before {
		return nil, fmt.Errorf("%s: all pictures of each class have the same features, so that nothing varies", name)
	}
	return z, nil
}

// side is one of the matrices that are compared, with what all its comparisons share.
type side struct {
	name   string
	z      *mat.Dense // centred features
	square []float64  // |z_i|² of each picture
	gram   *mat.Dense // z zᵀ, once it is asked for
	self   float64    // |zᵀz|², once it is asked for
}

func newSide(name string, x *mat.Dense) (*side, error) {
	z, err := centred(name, x)
	if err != nil {
		return nil, err
	}
	n, _ := z.Dims()
	s := &side{name: name, z: z, square: make([]float64, n), self: -1}
	for i := range s.square {
		s.square[i] = floats.Dot(z.RawRowView(i), z.RawRowView(i))
	}
	return s, nil
}

func sides(x, y *mat.Dense, pictures int) (a, b *side, err error) {
	if err := checkPair(x, y, pictures); err != nil {
		return nil, nil, err
	}
	if a, err = newSide("x", x); err != nil {
		return nil, nil, err
	}
	b, err = newSide("y", y)
	return a, b, err
}

// byGram says whether Gram matrices of n pictures are the smaller way to the products of dx and dy units.
func byGram(n, dx, dy int) bool { return n*(dx+dy) < dx*dx+dy*dy+dx*dy }

// inner is |xᵀy|², which is the sum of the products of the two Gram matrices, too.
func (a *side) inner(b *side) float64 {
	if a == b && a.self >= 0 {
		return a.self
	}
	n, dx := a.z.Dims()
	_, dy := b.z.Dims()
	var sum float64
	if byGram(n, dx, dy) {
		k, l := a.product(), b.product()
		for i := range n {
			sum += floats.Dot(k.RawRowView(i), l.RawRowView(i))
		}
	} else {
		sum = innerByFeatures(a.z, b.z)
	}
	if a == b {
		a.self = sum
	}
	return sum
}

// product is the Gram matrix of a, kept for the next comparison.
func (a *side) product() *mat.Dense {
	if a.gram == nil {
		n, _ := a.z.Dims()
		a.gram = mat.NewDense(n, n, nil)
		a.gram.Mul(a.z, a.z.T())
	}
	return a.gram
}

// strip is how many units of the first matrix innerByFeatures multiplies at a time.
const strip = 256

// innerByFeatures is |xᵀy|². Of xᵀx it makes the blocks on and above the diagonal only.
func innerByFeatures(x, y *mat.Dense) float64 {
	n, dx := x.Dims()
	_, dy := y.Dims()
	var sum float64
	for from := 0; from < dx; from += strip {
		to := min(from+strip, dx)
		left := x.Slice(0, n, from, to).(*mat.Dense).RawMatrix()
		begin := 0
		if x == y {
			begin = from
		}
		right := y.Slice(0, n, begin, dy).(*mat.Dense).RawMatrix()
		p := mat.NewDense(to-from, dy-begin, nil)
		blas64.Gemm(blas.Trans, blas.NoTrans, 1, left, right, 0, p.RawMatrix())
		for i := range to - from {
			row := p.RawRowView(i)
			if x != y {
				sum += floats.Dot(row, row)
				continue
			}
			on, above := row[:to-from], row[to-from:]
			sum += floats.Dot(on, on) + 2*floats.Dot(above, above)
		}
	}
	return sum
}

func (a *side) biased(b *side) float64 { return a.inner(b) / math.Sqrt(a.inner(a)*b.inner(b)) }

// hsic is HSIC₁. As columns are centred, the row sums of the Gram matrices without their diagonals are
// -|x_i|² and -|y_i|².
func (a *side) hsic(b *side) float64 {
	return unbiasedHSIC(len(a.square), a.inner(b),
		floats.Dot(a.square, b.square), floats.Sum(a.square), floats.Sum(b.square))
}

// unbiasedHSIC takes |xᵀy|², and the sums over pictures of |x_i|²|y_i|², |x_i|² and |y_i|², all of centred
// features.
func unbiasedHSIC(pictures int, inner, both, x, y float64) float64 {
	n := float64(pictures)
	return (inner - both + x*y/((n-1)*(n-2)) - 2/(n-2)*both) / (n * (n - 3))
}

func (a *side) unbiased(b *side) (float64, error) {
	return unbiasedRatio(a.hsic(b), a.hsic(a), b.hsic(b), a.name, b.name)
}

func unbiasedRatio(xy, xx, yy float64, x, y string) (float64, error) {
	for _, self := range []struct {
		name string
		hsic float64
	}{{x, xx}, {y, yy}} {
		if !(self.hsic > 0) {
			return 0, fmt.Errorf("the unbiased HSIC of %s with itself is %.3g, want it above 0: take more pictures",
				self.name, self.hsic)
		}
	}
	return xy / math.Sqrt(xx*yy), nil
}
