package gomlxnet

import (
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/ml/model"
)

// Graph builds the net on images [batch, size, size, channels] and returns its
// logits [batch, classes] and the activations that leave each block. Variables
// live under /net/<block>/; frozen ones are marked as not
// trainable and no gradient flows below the cut. In training, rng is the random
// state of dropout; nil builds the net for testing, without dropout. Dropout
// over frozen layers stays live in training, as in the paper. It panics where
// the arch is invalid, as graph functions do.
func (a Arch) Graph(scope *model.Scope, images, rng *Node, cut Cut) (logits *Node, blocks []*Node) {
	blocks = a.blocksGraph(scope, images, rng, cut, 0, len(a.Blocks))
	return blocks[len(blocks)-1], blocks
}

// blocksGraph is the blocks from..to-1 on x, which is images where from is 0. What comes in and all that it returns
// is float32. What reads no further must not make the variables of others: GoMLX's Go backend (compute v0.1.2) ends
// with an index out of range where a parameter comes behind all that the outputs need.
func (a Arch) blocksGraph(scope *model.Scope, x, rng *Node, cut Cut, from, to int) []*Node {
	w, err := a.wire()
	if err != nil {
		panic(err)
	}
	if err := cut.Check(a); err != nil {
		panic(err)
	}
	if from == 0 {
		x.AssertDims(-1, a.Size, a.Size, a.Channels)
	}
	variable := func(i int) *model.Variable {
		v, at := w.vars[i], scope
		names := strings.Split(v.Path, "/")[1:]
		for _, name := range names[:len(names)-1] {
			at = at.At("%s", name)
		}
		return at.VariableWithShape(names[len(names)-1], shapes.Make(dtypes.Float32, v.Shape...)).
			SetTrainable(v.learns(cut))
	}
	p := &pass{cut: cut, nets: 1, normed: w.normed(),
		value:  func(i int) *Node { return variable(i).NodeValue(x.Graph()) },
		update: func(i int, value *Node) { variable(i).SetNodeValue(value) }}
	if rng != nil {
		p.rngs = []*Node{rng}
	}
	return p.blocks(w.fast().blocks[from:to], from, as(x, a.Precision.dtype()))
}

// pass is one run through the blocks of several nets (see stack.go).
type pass struct {
	cut    Cut
	nets   int
	normed bool              // the net has batch norm
	rngs   []*Node           // the random states of each net; nil in testing
	batch  bool              // statistics are the batch's, as in training, though there is no dropout
	value  func(i int) *Node // the variable of an index
	update func(i int, value *Node)
}

// blocks is what leaves each block, as float32. The first one is block from of the net.
func (p *pass) blocks(blocks []wiredBlock, from int, x *Node) (left []*Node) {
	for i, b := range blocks {
		layer := from + i
		values := []*Node{x}
		for _, o := range b.ops {
			var in []*Node
			for _, f := range o.from {
				in = append(in, values[f])
			}
			c := &Context{
				Nets:     p.nets,
				Learning: (p.batch || p.rngs != nil) && !p.cut.frozen(layer),
				pass:     p,
				vars:     o.vars,
			}
			values = append(values, o.Build(c, in))
		}
		x = values[len(b.ops)]
		if p.cut.frozen(layer) && p.cut.Free == 0 && layer == p.cut.N-1 {
			x = StopGradient(x)
		}
		left = append(left, as(x, dtypes.Float32))
	}
	return left
}

// as is x as numbers of a type.
func as(x *Node, dtype dtypes.DType) *Node {
	if x.DType() == dtype {
		return x
	}
	return ConvertDType(x, dtype)
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
			_, relu := first.Spec.(ReLU)
			_, pool := second.Spec.(Pool)
			if relu && pool && readers(ops, k) == 1 && slices.Equal(second.from, []int{k}) {
				first.Spec, second.Spec = second.Spec, first.Spec
				first.out, second.in = second.out, []Dims{second.out}
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
