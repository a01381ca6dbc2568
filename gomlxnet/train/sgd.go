package train

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/op"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// Policy names how the rate falls with the iteration, in Caffe's words.
type Policy string

// The policies. iter counts from 0.
const (
	Fixed Policy = "fixed" // base
	Step  Policy = "step"  // base · gamma^floor(iter/step)
	Poly  Policy = "poly"  // base · (1 - iter/max)^power
)

// Schedule is the learning rate as a function of the iteration.
type Schedule struct {
	Policy Policy  `json:"policy"`
	Base   float64 `json:"base"`
	Gamma  float64 `json:"gamma,omitempty"` // Step
	Every  int     `json:"every,omitempty"` // Step: iterations between drops
	Max    int     `json:"max,omitempty"`   // Poly: iteration at which the rate is 0
	Power  float64 `json:"power,omitempty"` // Poly
	// Warmup, above 0: in the first Warmup iterations the rate is multiplied by (iter+1)/Warmup.
	Warmup int `json:"warmup,omitempty"`
}

// Rate is the learning rate at iteration iter (from 0).
func (s Schedule) Rate(iter int) float64 {
	rate := s.Base
	switch s.Policy {
	case Step:
		rate *= math.Pow(s.Gamma, float64(iter/s.Every))
	case Poly:
		rate *= math.Pow(max(0, 1-float64(iter)/float64(s.Max)), s.Power)
	}
	if iter < s.Warmup {
		rate = rate * float64(iter+1) / float64(s.Warmup)
	}
	return rate
}

// Check says what is wrong with the schedule.
func (s Schedule) Check() error {
	switch {
	case !(s.Base > 0) || math.IsInf(s.Base, 1):
		return fmt.Errorf("rate schedule: base %v, want a number above 0", s.Base)
	case s.Warmup < 0:
		return fmt.Errorf("rate schedule: warm-up of %d iterations, want 0 or more", s.Warmup)
	case s.Policy == Step && (s.Every < 1 || s.Gamma <= 0):
		return fmt.Errorf("rate schedule %q: every %d and gamma %v, want both above 0", s.Policy, s.Every, s.Gamma)
	case s.Policy == Poly && (s.Max < 1 || s.Power <= 0):
		return fmt.Errorf("rate schedule %q: max %d and power %v, want both above 0", s.Policy, s.Max, s.Power)
	case s.Policy != Fixed && s.Policy != Step && s.Policy != Poly:
		return fmt.Errorf("rate schedule %q, want %q, %q or %q", s.Policy, Fixed, Step, Poly)
	}
	return nil
}

// SGD is Caffe's solver. For a variable w with gradient g of the mean loss,
//
//	v <- momentum·v + rate·rateMult·(g + decay·decayMult·w)
//	w <- w - v
//
// The rate is inside v, unlike PyTorch's and Optax's momentum: after a drop of
// the rate the velocity gathered before goes on at its old size. Variables
// that are not trainable, and those with rate multiplier 0, do not move at all.
//
// The rate is an input of the graph, so that one that is compiled serves every schedule.
type SGD struct {
	Momentum float64
	Decay    float64
}

// update is one step of the solver: variables and their velocities behind it. rate gives the rate of each variable, of
// any shape that a product with the variable spreads.
func (s SGD) update(loss *Node, at, velocities []*Node, params []op.Param, rate func(i int) *Node) (w, v []*Node) {
	if len(at) == 0 {
		panic(errors.New("solver: no variable is trainable"))
	}
	grads := Gradient(loss, at...)
	for i, x := range at {
		if d := s.Decay * params[i].DecayMult; d != 0 {
			grads[i] = Add(grads[i], MulScalar(x, d))
		}
	}
	at = slices.Clone(at)
	updateInPlace(grads, at)
	v = make([]*Node, len(at))
	for i, grad := range grads {
		v[i] = Add(MulScalar(velocities[i], s.Momentum), Mul(MulScalar(rate(i), params[i].RateMult), grad))
		at[i] = Sub(at[i], v[i])
	}
	return at, v
}

// updateInPlace has the large variables wait for all gradients before they change. XLA copies one in each step of a
// block (CaffeNet's are 240 MB) where what changes it may, for all that it knows, run before what else reads it.
func updateInPlace(grads, at []*Node) {
	var large []int
	for i, w := range at {
		if w.Shape().Size() >= largeVariable {
			large = append(large, i)
		}
	}
	if len(large) == 0 {
		return
	}
	together := slices.Clone(grads)
	for _, i := range large {
		together = append(together, at[i])
	}
	together = OptimizationBarriers(together...)
	copy(grads, together)
	for k, i := range large {
		at[i] = together[len(grads)+k]
	}
}

// largeVariable is from how many values on a copy is worth a barrier; small ones are faster without (PERFORMANCE.md).
const largeVariable = 1 << 20

// rateVariable holds the learning rate of a single step, a scalar.
var rateVariable = arch.Variable{Path: "/solver/rate"}

// momentumPath is the path of the velocity of the variable at path.
func momentumPath(path string) string { return "/solver/momentum" + path }

// velocityOf is a variable's velocity.
func velocityOf(v arch.Variable) arch.Variable {
	v.Path = momentumPath(v.Path)
	return v
}
