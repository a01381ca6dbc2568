package train

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/nets/nettest"
	"coadapt/gomlxnet/op"
	"coadapt/gomlxnet/op/optest"

	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
)

// Tolerances of the nets against PyTorch in float64. PyTorch's own float32 run
// is within 2e-7 (losses) and 9e-7 (gradients) of it: see "float32" in the file.
const (
	twinLoss     = 5e-6 // of the loss, at each of the 20 steps
	twinGradient = 1e-5 // of the root mean square of the variable's gradient
	twinMoved    = 1e-4 // of the root mean square of the variable's movement in 20 steps...
	twinRounding = 2e-6 // ...and of its value: 20 roundings of a float32 of 1.2e-7
)

// twin is one net of testdata/torch_twin.json; torch_twin.py says what it holds.
type twin struct {
	Arch               arch.Arch
	Gains              map[string]float64
	Pixel              float64
	Batch, Batches     int
	Rates              [][2]float64 // from step, rate
	Momentum, Decay    float64
	Losses             []float64
	Gradients, Weights map[string]twinSample
	Moved              map[string]float64
}

type twinSample struct {
	Shape  []int
	Norm   float64
	At     []int
	Values []float64
}

func readTwins(t *testing.T) []twin {
	t.Helper()
	text, err := os.ReadFile("../testdata/torch_twin.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Nets []twin }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	return file.Nets
}

// initial gives the twin's weights: biases are the constants of the arch.
func (w twin) initial(t *testing.T) arch.Weights {
	weights := nettest.Init(t, w.Arch, 0)
	vars, _ := w.Arch.Variables()
	for _, v := range vars {
		if layer := w.Arch.Blocks[v.Layer]; strings.HasSuffix(v.Path, "weights") {
			optest.FillUniform(weights[v.Path].Data, w.Arch.Name+v.Path,
				w.Gains[layer.Name]*math.Sqrt(6/float64(v.FanIn)))
		}
	}
	return weights
}

func (w twin) data(step int) (images []float32, labels []int32) {
	k, a := step%w.Batches, w.Arch
	images, labels = make([]float32, w.Batch*a.Size*a.Size*a.Channels), make([]int32, w.Batch)
	optest.FillUniform(images, fmt.Sprintf("%s images %d", a.Name, k), w.Pixel)
	next := optest.Stream(fmt.Sprintf("%s labels %d", a.Name, k))
	for i := range labels {
		labels[i] = int32(next() % uint64(a.Classes))
	}
	return images, labels
}

func (w twin) rate(step int) (rate float64) {
	for _, r := range w.Rates {
		if float64(step) >= r[0] {
			rate = r[1]
		}
	}
	return rate
}

// The whole net, its gradients and its solver against PyTorch: 20 steps from
// the same initial values on the same batches, across a drop of the rate.
func TestTorchTwin(t *testing.T) {
	t.Parallel() // with TestTrainer: both wait for XLA's compiler
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		for _, w := range readTwins(t) {
			steps := len(w.Losses)
			if backend.Name() != xla.BackendName && w.Arch.Size > 32 {
				steps = 3 // a second a step
			}
			t.Run(w.Arch.Name, func(t *testing.T) { w.follow(t, backend, steps) })
		}
	})
}

func (w twin) follow(t *testing.T, backend compute.Backend, steps int) {
	if len(w.Losses) != 20 || len(w.Rates) != 2 || len(w.Gradients) != 16 || len(w.Weights) != 16 {
		t.Fatalf("%d losses, %d rates, %d gradients, %d weights: the file is not what torch_twin.py makes",
			len(w.Losses), len(w.Rates), len(w.Gradients), len(w.Weights))
	}
	trainer, err := New(backend, w.Arch, SGD{Momentum: w.Momentum, Decay: w.Decay}, w.Batch)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	start := w.initial(t)
	if err := trainer.Load(start, arch.Cut{}); err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	for step, want := range w.Losses[:steps] {
		images, labels := w.data(step)
		loss, err := trainer.Step(images, labels, w.rate(step), 0, step)
		if err != nil {
			t.Fatal(err)
		}
		far := math.Abs(loss-want) / want
		worst = max(worst, far)
		if !(far <= twinLoss) {
			t.Errorf("step %d: loss %.8g, PyTorch's %.8g (%.1g of it, tolerance %.1g)", step, loss, want, far, twinLoss)
		}
		if step == 0 {
			w.checkGradients(t, trainer, start)
		}
	}
	if steps == len(w.Losses) {
		w.checkWeights(t, trainer, start)
	}
	t.Logf("losses of %d steps within %.1e", steps, worst)
}

