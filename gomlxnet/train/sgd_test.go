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
	"github.com/gomlx/gomlx/ml/model"
)

// quadratic is a net of scalar weights with the loss Σ a/2 · w², so that the
// gradient of each is a·w, and a solver that steps it.
type quadratic struct {
	store  *model.Store
	exec   *model.Exec
	solver SGD
}

func newQuadratic(
	t *testing.T, backend compute.Backend, solver SGD, curvature float64, start map[string]float32,
) quadratic {
	t.Helper()
	q := quadratic{store: model.NewStore(), solver: solver}
	for path, value := range start {
		if _, err := q.store.CreateVariable(path, tensors.FromScalar(value)); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	q.exec, err = model.NewExec(backend, q.store, func(scope *model.Scope, g *Graph) *Node {
		var loss *Node
		for path := range start {
			term := MulScalar(Square(q.store.GetVariable(path).NodeValue(g)), curvature/2)
			if loss == nil {
				loss = term
			} else {
				loss = Add(loss, term)
			}
		}
		solver.updateGraph(scope, g, loss)
		return loss
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(q.exec.Finalize)
	return q
}

func (q quadratic) step(t *testing.T, rate float64) {
	t.Helper()
	if err := q.solver.rateVar(q.store.RootScope()).SetValue(tensors.FromScalar(float32(rate))); err != nil {
		t.Fatal(err)
	}
	if _, err := q.exec.Exec(); err != nil {
		t.Fatal(err)
	}
}

func (q quadratic) value(t *testing.T, path string) float32 {
	t.Helper()
	v, err := q.store.GetVariable(path).Value()
	if err != nil {
		t.Fatal(err)
	}
	return tensors.ToScalar[float32](v)
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
		q := newQuadratic(t, backend, SGD{Momentum: 0.5}, 1, map[string]float32{"/net/w": 1})
		schedule := Schedule{Policy: Step, Base: 0.5, Gamma: 0.5, Every: 2}
		velocity := []float32{0.5, 0.5, 0.25, 0.0625}
		for i, want := range []float32{0.5, 0, -0.25, -0.3125} {
			q.step(t, schedule.Rate(i))
			if got := q.value(t, "/net/w"); got != want {
				t.Errorf("after step %d: w = %v, want %v", i+1, got, want)
			}
			if got := q.value(t, "/solver/momentum/net/w"); got != velocity[i] {
				t.Errorf("after step %d: v = %v, want %v", i+1, got, velocity[i])
			}
		}
	})
}

// Variables of so many values that they change behind all gradients, two of them and a small one: each value of each as
// if it were alone. Loss w²/2, momentum, rate and decay 0.5, from w: v = 0.5·1.5w = 0.75w, w - v = 0.25w; v = 0.375w +
// 0.5·1.5·0.25w = 0.5625w, 0.25w - v = -0.3125w.
func TestSGDLargeVariables(t *testing.T) {
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		start := map[string]float32{"/net/a": 1, "/net/b": 4, "/net/c": 2}
		size := map[string]int{"/net/a": largeVariable, "/net/b": 3, "/net/c": largeVariable + 5}
		store, solver := model.NewStore(), SGD{Momentum: 0.5, Decay: 0.5}
		for path, value := range start {
			data := slices.Repeat([]float32{value}, size[path])
			if _, err := store.CreateVariable(path, tensors.FromFlatDataAndDimensions(data, len(data))); err != nil {
				t.Fatal(err)
			}
		}
		exec, err := model.NewExec(backend, store, func(scope *model.Scope, g *Graph) *Node {
			loss := ScalarZero(g, dtypes.Float32)
			for path := range start {
				loss = Add(loss, ReduceAllSum(DivScalar(Square(store.GetVariable(path).NodeValue(g)), 2)))
			}
			solver.updateGraph(scope, g, loss)
			return loss
		})
		if err != nil {
			t.Fatal(err)
		}
		defer exec.Finalize()
		for step, factor := range []float32{0.25, -0.3125} {
			if err := solver.rateVar(store.RootScope()).SetValue(tensors.FromScalar(float32(0.5))); err != nil {
				t.Fatal(err)
			}
			if _, err := exec.Exec(); err != nil {
				t.Fatal(err)
			}
			for path, value := range start {
				v, err := store.GetVariable(path).Value()
				if err != nil {
					t.Fatal(err)
				}
				want := slices.Repeat([]float32{factor * value}, size[path])
				if got := tensors.MustCopyFlatData[float32](v); !slices.Equal(got, want) {
					t.Errorf("step %d: %s is %v..., want %v", step+1, path, got[:3], want[0])
				}
			}
		}
	})
}

