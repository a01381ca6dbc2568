package op

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// CrossEntropy is -log softmax(logits)[label] per image: logits [..., batch, classes], labels [..., batch]; a label
// outside the classes gives 0.
func CrossEntropy(logits, labels *Node) *Node {
	hot := OneHot(labels, logits.Shape().Dim(-1), logits.DType())
	return Neg(ReduceSum(Mul(hot, LogSoftmax(logits, -1)), -1))
}
