package gomlxnet

import (
	"fmt"
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

// tiny is a Mini of eight narrow layers for 16 px images, its windows given
// here, whatever those of the preset are: 16 px -> 8 -> 4 -> 4 -> 4 -> 2.
func tiny(classes int, dropout float64) Arch {
	a := Mini(classes, MiniOptions{Size: 16, Widths: [7]int{4, 6, 8, 8, 6, 8, 8}, Dropout: dropout})
	edit(&a, 0, func(c *Convolution) { c.Stride = 1 })
	for i := range a.Blocks {
		filler(&a, i, Filler{Kind: MSRA})
	}
	return a
}

// edit changes the first operation of a type in a block.
func edit[S Spec](a *Arch, block int, change func(*S)) {
	ops := a.Blocks[block].Ops
	for k, o := range ops {
		if s, ok := o.Spec.(S); ok {
			change(&s)
			ops[k].Spec = any(s).(Spec)
			return
		}
	}
	panic(fmt.Sprintf("block %s has no %T", a.Blocks[block].Name, *new(S)))
}

// first is the first operation of a type in a block, or a zero one.
func first[S Spec](b Block) S {
	s, _ := Find[S](b)
	return s
}

// params are those of the weights and the biases of a block of CaffeNet's kind.
func params(b Block) (weight, bias Param) {
	switch s := b.Ops[0].Spec.(type) {
	case Convolution:
		return s.Weight, *s.Bias
	case Dense:
		return s.Weight, *s.Bias
	}
	panic(b.Name)
}

// setParams sets them.
func setParams(a *Arch, block int, weight, bias Param) {
	op := &a.Blocks[block].Ops[0]
	switch s := op.Spec.(type) {
	case Convolution:
		s.Weight, s.Bias = weight, &bias
		op.Spec = s
	case Dense:
		s.Weight, s.Bias = weight, &bias
		op.Spec = s
	}
}

// multipliers sets those of the rates of a block's weights and biases.
func multipliers(a *Arch, block int, ofWeight, ofBias float64) {
	weight, bias := params(a.Blocks[block])
	weight.RateMult, bias.RateMult = ofWeight, ofBias
	setParams(a, block, weight, bias)
}

// filler sets that of the weights.
func filler(a *Arch, block int, f Filler) {
	weight, bias := params(a.Blocks[block])
	weight.Filler = f
	setParams(a, block, weight, bias)
}

// built is the graph of an operation that has no variables.
func built(s Spec, in ...*Node) *Node {
	return s.Build(&Context{Pass: &Pass{Nets: 1}}, in)
}

// tinyBatch draws batch k for tiny nets of the given arch.
func tinyBatch(a Arch, batch int, k uint64) (images []float32, labels []int32) {
	rng := rand.New(rand.NewPCG(k, 3))
	images, labels = make([]float32, batch*a.Size*a.Size*a.Channels), make([]int32, batch)
	for i := range images {
		images[i] = float32(rng.NormFloat64())
	}
	for i := range labels {
		labels[i] = int32(rng.IntN(a.Classes))
	}
	return images, labels
}
