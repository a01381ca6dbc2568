package gomlxnet

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// Spec is an operation as plain data: all that the package knows of it. A new one is a file with its methods, and an
// entry in specs.
type Spec interface {
	Kind() string                       // its name in JSON and in messages
	Joins() bool                        // it reads two inputs or more, and not one
	Dims(in []Dims) (Dims, error)       // what leaves it, or what does not fit
	Vars(in []Dims) []Var               // its variables
	Build(c *Context, in []*Node) *Node // the graph of one net or of several, see stack.go
	Cost(in []Dims, out Dims) Cost      // MultiplyAdds and Activations for one image
	Field(in Field, dims Dims) Field    // the receptive field of what leaves it; dims is what enters
	Static() bool                       // in a frozen block of a net in training it is a fixed function of its input
}

// specs are the operations that JSON can name.
var specs = []Spec{Convolution{}, Dense{}, ReLU{}, Pool{}, AveragePool{}, AdaptiveAverage{}, GlobalAverage{},
	LRN{}, BatchNorm{}, Dropout{}, Sum{}, Concat{}, Flatten{}, Shortcut{}}

// plain is what most operations have in common: one input, whose shape it leaves as it is, place by place, no
// variables, and no cost.
type plain struct{}

func (plain) Joins() bool                  { return false }
func (plain) Dims(in []Dims) (Dims, error) { return in[0], nil }
func (plain) Vars([]Dims) []Var            { return nil }
func (plain) Cost([]Dims, Dims) Cost       { return Cost{} }
func (plain) Field(in Field, _ Dims) Field { return in }
func (plain) Static() bool                 { return true }

// Role says what changes a variable.
type Role int

// The roles.
const (
	Learned   Role = iota // the solver, by its gradient
	Statistic             // its operation, in training: a running mean
)

// Var is a variable of an operation.
type Var struct {
	Name  string
	Shape []int // convolution: kernel, kernel, in/groups, out; inner product: in, out; bias: out
	FanIn int   // inputs to one output unit
	Param Param
	Role  Role
	// Beside: those of several nets in one graph lie beside each other along the last axis. Others get a first axis of
	// nets.
	Beside bool
}

// Param is how one variable starts and how the solver treats it: Caffe's
// filler, blobs_lr and weight_decay multiplier.
type Param struct {
	Filler    Filler  `json:"filler"`
	RateMult  float64 `json:"rate_mult"`
	DecayMult float64 `json:"decay_mult"`
}

// or is p, or another where p is zero.
func (p Param) or(q Param) Param {
	if p == (Param{}) {
		return q
	}
	return p
}

// Context is what an operation is built with beside its inputs.
type Context struct {
	Nets     int  // how many nets are stacked
	Learning bool // the net is in training, and the block is not frozen
	pass     *pass
	vars     []int // the operation's, as indices of Arch.Variables
}

// Var is variable i of the operation, of all nets, as numbers of x's type.
func (c *Context) Var(i int, x *Node) *Node { return as(c.pass.value(c.vars[i]), x.DType()) }

// Update sets the statistic that is variable i of the operation.
func (c *Context) Update(i int, value *Node) { c.pass.update(c.vars[i], value) }

// weighted are the weights and biases of a convolution or an inner product. No weights are He's, no biases are none.
func weighted(shape []int, fanIn int, weight Param, bias *Param, beside bool) []Var {
	he := Param{Filler{Kind: MSRA}, 1, 1}
	vars := []Var{{Name: weightsName, Shape: shape, FanIn: fanIn, Param: weight.or(he), Beside: beside}}
	if bias != nil {
		of := shape[len(shape)-1:]
		vars = append(vars, Var{Name: biasesName, Shape: of, FanIn: fanIn, Param: *bias, Beside: beside})
	}
	return vars
}

// checkOutputs says what is wrong with a number of output channels.
func checkOutputs(n int) error {
	if n < 1 {
		return fmt.Errorf("%d outputs, want at least 1", n)
	}
	return nil
}
