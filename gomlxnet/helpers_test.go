package gomlxnet

import (
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"coadapt/gomlxnet/backend"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend"
	"github.com/gomlx/go-xla/compute/xla"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
)

// onBackends runs f once on the Go backend and once on XLA's CPU. The latter is
// skipped where set-up has not made a plugin.
func onBackends(t *testing.T, f func(t *testing.T, backend compute.Backend)) {
	t.Helper()
	for _, config := range []string{"go", "xla:cpu"} {
		t.Run(config, func(t *testing.T) { f(t, openBackend(t, config)) })
	}
}

func openBackend(t testing.TB, config string) compute.Backend {
	t.Helper()
	if config != "go" {
		if os.Getenv("PJRT_PLUGIN_LIBRARY_PATH") == "" {
			t.Skip("no XLA: PJRT_PLUGIN_LIBRARY_PATH names no folder with a PJRT plugin; `go run ./kernel-setup setup` makes one")
		}
		xla.EnableAutoInstall(false)
	}
	backend, err := backend.Open(config)
	if err != nil {
		t.Fatalf("backend %s: %v", config, err)
	}
	t.Cleanup(backend.Finalize)
	return backend
}

// array is a row-major array of float64, what the plain loops work on.
type array struct {
	shape []int
	data  []float64
}

func newArray(shape ...int) array {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return array{shape, make([]float64, n)}
}

// at is the place of an index in the data.
func (a array) at(index ...int) int {
	k := 0
	for i, x := range index {
		k = k*a.shape[i] + x
	}
	return k
}

// random draws float32-exact standard normal values.
func random(seed uint64, shape ...int) array {
	a, rng := newArray(shape...), rand.New(rand.NewPCG(seed, 1))
	for i := range a.data {
		a.data[i] = float64(float32(rng.NormFloat64()))
	}
	return a
}

// spread draws a random order of values 0.1 apart, so that no two of them are
// within the step of a finite difference.
func spread(seed uint64, shape ...int) array {
	a, rng := newArray(shape...), rand.New(rand.NewPCG(seed, 2))
	for i, p := range rng.Perm(len(a.data)) {
		a.data[i] = float64(float32(0.1*float64(p) - 0.05*float64(len(a.data))))
	}
	return a
}

func (a array) tensor() *tensors.Tensor {
	data := make([]float32, len(a.data))
	for i, x := range a.data {
		data[i] = float32(x)
	}
	return tensors.FromFlatDataAndDimensions(data, a.shape...)
}

func fromTensor(t testing.TB, x *tensors.Tensor) array {
	t.Helper()
	data, err := tensors.CopyFlatData[float32](x)
	if err != nil {
		t.Fatal(err)
	}
	a := newArray(x.Shape().Dimensions...)
	for i, v := range data {
		a.data[i] = float64(v)
	}
	return a
}

// run compiles and calls a graph of one backend on float32 inputs.
func run(t testing.TB, backend compute.Backend, graph func(in []*Node) []*Node, in ...array) []array {
	t.Helper()
	args := make([]any, len(in))
	for i, a := range in {
		args[i] = a.tensor()
	}
	out, err := CallOnceN(backend, graph, args...)
	if err != nil {
		t.Fatal(err)
	}
	arrays := make([]array, len(out))
	for i, o := range out {
		arrays[i] = fromTensor(t, o)
	}
	return arrays
}

// opCase is one use of an operation: its graph, its slow twin (a plain loop in
// float64) and the inputs of both.
type opCase struct {
	name  string
	graph func(in []*Node) *Node
	loop  func(in []array) array
	in    []array
}

// checkOps compares operations with their slow twins: the values, and the
// gradient of Σ r·f(x) for a random r with the central differences of the loop.
// tol is relative to the largest value compared. All cases share one graph,
// since XLA takes half a second for each, however small.
func checkOps(t *testing.T, backend compute.Backend, tol float64, cases []opCase) {
	t.Helper()
	var in []array
	want := make([]array, len(cases))
	for i, c := range cases {
		want[i] = c.loop(c.in)
		in = append(append(in, c.in...), random(99, want[i].shape...))
	}
	got := run(t, backend, func(nodes []*Node) (out []*Node) {
		for _, c := range cases {
			x, r := nodes[:len(c.in)], nodes[len(c.in)]
			nodes = nodes[len(c.in)+1:]
			y := c.graph(x)
			out = append(append(out, y), Gradient(ReduceAllSum(Mul(y, r)), x...)...)
		}
		return out
	}, in...)
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			compare(t, "values", got[0], want[i], tol)
			for arg := range c.in {
				compare(t, "gradient", got[1+arg], differences(c.loop, c.in, arg, in[len(c.in)]), tol)
			}
		})
		in, got = in[len(c.in)+1:], got[len(c.in)+1:]
	}
}

// differences is the central-difference gradient of Σ weight·loop(in) by in[arg].
func differences(loop func(in []array) array, in []array, arg int, weight array) array {
	const h = 1e-5
	score := func() (s float64) {
		for i, y := range loop(in).data {
			s += y * weight.data[i]
		}
		return s
	}
	grad := newArray(in[arg].shape...)
	for i, x := range in[arg].data {
		in[arg].data[i] = x + h
		up := score()
		in[arg].data[i] = x - h
		grad.data[i] = (up - score()) / (2 * h)
		in[arg].data[i] = x
	}
	return grad
}

func compare(t *testing.T, what string, got, want array, tol float64) {
	t.Helper()
	if len(got.data) != len(want.data) || len(got.shape) != len(want.shape) {
		t.Fatalf("%s: shape %v, want %v", what, got.shape, want.shape)
	}
	for i := range want.shape {
		if got.shape[i] != want.shape[i] {
			t.Fatalf("%s: shape %v, want %v", what, got.shape, want.shape)
		}
	}
	largest, worst, at := 0.0, 0.0, 0
	for i, w := range want.data {
		largest = max(largest, math.Abs(w))
		if d := math.Abs(got.data[i] - w); !(d <= worst) {
			worst, at = d, i
		}
	}
	if largest == 0 {
		t.Fatalf("%s: all zero, nothing is compared", what)
	}
	if !(worst <= tol*largest) {
		t.Errorf("%s: at %d of %v: %.7g, want %.7g (largest %.3g, tolerance %.1g of it)", what, at, want.shape, got.data[at], want.data[at], largest, tol)
	}
}
