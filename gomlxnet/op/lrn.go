package op

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// LRN is local response normalisation across channels as in Caffe:
// x / (1 + alpha/size · Σ x²)^beta over a centred window of size channels.
type LRN struct {
	Size  int     `json:"size"`
	Alpha float64 `json:"alpha"`
	Beta  float64 `json:"beta"`

	plain
}

// Kind is Caffe's word.
func (LRN) Kind() string { return "lrn" }

// Dims says what does not fit.
func (l LRN) Dims(in []Dims) (Dims, error) {
	if l.Size < 1 || l.Size%2 != 1 {
		return Dims{}, fmt.Errorf("LRN over %d channels, want an odd number", l.Size)
	}
	return in[0], nil
}

// Build normalises across the channels of each net, in float32.
func (l LRN) Build(c *Context, in []*Node) *Node {
	x := in[0]
	x.AssertRank(4)
	dims := x.Shape().Dimensions
	each := Reshape(ConvertDType(x, dtypes.Float32), dims[0], dims[1], dims[2]*c.Nets, dims[3]/c.Nets)
	return ConvertDType(Reshape(l.normalize(each), dims...), x.DType())
}

// normalize is Caffe's local response normalisation across channels of x,
// shaped [batch, height, width, channels]:
//
//	y_c = x_c / s_c^beta,  s_c = 1 + alpha/size · Σ_{|d| <= size/2} x_{c+d}²
//
// with zeros beyond the first and last channel. alpha is divided by the
// window, as Caffe does; the AlexNet paper neither divides nor has k = 1.
//
// Its gradient is written out, as Caffe's is, since what a graph of that many steps keeps for
// a derived one goes through memory several times:
//
//	dx_c = dy_c / s_c^beta - 2·alpha·beta/size · x_c · Σ_{|d| <= size/2} dy_{c+d} · y_{c+d} / s_{c+d}
func (l LRN) normalize(x *Node) *Node {
	x.AssertRank(4)
	share := l.Alpha / float64(l.Size)
	var scale, power *Node
	return withGradients(func(in []*Node) *Node {
		scale = OnePlus(MulScalar(windowSum(Square(in[0]), l.Size), share))
		if l.Beta == 0.75 { // two square roots are several times cheaper than a power
			root := Sqrt(scale)
			power = Inverse(Mul(root, Sqrt(root)))
		} else {
			power = PowScalar(scale, -l.Beta)
		}
		return Mul(in[0], power)
	}, []*Node{x}, func(y, dy *Node) *Node {
		around := windowSum(Div(Mul(dy, y), scale), l.Size)
		return Sub(Mul(dy, power), MulScalar(Mul(x, around), 2*share*l.Beta))
	})
}

// windowSum sums over a centred window of the last axis, zero padded.
func windowSum(x *Node, size int) *Node {
	half := size / 2
	if half == 0 {
		return x
	}
	axis, n := x.Rank()-1, x.Shape().Dim(-1)
	side := x.Shape().Clone()
	side.Dimensions[axis] = half
	zeros := Zeros(x.Graph(), side)
	padded := Concatenate([]*Node{zeros, x, zeros}, axis)
	sum := SliceAxis(padded, axis, AxisRange(0, n))
	for d := 1; d < size; d++ {
		sum = Add(sum, SliceAxis(padded, axis, AxisRange(d, d+n)))
	}
	return sum
}
