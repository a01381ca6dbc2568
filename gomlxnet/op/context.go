package op

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// Pass is what all operations have in common that are built for one run through a net, or through several.
type Pass struct {
	Nets   int                      // how many nets are stacked, see stack.go
	Normed bool                     // the nets have batch norm
	RNGs   []*Node                  // the random states of dropout, one a net; nil is no dropout
	Value  func(i int) *Node        // the variable of an index, of all nets
	Set    func(i int, value *Node) // gives a statistic a new value
}

// Context is what an operation is built with beside its inputs.
type Context struct {
	*Pass
	Learning bool  // the net is in training, and the block is not frozen
	Vars     []int // the operation's variables, by the indices that the Pass knows
}

// variable is variable i of the operation, of all nets, as numbers of x's type.
func (c *Context) variable(i int, x *Node) *Node { return ConvertDType(c.Value(c.Vars[i]), x.DType()) }

// update sets the statistic that is variable i of the operation.
func (c *Context) update(i int, value *Node) { c.Set(c.Vars[i], value) }
