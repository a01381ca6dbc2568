package op

import (
	"math/rand/v2"
	"testing"

	"coadapt/gomlxnet/op/optest"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// twinCase is one use of an operation: its graph, its slow twin (a plain loop in
// float64) and the inputs of both.
type twinCase struct {
	Name  string
	Graph func(in []*Node) *Node
	Loop  func(in []optest.Array) optest.Array
	In    []optest.Array
}

// check compares operations with their slow twins: the values, and the
// gradient of Σ r·f(x) for a random r with the central differences of the loop.
// tol is relative to the largest value compared. All cases share one graph,
// since XLA takes half a second for each, however small.
func check(t *testing.T, backend compute.Backend, tol float64, cases []twinCase) {
	t.Helper()
	var in []optest.Array
	want := make([]optest.Array, len(cases))
	for i, c := range cases {
		want[i] = c.Loop(c.In)
		in = append(append(in, c.In...), optest.Random(99, want[i].Shape...))
	}
	got := optest.Run(t, backend, func(nodes []*Node) (out []*Node) {
		for _, c := range cases {
			x, r := nodes[:len(c.In)], nodes[len(c.In)]
			nodes = nodes[len(c.In)+1:]
			y := c.Graph(x)
			out = append(append(out, y), Gradient(ReduceAllSum(Mul(y, r)), x...)...)
		}
		return out
	}, in...)
	for i, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			optest.Compare(t, "values", got[0], want[i], tol)
			for arg := range c.In {
				optest.Compare(t, "gradient", got[1+arg], differences(c.Loop, c.In, arg, in[len(c.In)]), tol)
			}
		})
		in, got = in[len(c.In)+1:], got[len(c.In)+1:]
	}
}

// differences is the central-difference gradient of Σ weight·loop(in) by in[arg].
func differences(
	loop func(in []optest.Array) optest.Array, in []optest.Array, arg int, weight optest.Array,
) optest.Array {
	const h = 1e-5
	score := func() (s float64) {
		for i, y := range loop(in).Data {
			s += y * weight.Data[i]
		}
		return s
	}
	grad := optest.NewArray(in[arg].Shape...)
	for i, x := range in[arg].Data {
		in[arg].Data[i] = x + h
		up := score()
		in[arg].Data[i] = x - h
		grad.Data[i] = (up - score()) / (2 * h)
		in[arg].Data[i] = x
	}
	return grad
}

// spread draws a random order of values 0.1 apart, so that no two of them are
// within the step of a finite difference.
func spread(seed uint64, shape ...int) optest.Array {
	a, rng := optest.NewArray(shape...), rand.New(rand.NewPCG(seed, 2))
	for i, p := range rng.Perm(len(a.Data)) {
		a.Data[i] = float64(float32(0.1*float64(p) - 0.05*float64(len(a.Data))))
	}
	return a
}
