//go:build unix

package probing

import (
	"os"
	"testing"
	"time"

	"coadapt/gomlxnet/backend"
	"coadapt/gomlxnet/dataset/formats"
	"coadapt/gomlxnet/dataset/shapes"
	"coadapt/transfer"
	"coadapt/transfer/store"
)

// BenchmarkProbesOfACurve trains a few nets of the default experiment and asks each probe of them: seconds of all cores
// for a net, by which a curve of 37 costs 37 times as much, whatever else the machine does. The first net of a curve,
// with which others are compared, is trained and read, and is not counted; nor is what is compiled once for a curve.
//
//	go test ./transfer/probing -run '^$' -bench ProbesOfACurve -benchtime 1x
func BenchmarkProbesOfACurve(b *testing.B) {
	if os.Getenv("PJRT_PLUGIN_LIBRARY_PATH") == "" {
		b.Skip("PJRT_PLUGIN_LIBRARY_PATH names no plugin")
	}
	for range b.N {
		probesOfACurve(b)
	}
}

func probesOfACurve(b *testing.B) {
	src, err := formats.Open(b.Context(), shapes.PlainName, formats.Options{})
	if err != nil {
		b.Fatal(err)
	}
	backend, err := backend.Open("xla:cpu")
	if err != nil {
		b.Fatal(err)
	}
	defer backend.Finalize()
	s, err := store.Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	cfg := transfer.MiniConfig(src)
	cfg.Backend, cfg.Store, cfg.Workers = backend, s, 1
	lab, err := transfer.NewLab(cfg)
	if err != nil {
		b.Fatal(err)
	}
	defer lab.Close()
	var results []transfer.Result
	var training float64
	names := []string{"baseB", "B4B+", "B2B+", "B6B+"} // B4B+ compiles
	for i, name := range names {
		net, err := transfer.ParseNet(name)
		if err != nil {
			b.Fatal(err)
		}
		before := processorSeconds(b)
		r, err := lab.Train(b.Context(), net)
		if err != nil {
			b.Fatal(err)
		}
		if i > 1 {
			training += processorSeconds(b) - before
		}
		results = append(results, r)
	}
	count := float64(len(results) - 2)
	b.ReportMetric(training/count, "training-cpu-s/net")
	r, err := NewRunner(lab, 0)
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	kinds, _ := Kinds()
	var all float64
	for _, name := range kinds {
		p, err := Named(name)
		if err != nil {
			b.Fatal(err)
		}
		begin := time.Now()
		first, rest := results[:2], results[2:]
		switch p.Nets() {
		case 0: // of all together
			first, rest = nil, results
		case 2:
			rest = append([]transfer.Result{results[0]}, rest...)
		}
		if len(first) > 0 {
			if _, err := r.Collect(b.Context(), p, first...); err != nil {
				b.Fatal(err)
			}
		}
		before := processorSeconds(b)
		if _, err := r.Collect(b.Context(), p, rest...); err != nil {
			b.Fatal(err)
		}
		took := (processorSeconds(b) - before) / count
		all += took
		b.ReportMetric(took, name+"-cpu-s/net")
		b.Logf("%s: %.2f s of the cores a net, %.1f s by the clock for all", name, took, time.Since(begin).Seconds())
	}
	b.ReportMetric(all, "probes-cpu-s/net")
	b.ReportMetric(training/count/all, "training/probes")
}
