package op

import (
	"fmt"
	"testing"

	"coadapt/gomlxnet/op/optest"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// BenchmarkPool times the gradient of max pooling, [128,32,32,32] with window 3
// and stride 2: ours, and the library's, whose gradient is SelectAndScatter.
func BenchmarkPool(b *testing.B) {
	backend := optest.Open(b, "xla:cpu")
	x := optest.Random(1, 128, 32, 32, 32).Tensor()
	for _, c := range []struct {
		name string
		pool func(x *Node) *Node
	}{
		{"ours", func(x *Node) *Node { return built(Pool{Kernel: 3, Stride: 2}, x) }},
		{"library", func(x *Node) *Node {
			return MaxPool(x).Window(3).Strides(2).PaddingPerDim([][2]int{{0, 1}, {0, 1}}).Done()
		}},
	} {
		b.Run(c.name, func(b *testing.B) { benchmarkGraph(b, backend, c.pool, x) })
	}
}

func benchmarkGraph(b *testing.B, backend compute.Backend, op func(x *Node) *Node, args ...any) {
	exec := MustNewExec(backend, func(x *Node) *Node {
		y := op(x)
		return Gradient(ReduceAllSum(Mul(y, y)), x)[0]
	})
	defer exec.Finalize()
	call := func() {
		out, err := exec.Call(args...)
		if err != nil {
			b.Fatal(err)
		}
		optest.FromTensor(b, out[0]) // XLA runs on its own time until the values are asked for
		out[0].MustFinalizeAll()
	}
	call() // compiles
	b.ResetTimer()
	for range b.N {
		call()
	}
	b.ReportMetric(1e3*b.Elapsed().Seconds()/float64(b.N), "ms")
}

// The library's pooling with padding added where windows hang over is ours: the
// benchmark compares like with like.
func TestPoolIsTheLibrarys(t *testing.T) {
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		got := optest.Run(t, backend, func(in []*Node) []*Node {
			return []*Node{
				built(Pool{Kernel: 3, Stride: 2}, in[0]),
				MaxPool(in[0]).Window(3).Strides(2).PaddingPerDim([][2]int{{0, 1}, {0, 1}}).Done(),
			}
		}, optest.Random(1, 2, 8, 8, 3))
		optest.Compare(t, fmt.Sprint("pooled ", backend.Name()), got[0], got[1], 0)
	})
}
