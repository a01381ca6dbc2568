package op

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// BatchNorm is batch normalisation (Ioffe & Szegedy 2015, arXiv 1502.03167) of each channel, in float32:
//
//	y = scale·(x - mean) / sqrt(variance + epsilon) + shift
//
// While its block learns, mean and variance are those of all places and images of the batch, also where several
// devices divide it, and those that are stored follow: stored <- (1-Momentum)·stored + Momentum·batch's, the batch's
// variance with a divisor of n-1, as in PyTorch. In testing, and in a frozen block, they are the stored ones, which
// do not change.
type BatchNorm struct {
	Momentum float64 `json:"momentum,omitempty"` // 0 means 0.1
	Epsilon  float64 `json:"epsilon,omitempty"`  // 0 means 1e-5
	Scale    Param   `json:"scale,omitzero"`     // zero: starts at 1, learns and decays as weights do
	Shift    Param   `json:"shift,omitzero"`     // zero: starts at 0, learns and decays as weights do

	kept
}

// Kind is Keras's word.
func (BatchNorm) Kind() string { return "batch_norm" }

// Dims says what is wrong with the constants.
func (s BatchNorm) Dims(in []Dims) (Dims, error) {
	if s.Momentum < 0 || s.Momentum > 1 || s.Epsilon < 0 {
		return Dims{}, fmt.Errorf("momentum %v and epsilon %v, want one of 0 to 1 and one above 0, or 0 "+
			"for the default",
			s.Momentum, s.Epsilon)
	}
	return in[0], nil
}

// The variables, in order.
const (
	normScale = iota
	normShift
	normMean
	normVariance
)

// Vars are scale and shift, which are learned, and mean and variance, which are statistics.
func (s BatchNorm) Vars(in []Dims) []Var {
	one, zero := Filler{Kind: Constant, Value: 1}, Filler{Kind: Constant}
	vars := []Var{
		{Name: "scale", Param: s.Scale.or(Param{one, 1, 1})},
		{Name: "shift", Param: s.Shift.or(Param{zero, 1, 1})},
		{Name: "mean", Param: Param{Filler: zero}, Role: Statistic},
		{Name: "variance", Param: Param{Filler: one}, Role: Statistic},
	}
	for i := range vars {
		vars[i].Shape, vars[i].FanIn, vars[i].Beside = []int{in[0].Channels}, 1, !in[0].Flat
	}
	return vars
}

// Build has the channels of all nets in one operation.
func (s BatchNorm) Build(c *Context, in []*Node) *Node {
	x := ConvertDType(in[0], dtypes.Float32)
	over := channelsOf(x)
	mean, variance := c.variable(normMean, x), c.variable(normVariance, x)
	scale, shift := c.variable(normScale, x), c.variable(normShift, x)
	if !c.Learning {
		return ConvertDType(over.normalize(x, mean, s.deviation(variance), scale, shift), in[0].DType())
	}
	n := float64(over.rows)
	still := StopGradient(x)
	of := over.mean(still)
	square := over.mean(Square(Sub(still, over.spread(of))))
	s.follow(c, normMean, mean, of, 1)
	s.follow(c, normVariance, variance, square, n/max(n-1, 1))
	return ConvertDType(over.ofBatch(x, of, s.deviation(square), scale, shift), in[0].DType())
}

// deviation is the root of a variance, never 0.
func (s BatchNorm) deviation(variance *Node) *Node { return Sqrt(AddScalar(variance, s.epsilon())) }

func (s BatchNorm) epsilon() float64 {
	if s.Epsilon == 0 {
		return 1e-5
	}
	return s.Epsilon
}

// follow moves a statistic towards that of a batch, times a factor.
func (s BatchNorm) follow(c *Context, i int, stored, batch *Node, factor float64) {
	m := s.Momentum
	switch {
	case c.Batch:
		m = 1
	case m == 0:
		m = 0.1
	}
	c.Set(i, Add(MulScalar(stored, 1-m), MulScalar(batch, m*factor)))
}
