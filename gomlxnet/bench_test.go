package gomlxnet

import (
	"fmt"
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// BenchmarkStep times one training step of Mini, batch 128 of 32 px, learning
// whole and with 3 and 7 layers frozen, on XLA's CPU; the Go backend takes
// minutes.
func BenchmarkStep(b *testing.B) {
	backend := openBackend(b, "xla:cpu")
	const batch = 128
	a := Mini(10, MiniOptions{})
	trainer, err := NewTrainer(backend, a, SGD{Momentum: 0.9, Decay: 0.0005}, batch)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(trainer.Close)
	images, labels := tinyBatch(a, batch, 1)
	start := mustInit(b, a, 1)
	for _, c := range []struct {
		name string
		cut  Cut
	}{{"whole", Cut{}}, {"frozen3", Cut{3, true}}, {"frozen7", Cut{7, true}}} {
		b.Run(c.name, func(b *testing.B) {
			if err := trainer.Load(start, c.cut); err != nil {
				b.Fatal(err)
			}
			step := func(i int) {
				if _, err := trainer.Step(images, labels, 0.01, 1, i); err != nil {
					b.Fatal(err)
				}
			}
			step(0) // compiles
			_, cost, err := a.Cost(c.cut)
			if err != nil {
				b.Fatal(err)
			}
			b.ResetTimer()
			for i := range b.N {
				step(i)
			}
			b.ReportMetric(float64(b.N)*batch/b.Elapsed().Seconds(), "images/s")
			b.ReportMetric(2e-9*float64(cost.Train)*float64(b.N)*batch/b.Elapsed().Seconds(), "GFLOP/s")
		})
	}
}

// BenchmarkPool times the gradient of max pooling, [128,32,32,32] with window 3
// and stride 2: ours, and the library's, whose gradient is SelectAndScatter.
func BenchmarkPool(b *testing.B) {
	backend := openBackend(b, "xla:cpu")
	x := random(1, 128, 32, 32, 32).tensor()
	for _, c := range []struct {
		name string
		pool func(x *Node) *Node
	}{
		{"ours", Pool{3, 2}.Max},
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
		fromTensor(b, out[0]) // XLA runs on its own time until the values are asked for
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
	onBackends(t, func(t *testing.T, backend compute.Backend) {
		got := run(t, backend, func(in []*Node) []*Node {
			return []*Node{Pool{3, 2}.Max(in[0]), MaxPool(in[0]).Window(3).Strides(2).PaddingPerDim([][2]int{{0, 1}, {0, 1}}).Done()}
		}, random(1, 2, 8, 8, 3))
		compare(t, fmt.Sprint("pooled ", backend.Name()), got[0], got[1], 0)
	})
}
