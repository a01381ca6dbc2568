package op

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// ReLU is max(x, 0) with gradient 0 at 0, as in Caffe and PyTorch. A NaN goes
// through: if it became 0, a net whose weights diverged would show a finite loss.
type ReLU struct{ plain }

// Kind is Caffe's word.
func (ReLU) Kind() string { return "relu" }

// Build is place by place.
func (ReLU) Build(_ *Context, in []*Node) *Node {
	x := in[0]
	return Where(LessOrEqual(x, ZerosLike(x)), ZerosLike(x), x)
}
