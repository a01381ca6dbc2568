package gomlxnet

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gomlx/compute/dtypes"
)

// Arch is a net as plain data: eight layers in the paper's sense, each a
// convolution or inner product with the relu, pooling, normalisation and
// dropout that follow it. Two nets with equal Arch are the same function of
// their weights. The JSON form is canonical and is part of a result's key.
type Arch struct {
	Name     string  `json:"name"`
	Size     int     `json:"size"`     // height and width of the input, pixels
	Channels int     `json:"channels"` // of the input, 3 for colour
	Classes  int     `json:"classes"`  // outputs of the last layer
	Layers   []Layer `json:"layers"`
	// Precision is that of activations and of the weights that they meet; variables, gradients by them, the solver, response
	// normalisation and the loss are float32 in any.
	Precision Precision `json:"precision,omitempty"`
}

// Precision names a type of floating-point numbers.
type Precision string

// The precisions.
const (
	Float32  Precision = ""
	BFloat16 Precision = "bfloat16" // 8 bits of mantissa, float32's exponent
)

func (p Precision) dtype() dtypes.DType {
	if p == BFloat16 {
		return dtypes.BFloat16
	}
	return dtypes.Float32
}

// Kind says what a layer multiplies by its weights.
type Kind string

// The kinds of layer, in Caffe's words.
const (
	Convolution  Kind = "convolution"
	InnerProduct Kind = "inner_product"
)

// Layer is one parameter layer and what follows it, applied in the order of
// the fields: weights and biases, ReLU, Pool, LRN, Dropout. Pool comes before
// LRN: that is CaffeNet, not AlexNet.
type Layer struct {
	Name    string  `json:"name"`
	Kind    Kind    `json:"kind"`
	Out     int     `json:"out"`              // output channels; of the last layer: ignored, Arch.Classes is used
	Kernel  int     `json:"kernel,omitempty"` // window of the convolution, pixels
	Stride  int     `json:"stride,omitempty"` // 0 means 1
	Pad     int     `json:"pad,omitempty"`    // zeros on every side
	Groups  int     `json:"groups,omitempty"` // 0 means 1
	ReLU    bool    `json:"relu,omitempty"`
	Pool    *Pool   `json:"pool,omitempty"`
	LRN     *LRN    `json:"lrn,omitempty"`
	Dropout float64 `json:"dropout,omitempty"` // probability of dropping, in [0, 1)
	Weight  Param   `json:"weight"`
	Bias    Param   `json:"bias"`
}

// Param is how one variable starts and how the solver treats it: Caffe's
// filler, blobs_lr and weight_decay multiplier.
type Param struct {
	Filler    Filler  `json:"filler"`
	RateMult  float64 `json:"rate_mult"`
	DecayMult float64 `json:"decay_mult"`
}

// Pool is max pooling with Caffe's ceil-mode output size.
type Pool struct {
	Kernel int `json:"kernel"`
	Stride int `json:"stride"`
}

// LRN is local response normalisation across channels as in Caffe:
// x / (1 + alpha/size · Σ x²)^beta over a centred window of size channels.
type LRN struct {
	Size  int     `json:"size"`
	Alpha float64 `json:"alpha"`
	Beta  float64 `json:"beta"`
}

// Dims is the shape of one image's activations: height, width and channels.
type Dims struct{ Height, Width, Channels int }

// Values is the number of activations.
func (d Dims) Values() int { return d.Height * d.Width * d.Channels }

// LayerDims are the shapes at the border of one layer.
type LayerDims struct {
	In   Dims // what enters; flattened by an inner product
	Conv Dims // what leaves the weights, before pooling
	Out  Dims // what the next layer sees
}

