package arch

import (
	"slices"
	"strings"

	"coadapt/gomlxnet/op"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/ml/model"
)

// Run is one run through a net, or through several nets that are stacked as package op says.
type Run struct {
	// Scope has the variables, at their paths: /net/<block>/... Those of frozen blocks are marked as not trainable.
	Scope *model.Scope
	// Value and Set, where they are given, have them in place of a Scope: Value gives the variable of an index in
	// [Arch.Variables], of all nets, and Set gives a statistic a new value.
	Value func(i int) *Node
	Set   func(i int, value *Node)

	Cut      Cut // no gradient flows below it
	From, To int // the blocks From..To-1 are run; a To of 0 stands for all
	// RNGs are the random states of dropout, one a net. Without them a net is run as for testing, without dropout. With
	// them it is in training; dropout stays live over frozen layers, as in the paper.
	RNGs []*Node
	// Batch has normalisations of blocks that learn take the statistics of the batch without RNGs, too.
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
	if r.Value == nil {
		r.Value = func(i int) *Node { return r.variable(w.vars[i]).NodeValue(x.Graph()) }
		r.Set = func(i int, value *Node) { r.variable(w.vars[i]).SetNodeValue(value) }
	}
	blocks := w.fast().blocks[r.From:r.To]
	if r.Preactivation {
		last := &blocks[len(blocks)-1]
		last.ops = untilWeights(last.ops)
	}
	pass := &op.Pass{Nets: nets, Normed: a.HasStatistics(), RNGs: r.RNGs, Value: r.Value, Set: r.Set}
	return r.blocks(pass, blocks, ConvertDType(x, a.Precision.dtype()))
}

// variable is one in the scope.
func (r Run) variable(v Variable) *model.Variable {
	at, names := r.Scope, strings.Split(v.Path, "/")[1:]
	for _, name := range names[:len(names)-1] {
		at = at.At("%s", name)
	}
	return at.VariableWithShape(names[len(names)-1], shapes.Make(dtypes.Float32, v.Shape...)).
		SetTrainable(v.Learns(r.Cut))
}

// blocks is what leaves each block, as float32. The first one is block From of the net.
func (r Run) blocks(pass *op.Pass, blocks []wiredBlock, x *Node) (left []*Node) {
	for i, b := range blocks {
		layer := r.From + i
		frozen := r.Cut.Freezes(layer)
		values := []*Node{x}
		for _, o := range b.ops {
			var in []*Node
			for _, f := range o.from {
				in = append(in, values[f])
			}
			c := &op.Context{Pass: pass, Learning: (r.Batch || pass.RNGs != nil) && !frozen, Vars: o.vars}
			values = append(values, o.Build(c, in))
		}
		x = values[len(b.ops)]
		if frozen && r.Cut.Free == 0 && layer == r.Cut.N-1 {
			x = StopGradient(x)
		}
		left = append(left, ConvertDType(x, dtypes.Float32))
	}
	return left
}

// fast is the net with its operations in an order that is faster and comes to the same.
//
// The relu of a maximum is the maximum of relus: pooled first, the relu and
// its gradient touch a quarter of the values.
func (w *wired) fast() *wired {
	f := &wired{vars: w.vars, blocks: slices.Clone(w.blocks)}
	for i, b := range f.blocks {
		ops := slices.Clone(b.ops)
		for k := 1; k < len(ops); k++ {
			first, second := &ops[k-1], &ops[k]
			_, relu := first.Spec.(op.ReLU)
			_, pool := second.Spec.(op.Pool)
			if relu && pool && readers(ops, k) == 1 && slices.Equal(second.from, []int{k}) {
				first.Spec, second.Spec = second.Spec, first.Spec
				first.out, second.in = second.out, []op.Dims{second.out}
			}
		}
		f.blocks[i].ops = ops
	}
	return f
}

// readers is how many operations read what leaves operation k, from 1.
func readers(ops []wiredOp, k int) (n int) {
	for _, o := range ops {
		if slices.Contains(o.from, k) {
			n++
		}
	}
	return n
}

// untilWeights are the operations of a block up to the last that has variables, if what follows is a chain.
func untilWeights(ops []wiredOp) []wiredOp {
	for i := len(ops) - 1; i >= 0; i-- {
		if len(ops[i].vars) > 0 {
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
	ops := untilWeights(w.blocks[block].ops)
	return ops[len(ops)-1].out, nil
}
