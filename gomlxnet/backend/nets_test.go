package backend_test

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/backend"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/op"
	"coadapt/gomlxnet/op/optest"
	"coadapt/gomlxnet/train"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
)

func ones(dims ...int) *tensors.Tensor {
	n := 1
	for _, d := range dims {
		n *= d
	}
	data := make([]float32, n)
	for i := range data {
		data[i] = 1
	}
	return tensors.FromFlatDataAndDimensions(data, dims...)
}

// oneDNN reports each of its convolutions where it is told to, so that it shows
// whether XLA hands them over. A process of its own: both read their settings once.
func TestOneDNNConvolves(t *testing.T) {
	const child = "COADAPT_TEST_ONEDNN"
	if os.Getenv(child) != "" {
		_, err := CallOnceN(optest.Open(t, "xla:cpu"), func(x, kernel *Node) []*Node {
			conv := op.Convolution{Out: 16, Kernel: 3, Pad: 1}
			weights := func(int) *Node { return kernel }
			y := conv.Build(&op.Context{Nets: 1, Value: weights}, []*Node{x})
			return append([]*Node{y}, Gradient(ReduceAllSum(Square(y)), x, kernel)...)
		}, ones(8, 9, 9, 16), ones(3, 3, 16, 16))
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	if !backend.HasOneDNN(t, "xla:cpu", os.Getenv("PJRT_PLUGIN_LIBRARY_PATH")) {
		t.Skip("PJRT_PLUGIN_LIBRARY_PATH names no folder with a CPU plugin that has oneDNN")
	}
	for flags, want := range map[string]int{"": 3, // forward, by the image and by the kernel
		"--xla_cpu_use_onednn=false --xla_cpu_experimental_onednn_custom_call=false": 0} {
		cmd := exec.Command(backend.OwnBinary(t), "-test.run", "^TestOneDNNConvolves$", "-test.v")
		cmd.Env = append(os.Environ(), child+"=1", "ONEDNN_VERBOSE=1", "XLA_FLAGS="+flags)
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "--- PASS") {
			t.Fatalf("%v\n%s", err, out)
		}
		lines := 0
		for line := range strings.Lines(string(out)) {
			if strings.HasPrefix(line, "onednn_verbose") && strings.Contains(line, ",exec,cpu,convolution,") {
				lines++
			}
		}
		if lines != want {
			t.Errorf("XLA_FLAGS %q: %d convolutions by oneDNN, want %d", flags, lines, want)
		}
	}
}

// Parts of a backend have a device and their share of the cores' threads each, and nets on them come to the bits of
// the whole. A process of its own: oneDNN reports its threads once, to who asks before.
func TestDivide(t *testing.T) {
	const child = "COADAPT_TEST_DIVIDE"
	whole := optest.Open(t, "xla:cpu")
	if !backend.Divisible(whole) {
		t.Fatal("XLA's CPU is not divisible")
	}
	parts, err := backend.Divide(whole, runtime.NumCPU())
	if err != nil {
		t.Fatal(err)
	}
	a := nets.Mini(3, nets.MiniOptions{Size: 24, Channels: 3, Widths: [7]int{4, 6, 8, 8, 6, 8, 8}, Dropout: 0.5})
	start, err := a.Init(1)
	if err != nil {
		t.Fatal(err)
	}
	const batch, steps = 4, 3
	block := train.Steps{Values: make([]float32, steps*batch*24*24*3), Labels: make([]int32, steps*batch),
		Rates: []float64{0.05, 0.05, 0.05}, Seed: 9}
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range block.Values {
		block.Values[i] = float32(rng.NormFloat64())
	}
	train := func(b compute.Backend) string {
		trainer, err := train.New(b, a, train.SGD{Momentum: 0.9, Decay: 0.0005}, batch)
		if err != nil {
			t.Error(err)
			return ""
		}
		defer trainer.Close()
		if err := trainer.Load(start, arch.Cut{}); err != nil {
			t.Error(err)
			return ""
		}
		if _, err := trainer.Train(block); err != nil {
			t.Error(err)
			return ""
		}
		w, err := trainer.Weights()
		if err != nil {
			t.Error(err)
			return ""
		}
		return w.Digest()
	}
	var group sync.WaitGroup
	digests := make([]string, len(parts))
	for i, p := range parts {
		if p.NumDevices() != 1 {
			t.Errorf("part %d has %d devices, want 1", i, p.NumDevices())
		}
		group.Go(func() { digests[i] = train(p) })
	}
	group.Wait()
	if os.Getenv(child) != "" {
		return
	}
	for i, got := range digests {
		if want := train(whole); got != want {
			t.Errorf("part %d comes to weights %s, the whole to %s", i, got, want)
		}
		parts[i].Finalize()
	}
	if _, set := os.LookupEnv("NPROC"); set {
		t.Error("NPROC is still set")
	}
	if _, err := backend.Divide(optest.Open(t, "go"), 2); err == nil {
		t.Error("the Go backend was divided")
	}
	cmd := exec.Command(backend.OwnBinary(t), "-test.run", "^TestDivide$", "-test.v")
	cmd.Env = append(os.Environ(), child+"=1", "ONEDNN_VERBOSE=1")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Fatalf("%v\n%s", err, out)
	}
	if backend.HasOneDNN(t, "xla:cpu", os.Getenv("PJRT_PLUGIN_LIBRARY_PATH")) &&
		!strings.Contains(string(out), ",runtime:threadpool,nthr:1\n") {
		t.Errorf("a part for each core has other threads than one:\n%.600s", out)
	}
}

// XLA's CPU shows no more devices than there are cores, since it makes a thread for each.
func TestDevicesOfCores(t *testing.T) {
	b := optest.Open(t, "xla:cpu")
	if got, want := b.NumDevices(), min(4, runtime.NumCPU()); got != want {
		t.Errorf("%d devices on %d cores, want %d", got, runtime.NumCPU(), want)
	}
}
