package gomlxnet

import (
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/ml/model"
)

// Graph builds the net on images [batch, size, size, channels] and returns its
// logits [batch, classes] and the activations that leave each layer. Variables
// live under /net/<layer>/weights and biases; frozen ones are marked as not
// trainable and no gradient flows below the cut. In training, rng is the random
// state of dropout; nil builds the net for testing, without dropout. Dropout
// over frozen layers stays live in training, as in the paper. It panics where
// the arch is invalid, as graph functions do.
func (a Arch) Graph(scope *model.Scope, images, rng *Node, cut Cut) (logits *Node, layers []*Node) {
	layers = a.layersGraph(scope, images, rng, cut, 0, len(a.Layers))
	return layers[len(layers)-1], layers
}

// layersGraph is the layers from..to-1 on x, which is images where from is 0. What comes in and all that it returns is float32.
// What reads no further must not make the variables of others: GoMLX's Go
// backend (compute v0.1.2) ends with an index out of range where a parameter
// comes behind all that the outputs need.
func (a Arch) layersGraph(scope *model.Scope, x, rng *Node, cut Cut, from, to int) (layers []*Node) {
	vars, err := a.Variables()
	if err != nil {
		panic(err)
	}
	if err := cut.Check(a); err != nil {
		panic(err)
	}
	if from == 0 {
		x.AssertDims(-1, a.Size, a.Size, a.Channels)
	}
	g := x.Graph()
	var rngs []*Node
	if rng != nil {
		rngs = []*Node{rng}
	}
	return a.layers(x, rngs, func(i int) *Node {
		v, name := vars[i], weightsName
		if i%2 == 1 {
			name = biasesName
		}
		mv := scope.At(netScope).At("%s", a.Layers[v.Layer].Name).VariableWithShape(name, shapes.Make(dtypes.Float32, v.Shape...))
		mv.SetTrainable(!cut.frozen(v.Layer) && v.Param.RateMult != 0)
		return mv.NodeValue(g)
	}, cut, from, to, 1)
}

// layers is the layers from..to-1 of several nets on x (see stack.go): value gives the variable of each index, and rngs are the
// states of each net's dropout, nil in testing.
func (a Arch) layers(x *Node, rngs []*Node, value func(i int) *Node, cut Cut, from, to, nets int) (layers []*Node) {
	dtype := a.Precision.dtype()
	x = as(x, dtype)
	for i := from; i < to; i++ {
		l := a.Layers[i]
		w, b := as(value(2*i), dtype), as(value(2*i+1), dtype)
		x = l.forward(x, w, b, nets)
		if l.Dropout > 0 && rngs != nil {
			x, rngs = dropout(x, rngs, l.Dropout)
		}
		if cut.Frozen && i == cut.N-1 {
			x = StopGradient(x)
		}
		layers = append(layers, as(x, dtypes.Float32))
	}
	return layers
}

// as is x as numbers of a type.
func as(x *Node, dtype dtypes.DType) *Node {
	if x.DType() == dtype {
		return x
	}
	return ConvertDType(x, dtype)
}

// forward is the layer of several nets without its dropout.
func (l Layer) forward(x, w, b *Node, nets int) *Node {
	switch l.Kind {
	case Convolution:
		convolve, groups := Conv, max(l.Groups, 1)
		if nets > 1 {
			convolve, groups = conv, nets*groups
		}
		x = keptGradient(addBias(convolve(x, w, max(l.Stride, 1), l.Pad, groups), b))
	case InnerProduct:
		x = innerProduct(x, w, b, nets)
	}
	// The relu of a maximum is the maximum of relus: pooled first, the relu and
	// its gradient touch a quarter of the values.
	if l.Pool != nil {
		x = l.Pool.Max(x)
	}
	if l.ReLU {
		x = ReLU(x)
	}
	if l.LRN != nil {
		x.AssertRank(4)
		dims := x.Shape().Dimensions
		each := Reshape(as(x, dtypes.Float32), dims[0], dims[1], dims[2]*nets, dims[3]/nets) // it is across the channels of a net
		x = as(Reshape(l.LRN.Normalize(each), dims...), x.DType())
	}
	return x
}

// innerProduct is that of several nets: x is [batch, height, width, nets·channels] from a convolution or, stacked, [nets, batch, in]
// from another product; w is [nets, in, out] and b [nets, out]. The result is [nets, batch, out]. For one net there is no axis of nets.
func innerProduct(x, w, b *Node, nets int) *Node {
	if nets == 1 {
		return addBias(MatMul(Reshape(x, x.Shape().Dim(0), -1), w), b)
	}
	if x.Rank() == 4 {
		dims := x.Shape().Dimensions
		x = TransposeAllAxes(Reshape(x, dims[0], dims[1]*dims[2], nets, dims[3]/nets), 2, 0, 1, 3)
	}
	x = Reshape(x, nets, x.Shape().Dim(1), -1)
	y := DotGeneral(x, []int{2}, []int{0}, w, []int{1}, []int{0})
	return addBias(y, b)
}

// addBias adds b, [channels], to x, [..., channels], or [nets, out] to [nets, batch, out]. Its gradient is a sum over all other axes,
// which is taken as a product with ones: XLA's own sum over leading axes goes through memory channel by channel.
func addBias(x, b *Node) *Node {
	nets, channels := b.Shape().Dimensions[:b.Rank()-1], b.Shape().Dim(-1)
	return withGradients(func(in []*Node) *Node {
		dims := slices.Repeat([]int{1}, x.Rank())
		copy(dims, nets)
		dims[x.Rank()-1] = channels
		return Add(x, Reshape(in[0], dims...))
	}, []*Node{b}, func(_, dy *Node) *Node {
		if len(nets) == 0 {
			rows := Reshape(dy, -1, channels)
			return Reshape(MatMul(Ones(b.Graph(), shapes.Make(b.DType(), 1, rows.Shape().Dim(0))), rows), channels)
		}
		ones := Ones(b.Graph(), shapes.Make(b.DType(), nets[0], 1, dy.Shape().Dim(1)))
		return Reshape(DotGeneral(ones, []int{2}, []int{0}, dy, []int{1}, []int{0}), nets[0], channels)
	})
}
