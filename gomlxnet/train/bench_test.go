package train

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/backend"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/nets/nettest"
	"coadapt/gomlxnet/op/optest"

	"github.com/gomlx/compute"
)

// stepCases are the steps that BenchmarkStep and BenchmarkCompile time: Mini in
// batches of 64, learning whole and frozen to three depths, and CaffeNet.
var stepCases = []struct {
	name  string
	arch  arch.Arch
	batch int
	cut   arch.Cut
}{
	{"mini", nets.Mini(50, nets.MiniOptions{}), 64, arch.Cut{}},
	{"mini frozen3", nets.Mini(50, nets.MiniOptions{}), 64, arch.Cut{N: 3, Frozen: true}},
	{"mini frozen5", nets.Mini(50, nets.MiniOptions{}), 64, arch.Cut{N: 5, Frozen: true}},
	{"mini frozen7", nets.Mini(50, nets.MiniOptions{}), 64, arch.Cut{N: 7, Frozen: true}},
	{"caffenet", nets.CaffeNet(1000), 16, arch.Cut{}},
}

// BenchmarkStep times one training step on XLA's CPU; the Go backend takes
// minutes.
func BenchmarkStep(b *testing.B) {
	backend := optest.Open(b, "xla:cpu")
	for _, c := range stepCases {
		b.Run(c.name, func(b *testing.B) {
			trainer := mustTrainer(b, backend, c.arch, c.batch)
			defer trainer.Close()
			if err := trainer.Load(nettest.Init(b, c.arch, 1), c.cut); err != nil {
				b.Fatal(err)
			}
			images, labels := nettest.Batch(c.arch, c.batch, 1)
			mustStep(b, trainer, images, labels) // compiles
			_, cost, err := c.arch.Cost(c.cut)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				mustStep(b, trainer, images, labels)
			}
			rate := float64(b.N*c.batch) / b.Elapsed().Seconds()
			b.ReportMetric(rate, "images/s")
			b.ReportMetric(2e-9*float64(cost.Train)*rate, "GFLOP/s")
		})
	}
}

// BenchmarkDevices times one training step on one device, on another one, and
// on two that divide the batch. XLA's CPU devices are the same cores, so that
// what two take longer is the price of dividing.
func BenchmarkDevices(b *testing.B) {
	backend := openDevices(b)
	for _, c := range stepCases {
		if c.cut != (arch.Cut{}) {
			continue
		}
		for _, devices := range [][]int{{0}, {1}, {0, 1}} {
			b.Run(fmt.Sprint(c.name, devices), func(b *testing.B) {
				trainer, err := New(backend, c.arch, SGD{Momentum: 0.9, Decay: 0.0005}, c.batch, devices...)
				if err != nil {
					b.Fatal(err)
				}
				defer trainer.Close()
				if err := trainer.Load(nettest.Init(b, c.arch, 1), c.cut); err != nil {
					b.Fatal(err)
				}
				images, labels := nettest.Batch(c.arch, c.batch, 1)
				mustStep(b, trainer, images, labels) // compiles
				for b.Loop() {
					mustStep(b, trainer, images, labels)
				}
				b.ReportMetric(float64(b.N*c.batch)/b.Elapsed().Seconds(), "images/s")
			})
		}
	}
}

// BenchmarkTogether times a step of each of several nets of the shapes, one after another and in one graph, in turn:
// on one core and on all. alone/together is how many times faster one graph is, the ratio of medians.
func BenchmarkTogether(b *testing.B) {
	whole := optest.Open(b, "xla:cpu")
	parts, err := backend.Divide(whole, runtime.NumCPU())
	if err != nil {
		b.Fatal(err)
	}
	for _, part := range parts {
		defer part.Finalize()
	}
	a := nets.Mini(10, nets.MiniOptions{Widths: [7]int{24, 48, 64, 64, 48, 192, 192}})
	for _, on := range []struct {
		name    string
		backend compute.Backend
	}{{"core", parts[0]}, {"all", whole}} {
		for _, n := range []int{2, 4, 8} {
			b.Run(fmt.Sprintf("%s/nets=%d", on.name, n), func(b *testing.B) {
				const batch = 16
				nets := []*Trainer{mustTrainer(b, on.backend, a, batch)}
				for len(nets) < n {
					net, err := nets[0].Sibling(0)
					if err != nil {
						b.Fatal(err)
					}
					nets = append(nets, net)
				}
				var blocks []Steps
				for i, net := range nets {
					defer net.Close()
					if err := net.Load(nettest.Init(b, a, uint64(i)), arch.Cut{}); err != nil {
						b.Fatal(err)
					}
					block := Steps{}
					for k := range net.Block() {
						images, labels := nettest.Batch(a, batch, uint64(n*k+i))
						block.Values, block.Labels, block.Rates = append(
							block.Values,
							images...), append(
							block.Labels,
							labels...), append(
							block.Rates,
							1e-4,
						)
					}
					blocks = append(blocks, block)
				}
				took := [2][]float64{}
				take := func(way int) {
					start := time.Now()
					for at, each := 0, []int{1, n}[way]; at < n; at += each {
						if _, err := Together(nets[at:at+each], blocks[at:at+each]); err != nil {
							b.Fatal(err)
						}
					}
					took[way] = append(took[way], 1e3*time.Since(start).Seconds()/float64(n*len(blocks[0].Rates)))
				}
				take(0) // compiles
				take(1)
				took = [2][]float64{}
				for b.Loop() {
					take(0)
					take(1)
				}
				alone, together := median(took[0]), median(took[1])
				b.ReportMetric(alone, "ms/alone")
				b.ReportMetric(together, "ms/together")
				b.ReportMetric(alone/together, "alone/together")
			})
		}
	}
}

func median(values []float64) float64 {
	v := slices.Sorted(slices.Values(values))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// BenchmarkCompile times the first step of a new trainer: XLA's compiler and,
// little beside it, the step.
func BenchmarkCompile(b *testing.B) {
	backend := optest.Open(b, "xla:cpu")
	for _, c := range stepCases {
		b.Run(c.name, func(b *testing.B) {
			start := nettest.Init(b, c.arch, 1)
			images, labels := nettest.Batch(c.arch, c.batch, 1)
			for b.Loop() {
				b.StopTimer()
				trainer := mustTrainer(b, backend, c.arch, c.batch)
				if err := trainer.Load(start, c.cut); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				mustStep(b, trainer, images, labels)
				b.StopTimer()
				trainer.Close()
				b.StartTimer()
			}
			b.ReportMetric(1e3*b.Elapsed().Seconds()/float64(b.N), "ms")
		})
	}
}

func mustTrainer(b *testing.B, backend compute.Backend, a arch.Arch, batch int) *Trainer {
	b.Helper()
	trainer, err := New(backend, a, SGD{Momentum: 0.9, Decay: 0.0005}, batch)
	if err != nil {
		b.Fatal(err)
	}
	return trainer
}

func mustStep(b *testing.B, trainer *Trainer, images []float32, labels []int32) {
	b.Helper()
	if _, err := trainer.Step(images, labels, 0.01, 1, 0); err != nil {
		b.Fatal(err)
	}
}
