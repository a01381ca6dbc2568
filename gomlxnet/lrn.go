package gomlxnet

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// Normalize is Caffe's local response normalisation across channels of x,
// shaped [batch, height, width, channels]:
//
//	y_c = x_c / (1 + alpha/size · Σ_{|d| <= size/2} x_{c+d}²)^beta
//
// with zeros beyond the first and last channel. alpha is divided by the
// window, as Caffe does; the AlexNet paper neither divides nor has k = 1.
func (l LRN) Normalize(x *Node) *Node {
	x.AssertRank(4)
	scale := OnePlus(MulScalar(windowSum(Square(x), l.Size), l.Alpha/float64(l.Size)))
	if l.Beta == 0.75 { // two square roots are several times cheaper than a power
		root := Sqrt(scale)
		return Div(x, Mul(root, Sqrt(root)))
	}
	return Div(x, PowScalar(scale, l.Beta))
}

// windowSum sums over a centred window of the last axis, zero padded.
func windowSum(x *Node, size int) *Node {
	axis, n, half := x.Rank()-1, x.Shape().Dim(-1), size/2
	if half == 0 {
		return x
	}
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
