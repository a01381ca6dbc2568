package train

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/nets/nettest"
	"coadapt/gomlxnet/op"
	"coadapt/gomlxnet/op/optest"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
)

// quadratic is variables with the loss Σ curvature/2 · w², so that the gradient of each is curvature·w, and a solver
// that steps them.
type quadratic struct {
	exec *Exec
	w, v []*tensors.Tensor
}

func newQuadratic(
	t *testing.T, backend compute.Backend, solver SGD, curvature float64, params []op.Param,
	start ...*tensors.Tensor,
) *quadratic {
	t.Helper()
	q, n := &quadratic{w: start}, len(start)
	for _, w := range start {
		q.v = append(q.v, tensors.FromShape(w.Shape()))
	}
	var err error
	q.exec, err = NewExec(backend, func(in []*Node) []*Node {
		rate, w, v := in[0], in[1:1+n], in[1+n:]
		loss := ScalarZero(rate.Graph(), dtypes.Float32)
		for _, x := range w {
			loss = Add(loss, ReduceAllSum(MulScalar(Square(x), curvature/2)))
		}
		moved, velocities := solver.update(loss, w, v, params, func(int) *Node { return rate })
		return append(moved, velocities...)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(q.exec.Finalize)
	return q
}

func (q *quadratic) step(t *testing.T, rate float64) {
	t.Helper()
	in := []any{tensors.FromScalar(float32(rate))}
	for _, x := range slices.Concat(q.w, q.v) {
		in = append(in, x)
	}
	out, err := q.exec.Call(in...)
	if err != nil {
		t.Fatal(err)
	}
	q.w, q.v = out[:len(q.w)], out[len(q.w):]
}

// Loss w²/2 from w = 1, momentum 0.5, rate 0.5 for two steps, then 0.25. All
// numbers are exact in binary:
//
//	step  rate  v = v/2 + rate·w                    w - v
//	1     0.5   0 + 0.5 = 0.5                       0.5
//	2     0.5   0.25 + 0.25 = 0.5                   0
//	3     0.25  0.25 + 0 = 0.25                     -0.25
//	4     0.25  0.125 - 0.0625 = 0.0625             -0.3125
//
// PyTorch keeps the rate outside: v = v/2 + w is 1, 1, 0.5 and its third step,
// 0.25·0.5, is half of ours: w = -0.125.
func TestSGDAcrossADrop(t *testing.T) {
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		q := newQuadratic(t, backend, SGD{Momentum: 0.5}, 1, []op.Param{{RateMult: 1}}, tensors.FromScalar(float32(1)))
		schedule := Schedule{Policy: Step, Base: 0.5, Gamma: 0.5, Every: 2}
		velocity := []float32{0.5, 0.5, 0.25, 0.0625}
		for i, want := range []float32{0.5, 0, -0.25, -0.3125} {
			q.step(t, schedule.Rate(i))
			if got := tensors.ToScalar[float32](q.w[0]); got != want {
				t.Errorf("after step %d: w = %v, want %v", i+1, got, want)
			}
			if got := tensors.ToScalar[float32](q.v[0]); got != velocity[i] {
				t.Errorf("after step %d: v = %v, want %v", i+1, got, velocity[i])
			}
		}
	})
}

// Variables large enough that they change behind all gradients, two of them and a small one: each value of each as
// if it were alone. Loss w²/2, momentum, rate and decay 0.5, from w: v = 0.5·1.5w = 0.75w, w - v = 0.25w; v = 0.375w +
// 0.5·1.5·0.25w = 0.5625w, 0.25w - v = -0.3125w.
func TestSGDLargeVariables(t *testing.T) {
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		start, size := []float32{1, 4, 2}, []int{largeVariable, 3, largeVariable + 5}
		var w []*tensors.Tensor
		for i, value := range start {
			w = append(w, tensors.FromFlatDataAndDimensions(slices.Repeat([]float32{value}, size[i]), size[i]))
		}
		params := slices.Repeat([]op.Param{{RateMult: 1, DecayMult: 1}}, len(w))
		q := newQuadratic(t, backend, SGD{Momentum: 0.5, Decay: 0.5}, 1, params, w...)
		for step, factor := range []float32{0.25, -0.3125} {
			q.step(t, 0.5)
			for i, value := range start {
				want := slices.Repeat([]float32{factor * value}, size[i])
				if got := tensors.MustCopyFlatData[float32](q.w[i]); !slices.Equal(got, want) {
					t.Errorf("step %d: variable %d is %v..., want %v", step+1, i, got[:3], want[0])
				}
			}
		}
	})
}