// With momentum 0.9, decay 0.1 and multipliers, against the update written out
// in float64. Loss w², gradient 2w.
func TestSGDDecayAndMultipliers(t *testing.T) {
	params := map[string]op.Param{
		"/net/plain":   {RateMult: 1, DecayMult: 1},
		"/net/bias":    {RateMult: 2, DecayMult: 0},
		"/net/other":   {RateMult: 0.5, DecayMult: 3},
		"/net/still":   {RateMult: 0, DecayMult: 1},
		"/net/unnamed": {RateMult: 1, DecayMult: 1}, // left out of the solver's table below
	}
	start := map[string]float32{}
	for path := range params {
		start[path] = 0.7
	}
	given := map[string]op.Param{}
	for path, p := range params {
		if path != "/net/unnamed" {
			given[path] = p
		}
	}
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		q := newQuadratic(t, backend, SGD{Momentum: 0.9, Decay: 0.1, params: given}, 2, start)
		w, v := map[string]float64{}, map[string]float64{}
		for path := range params {
			w[path] = float64(start[path])
		}
		for i, rate := range []float64{0.1, 0.1, 0.1, 0.01, 0.01} {
			q.step(t, rate)
			for path, p := range params {
				v[path] = 0.9*v[path] + rate*p.RateMult*(2*w[path]+0.1*p.DecayMult*w[path])
				w[path] -= v[path]
				if got := float64(q.value(t, path)); math.Abs(got-w[path]) > 1e-6 {
					t.Errorf("step %d, %s: %v, want %v", i+1, path, got, w[path])
				}
			}
		}
		if got := q.value(t, "/net/still"); got != start["/net/still"] {
			t.Errorf("rate multiplier 0 moved a variable to %v", got)
		}
		if q.store.GetVariable("/solver/momentum/net/still") != nil {
			t.Error("rate multiplier 0 has a velocity: a gradient of NaN would move it")
		}
		if w["/net/plain"] == w["/net/bias"] || w["/net/plain"] == w["/net/other"] {
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
}

func TestSGDPanics(t *testing.T) {
	backend := optest.Open(t, "go")
	for name, c := range map[string]struct {
		graph func(scope *model.Scope, g *Graph)
		want  string
	}{
		"loss of two values": {func(scope *model.Scope, g *Graph) {
			w := scope.Store().GetVariable("/net/w").NodeValue(g)
			SGD{}.updateGraph(scope, g, Stack([]*Node{w, w}, 0))
		}, "want a scalar"},
		"nothing to train": {func(scope *model.Scope, g *Graph) {
			w := scope.Store().GetVariable("/net/w").SetTrainable(false).NodeValue(g)
			SGD{}.updateGraph(scope, g, w)
		}, "no variable"},
	} {
		store := model.NewStore()
		if _, err := store.CreateVariable("/net/w", tensors.FromScalar(float32(1))); err != nil {
			t.Fatal(err)
		}
		exec, err := model.NewExec(backend, store, func(scope *model.Scope, g *Graph) *Node {
			c.graph(scope, g)
			return ScalarOne(g, store.GetVariable("/net/w").DType())
		})
		if err == nil {
			_, err = exec.Exec()
		}
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
