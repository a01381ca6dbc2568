// Package optest compares graphs with plain loops in float64, on the Go backend and on XLA's CPU.
package optest

import (
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"coadapt/gomlxnet/backend"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend"
	"github.com/gomlx/go-xla/compute/xla"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
)

// OnBackends runs f once on the Go backend and once on XLA's CPU. The latter is
// skipped where set-up has not made a plugin.
func OnBackends(t *testing.T, f func(t *testing.T, backend compute.Backend)) {
	t.Helper()
	for _, config := range []string{"go", "xla:cpu"} {
		t.Run(config, func(t *testing.T) { f(t, Open(t, config)) })
	}
}

// Open opens a backend until the end of the test, or skips it where XLA is asked for and set-up has not made a plugin.
func Open(t testing.TB, config string) compute.Backend {
	t.Helper()
	if config != "go" {
		if os.Getenv("PJRT_PLUGIN_LIBRARY_PATH") == "" {
			t.Skip("no XLA: PJRT_PLUGIN_LIBRARY_PATH names no folder with a PJRT plugin; " +
				"`go run ./kernel-setup setup` makes one")
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

// Array is a row-major array of float64, what the plain loops work on.
type Array struct {
	Shape []int
	Data  []float64
}

// NewArray is one of zeros.
func NewArray(shape ...int) Array {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return Array{shape, make([]float64, n)}
}

// At is the place of an index in the data.
func (a Array) At(index ...int) int {
	k := 0
	for i, x := range index {
		k = k*a.Shape[i] + x
	}
	return k
}

// Random draws float32-exact standard normal values.
func Random(seed uint64, shape ...int) Array {
	a, rng := NewArray(shape...), rand.New(rand.NewPCG(seed, 1))
	for i := range a.Data {
		a.Data[i] = float64(float32(rng.NormFloat64()))
	}
	return a
}

// Tensor is the array in float32.
func (a Array) Tensor() *tensors.Tensor {
	data := make([]float32, len(a.Data))
	for i, x := range a.Data {
		data[i] = float32(x)
	}
	return tensors.FromFlatDataAndDimensions(data, a.Shape...)
}

// FromTensor is the array of a float32 tensor.
func FromTensor(t testing.TB, x *tensors.Tensor) Array {
	t.Helper()
	data, err := tensors.CopyFlatData[float32](x)
	if err != nil {
		t.Fatal(err)
	}
	a := NewArray(x.Shape().Dimensions...)
	for i, v := range data {
		a.Data[i] = float64(v)
	}
	return a
}

// Run compiles and calls a graph of one backend on float32 inputs.
func Run(t testing.TB, backend compute.Backend, graph func(in []*Node) []*Node, in ...Array) []Array {
	t.Helper()
	args := make([]any, len(in))
	for i, a := range in {
		args[i] = a.Tensor()
	}
	out, err := CallOnceN(backend, graph, args...)
	if err != nil {
		t.Fatal(err)
	}
	arrays := make([]Array, len(out))
	for i, o := range out {
		arrays[i] = FromTensor(t, o)
	}
	return arrays
}

// Compare fails where values are further apart than tol, a share of the largest that is wanted.
func Compare(t *testing.T, what string, got, want Array, tol float64) {
	t.Helper()
	if !slices.Equal(got.Shape, want.Shape) || len(got.Data) != len(want.Data) {
		t.Fatalf("%s: shape %v, want %v", what, got.Shape, want.Shape)
	}
	largest, worst, at := 0.0, 0.0, 0
	for i, w := range want.Data {
		largest = max(largest, math.Abs(w))
		if d := math.Abs(got.Data[i] - w); !(d <= worst) {
			worst, at = d, i
		}
	}
	if largest == 0 {
		t.Fatalf("%s: all zero, nothing is compared", what)
	}
	if !(worst <= tol*largest) {
		t.Errorf("%s: at %d of %v: %.7g, want %.7g (largest %.3g, tolerance %.1g of it)",
			what, at, want.Shape, got.Data[at], want.Data[at], largest, tol)
	}
}
