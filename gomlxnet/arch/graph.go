package arch

import (
	"slices"

	"coadapt/gomlxnet/op"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// Run is one run through a net, or through several nets that are stacked as package op says.
type Run struct {
	Value func(v Variable) *Node        // a variable, of all nets
	Set   func(v Variable, value *Node) // gives a statistic a new value; of nets in training

	Cut      Cut // no gradient flows below it
	From, To int // the blocks From..To-1 are run; a To of 0 stands for all
	// RNGs are the random states of dropout, one a net. Without them a net is run as for testing, without dropout. With
	// them it is in training; dropout stays live over frozen layers, as in the paper.
	RNGs []*Node
	// Batch has normalisations of blocks that learn take the statistics of the batch without RNGs, too, and set theirs
	// to these alone.
	Batch bool
	// Preactivation ends the last block behind its weights; see [Arch.Preactivation].
	Preactivation bool
}

// Graph runs x through the net and gives what leaves each block, of which the last one's are the logits, [batch,
// classes]. x is images, [batch, size, size, channels], or what leaves block From-1; it and all that is returned is
// float32. It panics where the arch or the cut is invalid, as graph functions do.
//
// What reads no further must not make the variables of others: GoMLX's Go backend (compute v0.1.2) ends with an index
// out of range where a parameter comes behind all that the outputs need.
func (a Arch) Graph(x *Node, r Run) []*Node {
	w, err := a.wire()
	if err != nil {
		panic(err)
	}
	if err := r.Cut.Check(a); err != nil {
		panic(err)
	}
	nets := max(len(r.RNGs), 1)
	if r.To == 0 {
		r.To = len(w.blocks)
	}
	if r.From == 0 {
		x.AssertDims(-1, a.Size, a.Size, nets*a.Channels)
	}
	blocks := fast(w.blocks)[r.From:r.To]
	if r.Preactivation {
		last := &blocks[len(blocks)-1]
		*last = untilWeights(*last)
	}
	c := &op.Context{Nets: nets, Normed: a.HasStatistics(), Batch: r.Batch, RNGs: r.RNGs}
	return r.blocks(c, blocks, ConvertDType(x, a.Precision.DType()))
}

// blocks is what leaves each block, as float32. The first one is block From of the net.
func (r Run) blocks(c *op.Context, blocks [][]Operation, x *Node) (left []*Node) {
	for i, ops := range blocks {
		layer := r.From + i
		frozen := r.Cut.Freezes(layer)
		c.Learning = (r.Batch || c.RNGs != nil) && !frozen
		values := []*Node{x}
		for _, o := range ops {
			var in []*Node
			for _, f := range o.from {
				in = append(in, values[f])
			}
			each := *c // an operation's own, which its gradient may use later
			each.Value = func(i int) *Node { return r.Value(o.Vars[i]) }
			each.Set = func(i int, value *Node) { r.Set(o.Vars[i], value) }
			values = append(values, o.Build(&each, in))
			c.RNGs = each.RNGs
		}
		x = values[len(ops)]
		if frozen && r.Cut.Free == 0 && layer == r.Cut.N-1 {
			x = StopGradient(x)
		}
		left = append(left, ConvertDType(x, dtypes.Float32))
	}
	return left
}

// fast are blocks with their operations in an order that is faster and comes to the same.
//
// The relu of a maximum is the maximum of relus: pooled first, the relu and
// its gradient touch a quarter of the values.
func fast(blocks [][]Operation) [][]Operation {
	faster := make([][]Operation, len(blocks))
	for i, ops := range blocks {
		ops = slices.Clone(ops)
		for k := 1; k < len(ops); k++ {
			first, second := &ops[k-1], &ops[k]
			_, relu := first.Spec.(op.ReLU)
			_, pool := second.Spec.(op.Pool)
			if relu && pool && readers(ops, k) == 1 && slices.Equal(second.from, []int{k}) {
				first.Spec, second.Spec = second.Spec, first.Spec
				first.Out, second.In = second.Out, []op.Dims{second.Out}
			}
		}
		faster[i] = ops
	}
	return faster
}

// readers is how many operations read what leaves operation k, from 1.
func readers(ops []Operation, k int) (n int) {
	for _, o := range ops {
		if slices.Contains(o.from, k) {
			n++
		}
	}
	return n
}

// untilWeights are the operations of a block up to the last that has variables, if what follows is a chain.
func untilWeights(ops []Operation) []Operation {
	for i := len(ops) - 1; i >= 0; i-- {
		if len(ops[i].Vars) > 0 {
			return ops[:i+1]
		}
		if len(ops[i].from) > 1 || readers(ops, i) != 1 && i > 0 {
			break
		}
	}
	return ops
}

// Preactivation is the shape of what leaves the last weights of a block, from 0, before what follows them, such as
// ReLU and pooling. Where operations of the block join behind them, as in a residual net, it is that of what leaves the
// block.
func (a Arch) Preactivation(block int) (op.Dims, error) {
	w, err := a.wire()
	if err != nil {
		return op.Dims{}, err
	}
	return leaving(untilWeights(w.blocks[block])), nil
}
