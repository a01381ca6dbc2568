//go:build unix

package probing

import (
	"bufio"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"coadapt/gomlxnet/backend"
	"coadapt/gomlxnet/inspect"
	"coadapt/transfer/probe"

	"golang.org/x/sys/unix"
)

// BenchmarkCKA is unbiased CKA of 2000 pictures by 512 units at 7 by 7 places, two nets, beside the same by numpy, in
// turn in one run: COADAPT_TEST_PYTHON names a Python that has numpy. Both begin with features of 32 bits in memory.
// On a machine that others use, compare cpu-s, the seconds of all cores.
//
//	go test ./transfer/probing -run '^$' -bench CKA -benchtime 5x
func BenchmarkCKA(b *testing.B) {
	const pictures, units = 2000, 512 * 7 * 7
	python := os.Getenv("COADAPT_TEST_PYTHON")
	if python == "" || os.Getenv("PJRT_PLUGIN_LIBRARY_PATH") == "" {
		b.Skip("COADAPT_TEST_PYTHON or PJRT_PLUGIN_LIBRARY_PATH is not set")
	}
	backend, err := backend.Open("xla:cpu")
	if err != nil {
		b.Fatal(err)
	}
	defer backend.Finalize()
	grams, err := inspect.NewGrams(backend)
	if err != nil {
		b.Fatal(err)
	}
	defer grams.Close()
	rng := rand.New(rand.NewPCG(1, 1))
	x, y := make([]float32, pictures*units), make([]float32, pictures*units)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
		y[i] = x[i] + float32(rng.NormFloat64())
	}
	ours := func() float64 {
		var sides [2]*probe.Gram
		for i, z := range [][]float32{x, y} {
			k, err := grams.Of(z, pictures, units)
			if err != nil {
				b.Fatal(err)
			}
			if sides[i], err = probe.NewGram("a layer", k, pictures); err != nil {
				b.Fatal(err)
			}
		}
		value, err := sides[0].Unbiased(sides[1])
		if err != nil {
			b.Fatal(err)
		}
		return value
	}
	c := exec.Command(python, "testdata/cka.py", fmt.Sprint(pictures), fmt.Sprint(units))
	in, err := c.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	answers := bufio.NewScanner(out)
	theirs := func() (seconds, busy, value float64) {
		fmt.Fprintln(in)
		if !answers.Scan() {
			b.Fatal("numpy gave no answer: ", answers.Err())
		}
		if _, err := fmt.Sscan(answers.Text(), &seconds, &busy, &value); err != nil {
			b.Fatal(err)
		}
		return seconds, busy, value
	}
	value := ours() // compiles
	if _, _, peer := theirs(); math.Abs(value-peer) > 0.01 {
		b.Fatalf("CKA %v, by numpy on other draws of the same kind %v", value, peer)
	}
	var mine, busy, numpy, busyNumpy, ratio []float64
	b.ResetTimer()
	for range b.N {
		begin, before := time.Now(), processorSeconds(b)
		ours()
		took := time.Since(begin).Seconds()
		busy = append(busy, processorSeconds(b)-before)
		seconds, processor, _ := theirs()
		mine, numpy, ratio = append(mine, took), append(numpy, seconds), append(ratio, seconds/took)
		busyNumpy = append(busyNumpy, processor)
	}
	b.StopTimer()
	in.Close()
	if err := c.Wait(); err != nil {
		b.Fatal(err)
	}
	median := func(x []float64) float64 { slices.Sort(x); return x[len(x)/2] }
	b.ReportMetric(median(mine), "s")
	b.ReportMetric(median(numpy), "s-numpy")
	b.ReportMetric(median(ratio), "times-numpy")
	b.ReportMetric(median(busy), "cpu-s")
	b.ReportMetric(median(busyNumpy), "cpu-s-numpy")
}

// processorSeconds is what this process has used of all cores.
func processorSeconds(tb testing.TB) float64 {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}