// Dims gives the shapes of every layer, or an error that names the layer
// where the sizes do not fit.
func (a Arch) Dims() ([]LayerDims, error) {
	if a.Size < 1 || a.Channels < 1 || a.Classes < 2 || len(a.Layers) == 0 {
		return nil, fmt.Errorf("arch %q: size %d, channels %d, classes %d and %d layers; want at least 1, 1, 2 and 1",
			a.Name, a.Size, a.Channels, a.Classes, len(a.Layers))
	}
	if a.Precision != Float32 && a.Precision != BFloat16 {
		return nil, fmt.Errorf("arch %q: precision %q, want %q or %q, which is float32", a.Name, a.Precision, BFloat16, Float32)
	}
	dims := make([]LayerDims, len(a.Layers))
	cur := Dims{a.Size, a.Size, a.Channels}
	for i, l := range a.Layers {
		out := a.Outputs(i)
		if err := a.check(i); err != nil {
			return nil, err
		}
		d := LayerDims{In: cur}
		switch l.Kind {
		case Convolution:
			g := max(l.Groups, 1)
			if cur.Channels%g != 0 || out%g != 0 {
				return nil, fmt.Errorf("arch %q, layer %s: %d groups do not divide %d input and %d output channels", a.Name, l.Name, g, cur.Channels, out)
			}
			h, err := convSize(cur.Height, l.Kernel, max(l.Stride, 1), l.Pad)
			if err != nil {
				return nil, fmt.Errorf("arch %q, layer %s: %w", a.Name, l.Name, err)
			}
			d.Conv = Dims{h, h, out}
		case InnerProduct:
			d.Conv = Dims{1, 1, out}
		default:
			return nil, fmt.Errorf("arch %q, layer %s: kind %q, want %q or %q", a.Name, l.Name, l.Kind, Convolution, InnerProduct)
		}
		d.Out = d.Conv
		if p := l.Pool; p != nil {
			if p.Kernel < 1 || p.Stride < 1 || p.Kernel > d.Conv.Height {
				return nil, fmt.Errorf("arch %q, layer %s: pool of kernel %d, stride %d over %d pixels", a.Name, l.Name, p.Kernel, p.Stride, d.Conv.Height)
			}
			s := PoolSize(d.Conv.Height, p.Kernel, p.Stride)
			d.Out.Height, d.Out.Width = s, s
		}
		dims[i], cur = d, d.Out
	}
	if last := a.Layers[len(a.Layers)-1]; last.Kind != InnerProduct {
		return nil, fmt.Errorf("arch %q: the last layer %s must be an %s", a.Name, last.Name, InnerProduct)
	}
	return dims, nil
}

// check says what is wrong with layer i (from 0), whatever its input.
func (a Arch) check(i int) error {
	l := a.Layers[i]
	switch {
	case l.Name == "":
		return fmt.Errorf("arch %q, layer %d: no name", a.Name, i+1)
	case slices.ContainsFunc(a.Layers[:i], func(b Layer) bool { return b.Name == l.Name }):
		return fmt.Errorf("arch %q, layer %s: the name is given twice", a.Name, l.Name)
	case a.Outputs(i) < 1:
		return fmt.Errorf("arch %q, layer %s: %d outputs, want at least 1", a.Name, l.Name, a.Outputs(i))
	case l.Dropout < 0 || l.Dropout >= 1:
		return fmt.Errorf("arch %q, layer %s: dropout %v, want a probability in [0, 1)", a.Name, l.Name, l.Dropout)
	case l.LRN != nil && l.LRN.Size%2 != 1:
		return fmt.Errorf("arch %q, layer %s: LRN over %d channels, want an odd number", a.Name, l.Name, l.LRN.Size)
	}
	return nil
}

// Outputs is the number of output channels of layer i (from 0).
func (a Arch) Outputs(i int) int {
	if i == len(a.Layers)-1 {
		return a.Classes
	}
	return a.Layers[i].Out
}

// Cuts is the largest cut: every layer but the last can be transferred.
func (a Arch) Cuts() int { return len(a.Layers) - 1 }

func convSize(in, kernel, stride, pad int) (int, error) {
	if kernel < 1 || pad < 0 || in+2*pad < kernel {
		return 0, fmt.Errorf("a window of %d with padding %d does not fit %d pixels", kernel, pad, in)
	}
	return (in+2*pad-kernel)/stride + 1, nil
}

// PoolSize is Caffe's output size of an unpadded pooling: windows that hang
// over the far edge count, ceil((in-kernel)/stride)+1, but not those that start
// beyond it, which a stride larger than the kernel would give.
func PoolSize(in, kernel, stride int) int {
	return min((in-kernel+stride-1)/stride, (in-1)/stride) + 1
}

// errNoWeights says that weights lack a variable of the net.
var errNoWeights = errors.New("no such variable")

// Variable is the name and shape of one blob of the net.
type Variable struct {
	Path  string // "/net/conv1/weights"
	Layer int    // from 0
	Shape []int  // convolution: kernel, kernel, in/groups, out; inner product: in, out; bias: out
	FanIn int    // inputs to one output unit
	Param Param
}

// Size is the number of values.
func (v Variable) Size() int {
	n := 1
	for _, d := range v.Shape {
		n *= d
	}
	return n
}

// Variables lists the blobs of the net, weights before biases, from the first
// layer to the last.
func (a Arch) Variables() ([]Variable, error) {
	dims, err := a.Dims()
	if err != nil {
		return nil, err
	}
	var vars []Variable
	for i, l := range a.Layers {
		d := dims[i]
		shape, fan := []int{d.In.Values(), d.Conv.Channels}, d.In.Values()
		if l.Kind == Convolution {
			in := d.In.Channels / max(l.Groups, 1)
			shape, fan = []int{l.Kernel, l.Kernel, in, d.Conv.Channels}, l.Kernel*l.Kernel*in
		}
		scope := "/" + netScope + "/" + l.Name + "/"
		vars = append(vars,
			Variable{scope + weightsName, i, shape, fan, l.Weight},
			Variable{scope + biasesName, i, []int{d.Conv.Channels}, fan, l.Bias})
	}
	return vars, nil
}

const (
	netScope    = "net"
	weightsName = "weights"
	biasesName  = "biases"
)
