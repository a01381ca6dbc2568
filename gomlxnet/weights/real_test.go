package weights

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/inspect"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/op/optest"

	"github.com/gomlx/compute"
)

// pretrained names a file of real weights, or skips the test.
func pretrained(t *testing.T, name string) string {
	t.Helper()
	data := os.Getenv("COADAPT_TEST_DATA")
	if data == "" {
		t.Skip("COADAPT_TEST_DATA names no folder of test data")
	}
	file := filepath.Join(filepath.Dir(filepath.Clean(data)), "pretrained", name)
	if _, err := os.Stat(file); err != nil {
		t.Skipf("no weights: %v", err)
	}
	return file
}

// wave is the picture of the formula of logits.json: scale·sin(0.05·i·c)·cos(0.07·j + 0.3·c) for channel c, row i and
// column j, each from 1.
func wave(size int, scale float64) []float32 {
	picture := make([]float32, 0, size*size*3)
	for i := range size {
		for j := range size {
			for c := 1; c <= 3; c++ {
				x, y := float64(i+1), float64(j+1)
				picture = append(picture, float32(scale*math.Sin(0.05*x*float64(c))*math.Cos(0.07*y+0.3*float64(c))))
			}
		}
	}
	return picture
}

// logits are what a net makes of the wave.
func logits(t *testing.T, backend compute.Backend, a arch.Arch, w arch.Weights, scale float64) []float32 {
	t.Helper()
	r, err := inspect.NewReader(backend, a, w, 1, a.Cuts())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	out, err := r.Read(wave(a.Size, scale))
	if err != nil {
		t.Fatal(err)
	}
	return out[0].Data
}

func named(t testing.TB, text string, classes, size int) arch.Arch {
	t.Helper()
	a, err := nets.Named(text, classes, size)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Real nets give the logits that PyTorch gives with the same weights.
func TestRealNets(t *testing.T) {
	text, err := os.ReadFile(pretrained(t, "logits.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]json.RawMessage
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		key, file, arch string
		tolerance       float64
	}{
		{"squeezenet1_1", "squeezenet1_1.safetensors", "squeezenet1_1", 1e-4},
		{"cifar_resnet20", "cifar_resnet20.safetensors", "resnet20", 1e-5},
	} {
		var net struct {
			Size    int
			Scale   float64
			Logits  []float64
			First10 []float64 `json:"logits_first10"`
			Top5    [][2]float64
			Sum     float64
		}
		if err := json.Unmarshal(want[c.key], &net); err != nil {
			t.Fatal(err)
		}
		a, file := named(t, c.arch, 0, net.Size), pretrained(t, c.file)
		if n, err := Classes(file, a); err != nil || n != a.Classes {
			t.Errorf("%s: %d classes, %v", c.file, n, err)
		}
		w, err := Read(file, a)
		if err != nil {
			t.Fatal(err)
		}
		optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
			got := logits(t, backend, a, w, net.Scale)
			worst := 0.0
			near := func(i int, want float64) {
				d := math.Abs(float64(got[i]) - want)
				if worst = max(worst, d); !(d <= c.tolerance) {
					t.Errorf("%s: logit %d is %v, PyTorch's %v", c.key, i, got[i], want)
				}
			}
			for i, x := range append(net.Logits, net.First10...) {
				near(i, x)
			}
			for _, top := range net.Top5 {
				near(int(top[0]), top[1])
			}
			sum := 0.0
			for _, x := range got {
				sum += float64(x)
			}
			if net.Sum != 0 && math.Abs(sum-net.Sum) > 1e-2 {
				t.Errorf("%s: the logits sum to %v, PyTorch's to %v", c.key, sum, net.Sum)
			}
			t.Logf("%s: largest difference %.2g", c.key, worst)
		})
	}
}
