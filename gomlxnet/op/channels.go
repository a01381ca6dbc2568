package op

import (
	"slices"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// channels say how values of one channel lie in a node: [..., channels], or of several flat nets [nets, batch,
// channels].
type channels struct {
	shape []int // that a vector of one value a channel is spread from
	rows  int   // values of a channel
}

func channelsOf(x *Node) channels {
	dims := x.Shape().Dimensions
	shape := slices.Repeat([]int{1}, len(dims))
	shape[len(dims)-1] = dims[len(dims)-1]
	if len(dims) == 3 {
		shape[0] = dims[0]
	}
	return channels{shape, x.Shape().Size() / product(shape)}
}

func product(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}

// spread is a value for each channel in a shape that meets x.
func (c channels) spread(v *Node) *Node { return Reshape(v, c.shape...) }

// sum adds the values of each channel, in float32. It is a product with ones: XLA's own sum over leading axes goes
// through memory channel by channel. Rows of a picture lie side by side in it, so that it has many columns.
func (c channels) sum(x *Node) *Node {
	g, dims := x.Graph(), x.Shape().Dimensions
	last := dims[len(dims)-1]
	ones := func(dims ...int) *Node { return Ones(g, shapes.Make(x.DType(), dims...)) }
	switch len(dims) {
	case 3:
		return Reshape(DotGeneral(ones(dims[0], 1, dims[1]), []int{2}, []int{0}, x, []int{1}, []int{0}), dims[0], last)
	case 4:
		columns := MatMul(ones(1, dims[0]*dims[1]), Reshape(x, dims[0]*dims[1], dims[2]*last))
		return Reshape(ReduceSum(Reshape(columns, dims[2], last), 0), last)
	}
	return Reshape(MatMul(ones(1, c.rows), x), last)
}

// mean is that of each channel.
func (c channels) mean(x *Node) *Node { return MulScalar(c.sum(x), 1/float64(c.rows)) }

// normalize is scale·(x - mean)/deviation + shift.
func (c channels) normalize(x, mean, deviation, scale, shift *Node) *Node {
	return Add(Mul(Sub(x, c.spread(mean)), c.spread(Div(scale, deviation))), c.spread(shift))
}

// ofBatch is normalize where mean and deviation are those of x, through which its gradient flows, too:
//
//	x̂      = (x - mean)/deviation
//	dshift = Σ dy
//	dscale = Σ dy·x̂
//	dx     = scale/deviation·(dy - (dshift + x̂·dscale)/rows)
//
// It is written out, as the library's own goes over the values more often.
func (c channels) ofBatch(x, mean, deviation, scale, shift *Node) *Node {
	mean, deviation = StopGradient(mean), StopGradient(deviation)
	var dshift, dscale *Node
	normal := func() *Node { return Div(Sub(x, c.spread(mean)), c.spread(deviation)) }
	sums := func(dy *Node) {
		if dshift == nil {
			dshift, dscale = c.sum(dy), c.sum(Mul(dy, normal()))
		}
	}
	return withGradients(func(in []*Node) *Node { return c.normalize(in[0], mean, deviation, in[1], in[2]) },
		[]*Node{x, scale, shift},
		func(_, dy *Node) *Node {
			sums(dy)
			both := Add(c.spread(dshift), Mul(normal(), c.spread(dscale)))
			return Mul(c.spread(Div(scale, deviation)), Sub(dy, MulScalar(both, 1/float64(c.rows))))
		},
		func(_, dy *Node) *Node { sums(dy); return Reshape(dscale, scale.Shape().Dimensions...) },
		func(_, dy *Node) *Node { sums(dy); return Reshape(dshift, shift.Shape().Dimensions...) })
}