// With momentum 0.9, decay 0.1 and multipliers, against the update written out
// in float64. Loss w², gradient 2w.
func TestSGDDecayAndMultipliers(t *testing.T) {
	params := []op.Param{
		{RateMult: 1, DecayMult: 1},   // plain
		{RateMult: 2, DecayMult: 0},   // a bias
		{RateMult: 0.5, DecayMult: 3}, // another
	}
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		var start []*tensors.Tensor
		w, v := make([]float64, len(params)), make([]float64, len(params))
		for i := range params {
			start, w[i] = append(start, tensors.FromScalar(float32(0.7))), float64(float32(0.7))
		}
		q := newQuadratic(t, backend, SGD{Momentum: 0.9, Decay: 0.1}, 2, params, start...)
		for i, rate := range []float64{0.1, 0.1, 0.1, 0.01, 0.01} {
			q.step(t, rate)
			for k, p := range params {
				v[k] = 0.9*v[k] + rate*p.RateMult*(2*w[k]+0.1*p.DecayMult*w[k])
				w[k] -= v[k]
				if got := float64(tensors.ToScalar[float32](q.w[k])); math.Abs(got-w[k]) > 1e-6 {
					t.Errorf("step %d, %+v: %v, want %v", i+1, p, got, w[k])
				}
			}
		}
		if w[0] == w[1] || w[0] == w[2] {
			t.Error("the multipliers change nothing: the test compares nothing")
		}
	})
}

// A rate multiplier of 0 leaves a variable of the net bit-equal, whatever decay
// and momentum would do, and the others learn.
func TestMultiplierZeroMovesNothing(t *testing.T) {
	a := nettest.Tiny(4, 0)
	nettest.Multipliers(&a, 1, 0, 2)
	nettest.Multipliers(&a, 6, 1, 0)
	trainer, err := New(optest.Open(t, "go"), a, SGD{Momentum: 0.9, Decay: 0.5}, 4)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(trainer.Close)
	before := nettest.Init(t, a, 3)
	after := trainSteps(t, trainer, before, arch.Cut{}, 0, 3)
	for path := range before {
		moved := !nettest.EqualBits(before[path], after[path])
		if still := path == "/net/conv2/weights" || path == "/net/fc7/biases"; moved == still {
			t.Errorf("%s moved: %v", path, moved)
		}
	}
	for _, v := range trainer.vars { // a gradient of NaN would move a velocity, and with it the variable
		still := v.Path == "/net/conv2/weights" || v.Path == "/net/fc7/biases"
		if learns := v.Learns(arch.Cut{}); learns == still {
			t.Errorf("%s learns: %v", v.Path, learns)
		}
	}
}

func TestSGDPanics(t *testing.T) {
	backend := optest.Open(t, "go")
	for name, c := range map[string]struct {
		graph func(w *Node)
		want  string
	}{
		"loss of two values": {func(w *Node) {
			params := []op.Param{{RateMult: 1}}
			SGD{}.update(Stack([]*Node{w, w}, 0), []*Node{w}, []*Node{w}, params, func(int) *Node { return w })
		}, "scalar"},
		"nothing to train": {func(w *Node) { SGD{}.update(w, nil, nil, nil, nil) }, "no variable"},
	} {
		_, err := CallOnce(backend, func(w *Node) *Node {
			c.graph(w)
			return w
		}, float32(1))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error that says %q", name, err, c.want)
		}
	}
}

// The schedule of the paper's nets: 0.01, a tenth every 100,000 iterations, to
// 450,000. Its last rate is 1e-6.
func TestScheduleRate(t *testing.T) {
	paper := Schedule{Policy: Step, Base: 0.01, Gamma: 0.1, Every: 100_000}
	poly := Schedule{Policy: Poly, Base: 0.4, Max: 1000, Power: 2}
	linear := Schedule{Policy: Poly, Base: 0.4, Max: 1000, Power: 1}
	for _, c := range []struct {
		s    Schedule
		iter int
		want float64
	}{
		{paper, 0, 1e-2}, {paper, 99_999, 1e-2}, {paper, 100_000, 1e-3}, {paper, 199_999, 1e-3},
		{paper, 200_000, 1e-4}, {paper, 300_000, 1e-5}, {paper, 400_000, 1e-6}, {paper, 449_999, 1e-6},
		{poly, 0, 0.4}, {poly, 500, 0.1}, {poly, 900, 0.004}, {poly, 1000, 0}, {poly, 1001, 0},
		{linear, 250, 0.3}, {linear, 999, 0.0004},
		{Schedule{Policy: Fixed, Base: 0.3}, 12345, 0.3},
	} {
		if got := c.s.Rate(c.iter); math.Abs(got-c.want) > 1e-12*c.s.Base {
			t.Errorf("%+v at %d: %v, want %v", c.s, c.iter, got, c.want)
		}
		if err := c.s.Check(); err != nil {
			t.Errorf("%+v: %v", c.s, err)
		}
	}
	for _, bad := range []Schedule{
		{}, {Policy: Fixed}, {Policy: Fixed, Base: -1}, {Policy: "cosine", Base: 1}, {Policy: Fixed, Base: math.NaN()},
		{Policy: Step, Base: 1, Gamma: 0.1}, {Policy: Step, Base: 1, Every: 10}, {Policy: Poly, Base: 1, Power: 1},
		{Policy: Poly, Base: 1, Max: 10},
	} {
		if err := bad.Check(); err == nil || !strings.Contains(err.Error(), "rate schedule") {
			t.Errorf("%s: %v, want an error", fmt.Sprintf("%+v", bad), err)
		}
	}
}
