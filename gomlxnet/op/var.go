package op

import (
	"fmt"

	"coadapt/gomlxnet/strict"
)

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

// Size is the number of values.
func (v Var) Size() int { return product(v.Shape) }

// Param is how one variable starts and how the solver treats it: Caffe's
// filler, blobs_lr and weight_decay multiplier.
type Param struct {
	Filler    Filler  `json:"filler"`
	RateMult  float64 `json:"rate_mult"`
	DecayMult float64 `json:"decay_mult"`
}

// UnmarshalJSON takes multipliers that are not given for 1.
func (p *Param) UnmarshalJSON(text []byte) error {
	type fields Param
	f := fields{RateMult: 1, DecayMult: 1}
	err := strict.Decode(text, &f)
	*p = Param(f)
	return err
}

// or is p, or another where p is zero.
func (p Param) or(q Param) Param {
	if p == (Param{}) {
		return q
	}
	return p
}

// weighted are the weights and biases of a convolution or an inner product. No weights are He's, no biases are none.
func weighted(shape []int, fanIn int, weight Param, bias *Param, beside bool) []Var {
	he := Param{Filler{Kind: MSRA}, 1, 1}
	vars := []Var{{Name: "weights", Shape: shape, FanIn: fanIn, Param: weight.or(he), Beside: beside}}
	if bias != nil {
		of := shape[len(shape)-1:]
		vars = append(vars, Var{Name: "biases", Shape: of, FanIn: fanIn, Param: *bias, Beside: beside})
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
