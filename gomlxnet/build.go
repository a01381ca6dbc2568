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
	g, dtype := x.Graph(), a.Precision.dtype()
	x = as(x, dtype)
	for i := from; i < to; i++ {
		l := a.Layers[i]
		at := scope.At(netScope).At("%s", l.Name)
		value := func(v Variable, name string) *Node {
			mv := at.VariableWithShape(name, shapes.Make(dtypes.Float32, v.Shape...))
			mv.SetTrainable(!cut.frozen(i) && v.Param.RateMult != 0)
			return as(mv.NodeValue(g), dtype)
		}
		w, b := value(vars[2*i], weightsName), value(vars[2*i+1], biasesName)
		x = l.forward(x, w, b)
		if l.Dropout > 0 && rng != nil {
			x, rng = Dropout(x, rng, l.Dropout)
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

// forward is the layer without its dropout.
func (l Layer) forward(x, w, b *Node) *Node {
	switch l.Kind {
	case Convolution:
		x = keptGradient(addBias(Conv(x, w, max(l.Stride, 1), l.Pad, max(l.Groups, 1)), b))
	case InnerProduct:
		x = addBias(MatMul(Reshape(x, x.Shape().Dim(0), -1), w), b)
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
		x = as(l.LRN.Normalize(as(x, dtypes.Float32)), x.DType())
	}
	return x
}

// addBias adds b, [channels], to x, [..., channels]. Its gradient is a sum over all other axes, which is taken as a product with ones:
// XLA's own sum over leading axes goes through memory channel by channel.
func addBias(x, b *Node) *Node {
	channels := b.Shape().Dim(0)
	return withGradients(func(in []*Node) *Node {
		dims := slices.Repeat([]int{1}, x.Rank())
		dims[x.Rank()-1] = channels
		return Add(x, Reshape(in[0], dims...))
	}, []*Node{b}, func(_, dy *Node) *Node {
		rows := Reshape(dy, -1, channels)
		return Reshape(MatMul(Ones(b.Graph(), shapes.Make(b.DType(), 1, rows.Shape().Dim(0))), rows), channels)
	})
}
