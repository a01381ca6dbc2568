package probe

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// UnbiasedCKA is linear centred kernel alignment (Kornblith et al. 2019, Similarity of Neural Network
// Representations Revisited) of x and y, [pictures, units], with the unbiased estimate of HSIC by Song et al. 2012
// (Feature Selection via Dependence Maximization) in all three places, as Nguyen et al. 2021 (Do Wide and Deep
// Networks Learn the Same Things?) have it:
//
//	HSIC₁(K, L) = (tr K̃L̃ + 1ᵀK̃1 1ᵀL̃1 / ((n-1)(n-2)) - 2/(n-2) 1ᵀK̃L̃1) / (n(n-3))
//
// where K̃ and L̃ are the Gram matrices with a diagonal of zeros. It is about 0 for unrelated features,
// however many units there are, so that it may be negative; it is at most about 1, and 1 for y = x. It needs
// at least 4 pictures, and fails where the estimate of HSIC(x, x) or HSIC(y, y) is not positive, for other pictures
// in y than in x, for values that are not finite, and where all pictures have the same features. [Gram] has it for
// more units than pictures.
func UnbiasedCKA(x, y *mat.Dense) (float64, error) {
	a, b, err := sides(x, y, 4)
	if err != nil {
		return 0, err
	}
	return unbiasedRatio(a.hsic(b), a.hsic(a), b.hsic(b), a.name, b.name)
}

// side is one of the matrices that are compared, with what all its comparisons share.
type side struct {
	name   string
	z      *mat.Dense // centred features
	square []float64  // |z_i|² of each picture
	gram   *mat.Dense // z zᵀ, once it is asked for
}

func newSide(name string, x *mat.Dense) (*side, error) {
	z, err := centred(name, x)
	if err != nil {
		return nil, err
	}
	n, _ := z.Dims()
	s := &side{name: name, z: z, square: make([]float64, n)}
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
	n, dx := a.z.Dims()
	_, dy := b.z.Dims()
	if !byGram(n, dx, dy) {
		return innerByFeatures(a.z, b.z)
	}
	var sum float64
	k, l := a.product(), b.product()
	for i := range n {
		sum += floats.Dot(k.RawRowView(i), l.RawRowView(i))
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
