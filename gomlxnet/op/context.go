package op

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// Context is what an operation of a run through a net, or through several, is built with beside its inputs. What it
// leaves as RNGs goes to the next.
type Context struct {
	Nets   int     // how many nets are stacked, see stack.go
	Normed bool    // the nets have batch norm
	Batch  bool    // statistics become those of the batch alone
	RNGs   []*Node // the random states of dropout, one a net; nil is no dropout

	// Of the operation that is built:
	Learning bool                     // the net is in training, and the block is not frozen
	Value    func(i int) *Node        // its variable i, of all nets
	Set      func(i int, value *Node) // gives a statistic a new value
}

// variable is variable i of the operation, of all nets, as numbers of x's type.
func (c *Context) variable(i int, x *Node) *Node { return ConvertDType(c.Value(i), x.DType()) }
