package train

import (
	"errors"
	"fmt"
	"slices"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/op"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// A block takes no more steps than these, and no more bytes of images: what is
// saved by a further step becomes less, what is lost where a machine dies more.
const (
	maxBlock      = 16
	maxBlockBytes = 80 << 20
)

// blockOf is how many steps an execution takes at most on batches of values of dims each. Both backends
// have loops (XLA's list of what it can does not say so), the Go one (compute v0.1.2) not what picks a step's batch.
func (t *Trainer) blockOf(dims op.Dims) int {
	if t.shards != nil || !t.backend.Capabilities().Operations[compute.OpTypeDynamicSlice] {
		return 1
	}
	return max(1, min(maxBlock, maxBlockBytes/(4*t.batch*dims.Values())))
}

// Steps are what a net is given for some steps that follow each other.
type Steps struct {
	// images, [steps, batch, size, size, channels], or with Above what [Trainer.Prefix] gave for them
	Values []float32
	// Pixels, in place of Values, are whole pictures as bytes, [steps, batch, height, width, channels], each cut at one
	// of Places, [steps, batch, 3] (see [dataset.Batch]). The graph makes of them what enters the net as Preprocess
	// says, to the bits that the host would make, so that a step comes to the same net
	Pixels     []uint8
	Places     []int32
	Preprocess *dataset.Preprocess // nil: Values are given

	Labels    []int32   // [steps, batch], each in 0..classes-1
	Rates     []float64 // of each step
	Seed      uint64    // of dropout, whose masks are a pure function of it and the step's number
	Iteration int       // the number of the first step
	Above     bool      // the steps compute only what is above the settled layers, and come to the same net
}

// MaxSteps is how many steps a block may have: 1 on several devices, for large images, and on the Go backend. With
// above it is that of blocks with Above: 0 for a net without settled layers. Blocks of Pixels have as many as those of
// Values, so that both are the same steps.
func (t *Trainer) MaxSteps(above bool) int {
	b, err := t.given(Steps{Above: above})
	if err != nil {
		return 0
	}
	return t.blockOf(b.dims)
}

// Train takes the steps of a block, up to [Trainer.MaxSteps], and gives the mean loss of each before its update. They
// are one execution, a loop in the graph, so that nothing returns to the host and weights stay where they are. It ends
// behind a loss that is not finite, and gives the losses as far as it came. A step comes to the same bits in any block,
// first or last, full or not.
func (t *Trainer) Train(b Steps) ([]float64, error) {
	in, err := t.given(b)
	if err != nil {
		return nil, err
	}
	return t.takeSteps(in)
}

// given is a block and where it enters the net, there with values of dims for each image.
type given struct {
	Steps
	entry
	dims op.Dims
}

// given says where a block enters.
func (t *Trainer) given(b Steps) (given, error) {
	if err := t.checkPreprocess(b); err != nil {
		return given{}, err
	}
	switch {
	case b.Above:
		n, err := t.settled()
		return given{b, entry{from: n}, t.dims[n].In}, err
	case b.Preprocess != nil:
		return given{b, entry{pixels: pixelsOf(b.Preprocess)}, t.arch.Input()}, nil
	}
	return given{b, entry{}, t.arch.Input()}, nil
}

// checkBlock says what is wrong with what a block is given.
func (t *Trainer) checkBlock(b given) error {
	if !t.loaded {
		return t.errNoNet()
	}
	block, n, size := t.blockOf(b.dims), len(b.Rates), t.batch*b.dims.Values()
	if b.Preprocess != nil {
		return t.checkPixels(b, n, block)
	}
	if n < 1 || n > block || len(b.Values) != n*size || len(b.Labels) != n*t.batch {
		return fmt.Errorf("block of %d steps with %d values and %d labels, want 1 to %d steps with %d and %d each", n,
			len(b.Values), len(b.Labels), block, size, t.batch)
	}
	return nil
}

// takeSteps takes the steps of a block.
func (t *Trainer) takeSteps(b given) ([]float64, error) {
	if err := t.checkBlock(b); err != nil {
		return nil, err
	}
	if t.blockOf(b.dims) == 1 {
		loss, err := t.step(b)
		return []float64{loss}, err
	}
	losses, err := takeBlock([]*Trainer{t}, []given{b})
	if err != nil {
		return nil, err
	}
	return losses[0], nil
}

// takeBlock takes blocks of as many steps with several nets in one execution, as far as all losses are finite.
func takeBlock(nets []*Trainer, blocks []given) ([][]float64, error) {
	t, n := nets[0], len(blocks[0].Rates)
	block := t.blockOf(blocks[0].dims)
	p, err := t.blockProgram(blocks[0].entry, len(nets))
	if err != nil {
		return nil, err
	}
	var in, numbers []input
	for _, b := range blocks {
		// The graph is one for full blocks; what is missing is not looked at, so that what lies behind the given will
		// do.
		labels := padTo(b.Labels, block*t.batch)
		rate, states := make([]float32, block), make([]uint64, 0, 3*block)
		for i := range block {
			if i < n {
				rate[i] = float32(b.Rates[i])
			}
			state := op.DropoutState(b.Seed, b.Iteration+i)
			states = append(states, state[:]...)
		}
		in = append(in, b.arrays(t.batch, block)...)
		in = append(in, input{labels, []int{block, t.batch}}, input{rate, []int{block}},
			input{states, []int{block, 3}})
		numbers = append(numbers, b.preprocess()...)
	}
	in = append(append(in, numbers...), input{[]int32{int32(n)}, nil})
	out, err := execute(nets, p, nil, in)
	if err != nil {
		return nil, fmt.Errorf("%d training steps of %s, cut %v: %w", n, t.arch.Name, t.cut, err)
	}
	taken, err := scalar[int32](out[0])
	all, lerr := flat[float32](out[1], block*len(nets))
	if err := errors.Join(err, lerr, finalize(out)); err != nil {
		return nil, err
	}
	losses := make([][]float64, len(nets))
	for i := range losses {
		for k := range int(taken) {
			losses[i] = append(losses[i], float64(all[k*len(nets)+i]))
		}
	}
	return losses, nil
}

// padTo is a slice of n values, of which those behind its own may be anything.
func padTo[T any](values []T, n int) []T { return slices.Grow(values, max(0, n-len(values)))[:n] }

// blockGraph takes the first n of a block's steps with several nets, and says how many it took and the losses of each,
// [steps, nets]. The inputs are batches (values, or pixels and places), labels, rates and states (of dropout) of each
// net in turn, with an axis of steps in front, the numbers for pixels of each net in turn, and n.
func (t *graphs) blockGraph(vars *variables, in []*Node, cut arch.Cut, e entry) []*Node {
	nets, n := vars.nets, in[len(in)-1]
	g := n.Graph()
	each := e.divided() + 3 // inputs of a net that have an axis of steps
	// XLA's CPU rounds a block's values to the precision before its loop, and those of a single step not at all.
	precision := t.arch.Precision.DType()
	// What a step changes: variables that learn with their velocities, and behind them statistics of blocks that do;
	// and what it reads.
	var changing, statistics, still []arch.Variable
	for _, v := range t.vars {
		switch {
		case v.Layer < e.from: // it must not be made: see [arch.Arch.Graph]
		case v.Learns(cut):
			changing = append(changing, v, velocityOf(v))
		case v.Role == op.Statistic && !cut.Freezes(v.Layer):
			statistics = append(statistics, v)
		default:
			still = append(still, v)
		}
	}
	changing = append(changing, statistics...)
	// What goes around: steps taken, the last losses, all losses, the variables that change; and what stays as it is.
	state := []*Node{
		Const(g, int32(0)),
		Zeros(g, shapes.Make(dtypes.Float32, nets)),
		Zeros(g, shapes.Make(dtypes.Float32, in[1].Shape().Dim(0), nets)),
	}
	goAround := func(variables []arch.Variable) (first int) {
		first = len(state)
		for _, v := range variables {
			parts := make([]*Node, nets)
			for net := range parts {
				parts[net] = vars.value(net, v)
			}
			state = append(state, v.Stack(parts))
		}
		return first
	}
	changed := goAround(changing)
	fixed := len(state)
	state = append(append(state, n), in[:len(in)-1]...)
	constant := goAround(still)
	arguments := func(g *Graph) []*Node {
		nodes := make([]*Node, len(state))
		for i, s := range state {
			nodes[i] = Parameter(g, fmt.Sprintf("state%d", i), s.Shape())
		}
		return nodes
	}
	going := NewClosure(g, func(g *Graph) []*Node {
		s := arguments(g)
		return []*Node{LogicalAnd(LessThan(s[0], s[fixed]), LogicalAll(IsFinite(s[1])))}
	})
	body := NewClosure(g, func(g *Graph) []*Node {
		s := arguments(g)
		taken := s[0]
		values := make(map[string]*Node, len(changing)+len(still))
		for k, v := range changing {
			values[v.Path] = s[changed+k]
		}
		for k, v := range still {
			values[v.Path] = s[constant+k]
		}
		r := arch.Run{Cut: cut, From: e.from,
			Value: func(v arch.Variable) *Node { return values[v.Path] },
			Set:   func(v arch.Variable, value *Node) { values[v.Path] = value }}
		var images, labels, rates []*Node
		for i := range nets {
			of := make([]*Node, each)
			for k := range of {
				of[k] = ofStep(s[fixed+1+each*i+k], taken)
			}
			numbers := s[fixed+1+each*nets+e.numbers()*i:][:e.numbers()]
			images = append(images, e.enter(of[:each-3], numbers, precision))
			labels, rates = append(labels, of[each-3]), append(rates, of[each-2])
			r.RNGs = append(r.RNGs, of[each-1])
		}
		losses := t.lossesGraph(r, images, labels)
		t.learnGraph(r, ReduceAllSum(losses), rates)
		losses = Reshape(losses, nets)
		next := []*Node{
			OnePlus(taken),
			losses,
			DynamicUpdateSlice(s[2], Reshape(losses, 1, nets), []*Node{taken, ZerosLike(taken)}),
		}
		for _, v := range changing {
			next = append(next, values[v.Path])
		}
		return append(next, s[fixed:]...)
	})
	end := While(going, body, state...)
	for k, v := range changing {
		for net, part := range v.Unstack(end[changed+k], nets) {
			vars.set(net, v, part)
		}
	}
	return []*Node{end[0], end[2]}
}

// lossesGraph is the mean loss of each of stacked nets, [nets], or a scalar of one net. images and labels are those of
// each.
func (t *graphs) lossesGraph(r arch.Run, images, labels []*Node) *Node {
	blocks := t.arch.Graph(op.StackNets(images), r)
	return ReduceMean(op.CrossEntropy(blocks[len(blocks)-1], op.StackNets(labels)), -1)
}

// learnGraph changes the variables of stacked nets that learn, by the gradient of the sum of their losses. rates are
// those of each net.
func (t *graphs) learnGraph(r arch.Run, loss *Node, rates []*Node) {
	var moving []arch.Variable
	var at, velocities []*Node
	var params []op.Param
	for _, v := range t.vars {
		if v.Layer >= r.From && v.Learns(r.Cut) {
			moving, at, params = append(moving, v), append(at, r.Value(v)), append(params, v.Under(r.Cut))
		}
	}
	for _, v := range moving {
		velocities = append(velocities, r.Value(velocityOf(v)))
	}
	rate := func(i int) *Node { return moving[i].StackRates(rates, at[i]) }
	moved, velocities := t.solver.update(loss, at, velocities, params, rate)
	for i, v := range moving {
		r.Set(v, moved[i])
		r.Set(velocityOf(v), velocities[i])
	}
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
