package train

import (
	"testing"
	"time"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/bench/peers"
	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/nets/nettest"
	"coadapt/gomlxnet/op/optest"
)

// BenchmarkBytes times steps on pictures as floats, which the host makes of whole pictures first, and as bytes, of
// which the graph does, in turn: medians of milliseconds a step, by the clock and of all threads, and floats/bytes, how
// many times less bytes take, the ratio of medians. Mini takes full blocks, CaffeNet single steps, as large batches do.
func BenchmarkBytes(b *testing.B) {
	backend := optest.Open(b, "xla:cpu")
	for _, c := range []struct {
		name    string
		arch    arch.Arch
		view    dataset.View
		batch   int
		picture int // its side
		block   int
	}{
		{"mini", nets.Mini(50, nets.MiniOptions{}), dataset.View{Size: 32, Pad: 4, Scale: 1.0 / 64}, 128, 32, maxBlock},
		{"caffenet", nets.CaffeNet(1000), dataset.View{Size: 227, Scale: 1.0 / 64}, 8, 256, 1},
	} {
		b.Run(c.name, func(t *testing.B) {
			trainer := mustTrainer(t, backend, c.arch, c.batch)
			defer trainer.Close()
			if err := trainer.Load(nettest.Init(t, c.arch, 1), arch.Cut{}); err != nil {
				t.Fatal(err)
			}
			pre := preprocess(t, c.view, c.picture, c.picture, 3)
			steps, run := c.block, trainer.takeSteps
			if steps == 1 {
				run = func(b given) ([]float64, error) { loss, err := trainer.step(b); return []float64{loss}, err }
			}
			block := pixelBlock(trainer, &pre, 0, steps, true)
			for i := range block.Rates {
				block.Rates[i] = 1e-5
			}
			values := make([]float32, steps*c.batch*pre.Values())
			var clock, cpu [2][]float64
			take := func(way int) {
				start, worked := time.Now(), peers.CPUSeconds()
				b := block
				if way == 0 {
					for i := range steps * c.batch {
						at := block.Places[3*i:]
						pre.Apply(block.Pixels[i*pre.PictureBytes():(i+1)*pre.PictureBytes()],
							dataset.Placing{X: int(at[0]), Y: int(at[1]), Mirror: at[2] == 1},
							values[i*pre.Values():(i+1)*pre.Values()])
					}
					b.Pixels, b.Places, b.Preprocess, b.Values = nil, nil, nil, values
				}
				in, err := trainer.given(b)
				if err == nil {
					_, err = run(in)
				}
				if err != nil {
					t.Fatal(err)
				}
				clock[way] = append(clock[way], 1e3*time.Since(start).Seconds()/float64(steps))
				cpu[way] = append(cpu[way], 1e3*(peers.CPUSeconds()-worked)/float64(steps))
			}
			take(0) // compiles
			take(1)
			clock, cpu = [2][]float64{}, [2][]float64{}
			for t.Loop() {
				take(0)
				take(1)
			}
			for way, name := range []string{"floats", "bytes"} {
				t.ReportMetric(median(clock[way]), "ms/"+name)
				t.ReportMetric(median(cpu[way]), "CPU-ms/"+name)
			}
			t.ReportMetric(median(clock[0])/median(clock[1]), "floats/bytes")
			t.ReportMetric(median(cpu[0])/median(cpu[1]), "CPU-floats/bytes")
		})
	}
}
