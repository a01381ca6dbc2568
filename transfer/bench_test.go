package transfer

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"coadapt/gomlxnet/backend"
	"coadapt/gomlxnet/dataset/formats"
	"coadapt/gomlxnet/nets"
	"coadapt/transfer/store"
)

// BenchmarkRunner runs curves of nets that train in no time: what it reports as ms/net is what scheduling, plan,
// lease and store cost a net that is trained, and a net that is a hit. Linear work has the same figure at every size.
func BenchmarkRunner(b *testing.B) {
	src, err := formats.Open(b.Context(), "shapes:classes=4,train=12,test=8,size=24", formats.Options{})
	if err != nil {
		b.Fatal(err)
	}
	backend, err := backend.Open("go")
	if err != nil {
		b.Fatal(err)
	}
	defer backend.Finalize()
	cfg := MiniConfig(src)
	cfg.Backend, cfg.Epochs, cfg.Recipe = backend, 0, cfg.Recipe.WithSteps(6)
	cfg.Arch = nets.Mini(2, nets.MiniOptions{Size: 24, Widths: [7]int{4, 4, 4, 4, 4, 8, 8}})
	for _, size := range []int{10, 100, 1000, 10000} {
		nets := make([]Net, 0, size)
		for seed := 0; len(nets) < size; seed++ {
			all, err := Balanced([]string{"0"}, []int{seed}, []int{1, 3, 5, 7})
			if err != nil {
				b.Fatal(err)
			}
			nets = append(nets, Nets(all)[:min(len(all), size-len(nets))]...)
		}
		b.Run(fmt.Sprintf("nets=%d", size), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				if cfg.Store, err = store.Open(b.TempDir()); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				for _, what := range []string{"trained", "hit"} {
					l, err := NewLab(cfg)
					if err != nil {
						b.Fatal(err)
					}
					l.run = func(_ context.Context, _ *slot, p *Plan, _ *donated, _ *keeper) (*outcome, error) {
						w, err := p.Arch.Init(1)
						return &outcome{result: p.result(l), weights: w}, err
					}
					begin := b.Elapsed()
					for _, err := range l.Curve(b.Context(), nets) {
						if err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(float64((b.Elapsed()-begin).Microseconds())/1e3/float64(size), "ms/"+what)
					b.StopTimer()
					runtime.GC()
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					b.ReportMetric(float64(m.HeapAlloc)/1e6, "MB-heap")
					if n := len(l.weights.made); n > 0 {
						b.Errorf("the weights of %d nets are still in memory", n)
					}
					l.Close()
					b.StartTimer()
				}
			}
		})
	}
}
