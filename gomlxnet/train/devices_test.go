package train

import (
	"math"
	"os"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/nets/nettest"
	"coadapt/gomlxnet/op/optest"

	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/pjrt"
)

// lossTolerance is how far, as a part of itself, a loss on several devices may
// be from that on one, over eight steps. Measured: 1.2e-7 on Mini and 5.3e-7 on
// CaffeNet (float32 rounds at 6e-8); another dropout mask moves it by 1e-2 or more.
const lossTolerance = 1e-5

// openDevices opens XLA's CPU with four devices, which are the same cores.
func openDevices(t testing.TB) compute.Backend {
	t.Helper()
	if os.Getenv("PJRT_PLUGIN_LIBRARY_PATH") == "" {
		t.Skip("no XLA: PJRT_PLUGIN_LIBRARY_PATH names no folder with a PJRT plugin; `go run ./kernel-setup " +
			"setup` makes one")
	}
	xla.EnableAutoInstall(false)
	backend, err := xla.NewWithOptions("cpu", pjrt.NamedValuesMap{"cpu_device_count": int64(4)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(backend.Finalize)
	if n := backend.NumDevices(); n != 4 {
		t.Fatalf("the plugin shows %d devices, 4 were asked for", n)
	}
	return backend
}

// placed is a trainer of batches of eight on some devices.
func placed(t testing.TB, backend compute.Backend, a arch.Arch, devices ...int) *Trainer {
	t.Helper()
	trainer, err := New(backend, a, SGD{Momentum: 0.9, Decay: 0.0005}, 8, devices...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(trainer.Close)
	return trainer
}

// lossesOf takes steps on batches from..to-1.
func lossesOf(t testing.TB, trainer *Trainer, from, to int, rate float64, seed uint64) []float64 {
	t.Helper()
	var losses []float64
	for i := from; i < to; i++ {
		images, labels := nettest.Batch(trainer.arch, trainer.batch, uint64(i))
		loss, err := trainer.Step(images, labels, rate, seed, i)
		if err != nil {
			t.Fatal(err)
		}
		losses = append(losses, loss)
	}
	return losses
}

// apart is the largest difference of two series of losses, as a part of the loss.
func apart(a, b []float64) (worst float64) {
	for i := range a {
		worst = max(worst, math.Abs(a[i]-b[i])/math.Abs(a[i]))
	}
	return worst
}

// state is all that a step changes.
func state(t testing.TB, trainer *Trainer) (w, momentum arch.Weights) {
	t.Helper()
	w, err := trainer.Weights()
	if err != nil {
		t.Fatal(err)
	}
	if momentum, err = trainer.Momentum(); err != nil {
		t.Fatal(err)
	}
	return w, momentum
}

// A net on another device comes to the bits of the first, one on two devices to
// its losses, and goes on from its weights and momentum to its own bits.
func TestDevices(t *testing.T) {
	t.Parallel() // waits for XLA's compiler
	backend := openDevices(t)
	a := nettest.Tiny(4, 0.5)
	first, other, two := placed(t, backend, a), placed(t, backend, a, 3), placed(t, backend, a, 0, 1)
	start := nettest.Init(t, a, 1)
	for _, cut := range []arch.Cut{{}, {N: 3, Frozen: true}} {
		load := func(trainer *Trainer) *Trainer {
			if err := trainer.Load(start, cut); err != nil {
				t.Fatal(err)
			}
			return trainer
		}
		want := lossesOf(t, load(first), 0, 8, 0.05, 9)
		w, momentum := state(t, first)
		images, labels := nettest.Batch(a, 8, 99)
		labels[7] = -1 // padding, in the second device's part
		right, sum, err := first.Eval(images, labels)
		if err != nil {
			t.Fatal(err)
		}

		got := lossesOf(t, load(other), 0, 8, 0.05, 9)
		ow, om := state(t, other)
		if apart(want, got) != 0 || ow.Digest() != w.Digest() || om.Digest() != momentum.Digest() {
			t.Errorf("%+v: device 3 gives other bits than device 0: losses %v, want %v", cut, got, want)
		}
		if r, s, err := other.Eval(images, labels); err != nil || r != right || s != sum {
			t.Errorf("%+v: device 3 tests %d right, loss %v, error %v; device 0 %d and %v", cut, r, s, err, right, sum)
		}

		got = lossesOf(t, load(two), 0, 8, 0.05, 9)
		if d := apart(want, got); d > lossTolerance {
			t.Errorf("%+v: losses on two devices %v, on one %v: %.1g of them apart, want at most %v",
				cut, got, want, d, lossTolerance)
		}
		if r, s, err := two.Eval(images, labels); err != nil || r != right || math.Abs(s-sum) > lossTolerance*sum {
			t.Errorf("%+v: two devices test %d right, loss %v, error %v; one %d and %v", cut, r, s, err, right, sum)
		}
		replicasAreAlike(t, two)
		prefixStays(t, two, start, cut)
		whole, _ := state(t, two)

		if d := apart(want, lossesOf(t, load(two), 0, 8, 0.05, 10)); d < 100*lossTolerance {
			t.Errorf("%+v: masks of another seed move losses by %.1g of them: the tolerance would not see a wrong mask",
				cut, d)
		}
		lossesOf(t, load(two), 0, 3, 0.05, 9)
		half, velocity := state(t, two)
		load(two)
		if err := two.Load(half, cut); err != nil {
			t.Fatal(err)
		}
		if err := two.SetMomentum(velocity); err != nil {
			t.Fatal(err)
		}
		lossesOf(t, two, 3, 8, 0.05, 9)
		if again, _ := state(t, two); again.Digest() != whole.Digest() {
			t.Errorf("%+v: going on from step 3 on two devices gives other bits", cut)
		}
	}
}

// replicasAreAlike compares the bits of all variables on all devices.
func replicasAreAlike(t *testing.T, trainer *Trainer) {
	t.Helper()
	for _, v := range trainer.vars {
		for _, path := range []string{v.Path, momentumPath(v.Path)} {
			buffers := trainer.values[path]
			if len(buffers) != len(trainer.devices) {
				t.Fatalf("%s is on %d devices, want %d", path, len(buffers), len(trainer.devices))
			}
			var one optest.Array
			for i, b := range buffers {
				if d, err := b.DeviceNum(); err != nil || d != trainer.devices[i] {
					t.Errorf("%s: copy %d is on device %d (%v), want %d", path, i, d, err, trainer.devices[i])
				}
				values, err := flat[float32](b, v.Size())
				if err != nil {
					t.Fatal(err)
				}
				each := optest.NewArray(len(values))
				for k, x := range values {
					each.Data[k] = float64(x)
				}
				if i == 0 {
					one = each
				}
				compareBits(t, path, i, one, each)
			}
		}
	}
}

func compareBits(t *testing.T, path string, device int, want, got optest.Array) {
	t.Helper()
	if len(want.Data) == 0 || len(got.Data) != len(want.Data) {
		t.Fatalf("%s: %d values on device %d, %d on the first", path, len(got.Data), device, len(want.Data))
	}
	for k := range want.Data {
		if math.Float64bits(want.Data[k]) != math.Float64bits(got.Data[k]) {
			t.Fatalf("%s: value %d is %v on device %d, %v on the first", path, k, got.Data[k], device, want.Data[k])
		}
	}
}

func prefixStays(t *testing.T, trainer *Trainer, start arch.Weights, cut arch.Cut) {
	t.Helper()
	after, _ := state(t, trainer)
	was, err := trainer.arch.PrefixDigest(start, 3)
	if err != nil {
		t.Fatal(err)
	}
	is, err := trainer.arch.PrefixDigest(after, 3)
	if err != nil {
		t.Fatal(err)
	}
	if (was == is) != cut.Frozen {
		t.Errorf("%+v: layers 1..3 are bit-equal: %v", cut, was == is)
	}
}

// The nets that there are, with their own dropout: CaffeNet, whose
// convolutions have groups, over two devices, and Mini over four.
func TestDevicesOfPresets(t *testing.T) {
	t.Parallel()
	backend := openDevices(t)
	for _, c := range []struct {
		arch    arch.Arch
		steps   int
		devices []int
	}{{nets.CaffeNet(10), 3, []int{0, 1}}, {nets.Mini(10, nets.MiniOptions{Dropout: 0.5}), 8, []int{0, 1, 2, 3}}} {
		var want []float64
		for _, devices := range [][]int{nil, c.devices} {
			trainer := placed(t, backend, c.arch, devices...)
			if err := trainer.Load(nettest.Init(t, c.arch, 1), arch.Cut{}); err != nil {
				t.Fatal(err)
			}
			losses := lossesOf(t, trainer, 0, c.steps, 0.01, 9)
			if want == nil {
				want = losses
			}
			d := apart(want, losses)
			t.Logf("%s on %v: losses %v, %.1g of them from those on one device", c.arch.Name, devices, losses, d)
			if d > lossTolerance {
				t.Errorf("%s: losses on %v %v, on one %v", c.arch.Name, devices, losses, want)
			}
			if len(devices) > 1 {
				replicasAreAlike(t, trainer)
			}
			trainer.Close()
		}
	}
}

func TestNoSuchDevices(t *testing.T) {
	backend := optest.Open(t, "go")
	for _, c := range []struct {
		backend compute.Backend
		batch   int
		devices []int
		want    string
	}{
		{backend, 4, []int{1}, "device 1: backend Go Backend shows 1"},
		{backend, 4, []int{-1}, "device -1"},
		{backend, 4, []int{0, 0}, "device 0 is named twice"},
	} {
		if _, err := New(c.backend, nettest.Tiny(4, 0), SGD{}, c.batch, c.devices...); err == nil ||
			!strings.Contains(err.Error(), c.want) {
			t.Errorf("devices %v: %v, want an error with %q", c.devices, err, c.want)
		}
	}
	if _, err := New(openDevices(t), nettest.Tiny(4, 0), SGD{}, 7, 0, 1); err == nil ||
		!strings.Contains(err.Error(), "batch of 7 images on 2 devices: want a multiple of 2") {
		t.Errorf("a batch of 7 on two devices: %v", err)
	}
}
