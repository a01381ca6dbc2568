package gomlxnet

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/ml/model"
)

// A block takes no more steps than these, and no more bytes of images: what is
// saved by a further step becomes less, what is lost where a machine dies more.
const (
	maxBlock      = 16
	maxBlockBytes = 80 << 20
)

// blockOf is how many steps an execution takes at most on batches of the shape. Both backends
// have loops (XLA's list of what it can does not say so), the Go one (compute v0.1.2) not what picks a step's batch.
func (t *Trainer) blockOf(shape []int) int {
	if t.shards != nil || !t.backend.Capabilities().Operations[compute.OpTypeDynamicSlice] {
		return 1
	}
	return max(1, min(maxBlock, maxBlockBytes/(4*product(shape))))
}

// Block is how many steps [Trainer.Steps] takes at most: 1 on several devices, for large images, and on the Go backend.
func (t *Trainer) Block() int { return t.blockOf(t.imagesShape()) }

// Steps is [Trainer.Step] on several batches, one after another, with a rate
// for each and no more than [Trainer.Block]: images [steps, batch, size, size,
// channels] and labels [steps, batch]. They are one execution, a loop in the
// graph, so that nothing returns to the host and weights stay where they are. It ends behind a loss that is
// not finite, as one that takes single steps would end, and returns the losses
// as far as it came. A step comes to the same bits in any block, first or last, full or not.
func (t *Trainer) Steps(images []float32, labels []int32, rates []float64, seed uint64, iteration int) ([]float64, error) {
	return t.takeSteps(0, t.imagesShape(), images, labels, rates, seed, iteration)
}

// BlockAbove is [Trainer.Block] for [Trainer.StepsAbove].
func (t *Trainer) BlockAbove() (int, error) {
	shape, err := t.settledShape()
	if err != nil {
		return 0, err
	}
	return t.blockOf(shape), nil
}

// StepsAbove is [Trainer.Steps] on what Prefix gave for the images of the batches.
func (t *Trainer) StepsAbove(settled []float32, labels []int32, rates []float64, seed uint64, iteration int) ([]float64, error) {
	shape, err := t.settledShape()
	if err != nil {
		return nil, err
	}
	return t.takeSteps(t.arch.Settled(t.cut), shape, settled, labels, rates, seed, iteration)
}

// takeSteps takes the steps of a block on values that enter at layer from.
func (t *Trainer) takeSteps(from int, shape []int, values []float32, labels []int32, rates []float64, seed uint64, iteration int) ([]float64, error) {
	block, n, size := t.blockOf(shape), len(rates), product(shape)
	if !t.loaded {
		return nil, t.errNoNet()
	}
	if n < 1 || n > block || len(values) != n*size || len(labels) != n*t.batch {
		return nil, fmt.Errorf("block of %d steps with %d values and %d labels, want 1 to %d steps with %d and %d each", n, len(values), len(labels), block, size, t.batch)
	}
	if block == 1 {
		loss, err := t.step(from, shape, values, labels, rates[0], seed, iteration)
		return []float64{loss}, err
	}
	p, err := t.stepProgram(from, true)
	if err != nil {
		return nil, err
	}
	// The graph is one for full blocks; what is missing is not looked at, so that what lies behind the given will do.
	values = slices.Grow(values, (block-n)*size)[:block*size]
	labels = slices.Grow(labels, (block-n)*t.batch)[:block*t.batch]
	rate, states := make([]float32, block), make([]uint64, 0, 3*block)
	for i := range block {
		if i < n {
			rate[i] = float32(rates[i])
		}
		state := dropoutState(seed, iteration+i)
		states = append(states, state[:]...)
	}
	out, err := t.run(p, func(int) []input {
		return []input{
			{values, slices.Concat([]int{block}, shape)},
			{labels, []int{block, t.batch}},
			{rate, []int{block}},
			{states, []int{block, 3}},
			{[]int32{int32(n)}, nil},
		}
	})
	if err != nil {
		return nil, fmt.Errorf("%d training steps of %s, cut %+v: %w", n, t.arch.Name, t.cut, err)
	}
	taken, err := scalar[int32](out[0])
	all, lerr := flat[float32](out[1], block)
	if err := errors.Join(err, lerr, finalize(out)); err != nil {
		return nil, err
	}
	losses := make([]float64, taken)
	for i := range losses {
		losses[i] = float64(all[i])
	}
	return losses, nil
}

// blockGraph takes the first n of a block's steps, and says how many it took and the loss of each.
// values, labels, rates and states (of dropout) have an axis of steps in front.
func (t *graphs) blockGraph(scope *model.Scope, in []*Node, cut Cut, from int) []*Node {
	values, labels, rates, states, n := in[0], in[1], in[2], in[3], in[4]
	g := values.Graph()
	rate := t.solver.RateVar(scope)
	rateBefore := rate.NodeValue(g)
	var moving, still []*model.Variable
	for _, v := range t.vars {
		if v.Layer < from {
			continue // it must not be made: see layersGraph
		}
		mv := scope.Store().GetVariable(v.Path)
		if cut.frozen(v.Layer) || v.Param.RateMult == 0 {
			still = append(still, mv)
		} else {
			moving = append(moving, mv, t.solver.momentumVar(scope, mv))
		}
	}
	// What goes around: steps taken, the last loss, all losses, the variables that move; and what stays as it is.
	state := []*Node{Const(g, int32(0)), Const(g, float32(0)), Zeros(g, shapes.Make(dtypes.Float32, labels.Shape().Dim(0)))}
	first := len(state)
	for _, v := range moving {
		state = append(state, v.NodeValue(g))
	}
	fixed := len(state)
	state = append(state, n, values, labels, rates, states)
	for _, v := range still {
		state = append(state, v.NodeValue(g))
	}
	arguments := func(g *Graph) []*Node {
		nodes := make([]*Node, len(state))
		for i, s := range state {
			nodes[i] = Parameter(g, fmt.Sprintf("state%d", i), s.Shape())
		}
		return nodes
	}
	going := NewClosure(g, func(g *Graph) []*Node {
		s := arguments(g)
		return []*Node{LogicalAnd(LessThan(s[0], s[fixed]), IsFinite(s[1]))}
	})
	body := NewClosure(g, func(g *Graph) []*Node {
		s := arguments(g)
		taken := s[0]
		for i, v := range moving {
			v.SetNodeValue(s[first+i])
		}
		for i, v := range still {
			v.SetNodeValue(s[fixed+5+i])
		}
		rate.SetNodeValue(ofStep(s[fixed+3], taken))
		loss := t.stepGraph(scope, ofStep(s[fixed+1], taken), ofStep(s[fixed+2], taken), ofStep(s[fixed+4], taken), cut, from)
		next := []*Node{OnePlus(taken), loss, DynamicUpdateSlice(s[2], Reshape(loss, 1), []*Node{taken})}
		for _, v := range moving {
			next = append(next, v.NodeValue(g))
		}
		return append(next, s[fixed:]...)
	})
	end := While(going, body, state...)
	for i, v := range moving {
		v.SetNodeValue(end[first+i])
	}
	for i, v := range still {
		v.SetNodeValue(state[fixed+5+i])
	}
	rate.SetNodeValue(rateBefore)
	return []*Node{end[0], end[2]}
}

// ofStep is x at a step, its first axis.
func ofStep(x, step *Node) *Node {
	starts, size := []*Node{step}, []int{1}
	dims := x.Shape().Dimensions[1:]
	for range dims {
		starts = append(starts, ZerosLike(step))
	}
	return Reshape(DynamicSlice(x, starts, append(size, dims...)), dims...)
}

func product(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}