// checkGradients reads the first gradients out of the first velocities.
func (w twin) checkGradients(t *testing.T, trainer *Trainer, start arch.Weights) {
	momentum, err := trainer.Momentum()
	if err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	for _, v := range trainer.vars {
		want, grad := w.Gradients[v.Path], optest.NewArray(v.Shape...)
		if !reflect.DeepEqual(want.Shape, v.Shape) {
			t.Fatalf("%s has shape %v, PyTorch's %v", v.Path, v.Shape, want.Shape)
		}
		for i, m := range momentum[v.Path].Data {
			grad.Data[i] = float64(m)/(w.rate(0)*v.Param.RateMult) -
				w.Decay*v.Param.DecayMult*float64(start[v.Path].Data[i])
		}
		rms := want.Norm / math.Sqrt(float64(v.Size()))
		for i, at := range want.At {
			far := math.Abs(grad.Data[at]-want.Values[i]) / rms
			worst = max(worst, far)
			if !(far <= twinGradient) {
				t.Errorf("gradient of %s at %d: %.8g, PyTorch's %.8g (%.1g of the mean size, tolerance %.1g)",
					v.Path, at, grad.Data[at], want.Values[i], far, twinGradient)
			}
		}
		if n := norm(grad.Data); !(math.Abs(n-want.Norm) <= twinGradient*want.Norm) {
			t.Errorf("gradient of %s: norm %.8g, PyTorch's %.8g", v.Path, n, want.Norm)
		}
	}
	t.Logf("gradients within %.1e", worst)
}

func (w twin) checkWeights(t *testing.T, trainer *Trainer, start arch.Weights) {
	got, err := trainer.Weights()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range trainer.vars {
		want, values, moved := w.Weights[v.Path], optest.NewArray(v.Shape...), optest.NewArray(v.Shape...)
		for i, x := range got[v.Path].Data {
			values.Data[i] = float64(x)
			moved.Data[i] = float64(x) - float64(start[v.Path].Data[i])
		}
		root := math.Sqrt(float64(v.Size()))
		for i, at := range want.At {
			tol := twinMoved*w.Moved[v.Path]/root + twinRounding*math.Abs(want.Values[i])
			if far := math.Abs(values.Data[at] - want.Values[i]); !(far <= tol) {
				t.Errorf("%s at %d after 20 steps: %.8g, PyTorch's %.8g (tolerance %.1g)",
					v.Path, at, values.Data[at], want.Values[i], tol)
			}
		}
		tol := twinMoved*w.Moved[v.Path] + twinRounding*want.Norm
		if n := norm(moved.Data); !(math.Abs(n-w.Moved[v.Path]) <= tol) {
			t.Errorf("%s moved by %.8g, PyTorch's by %.8g (tolerance %.1g)", v.Path, n, w.Moved[v.Path], tol)
		}
	}
}

func norm(data []float64) float64 {
	sum := 0.0
	for _, x := range data {
		sum += x * x
	}
	return math.Sqrt(sum)
}

// The narrow CaffeNet of the file is CaffeNet in everything but widths,
// fillers' spread, dropout and one rate.
func TestTwinIsCaffeNet(t *testing.T) {
	a := readTwins(t)[1].Arch
	want := nets.CaffeNet(10)
	for i := range want.Blocks {
		n := a.Blocks[i]
		want.Blocks[i] = arch.Without[op.Dropout](want.Blocks[i])
		weight, _ := nettest.Params(n)
		nettest.SetFiller(&want, i, weight.Filler)
		if i < 5 {
			nettest.Edit(&want, i, func(c *op.Convolution) { c.Out = nettest.First[op.Convolution](n).Out })
		} else {
			nettest.Edit(&want, i, func(d *op.Dense) { d.Out = nettest.First[op.Dense](n).Out })
		}
		if n.Name == "conv3" {
			nettest.Multipliers(&want, i, 0.0004, 0.0008)
		}
	}
	got, _ := json.Marshal(a)
	text, _ := json.Marshal(want)
	if string(got) != string(text) {
		t.Errorf("the file's net\n%s\nis not CaffeNet\n%s", got, text)
	}
}
