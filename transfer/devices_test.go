package transfer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"

	"coadapt/gomlxnet/nets"

	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/pjrt"
)

// machine is a backend of which only what it shows is asked.
type machine struct {
	compute.Backend
	devices int
	kind    string
}

func (m machine) Name() string                               { return "xla" }
func (m machine) NumDevices() int                            { return m.devices }
func (m machine) DeviceDescription(compute.DeviceNum) string { return m.kind + ":0" }

// TestShare: which devices each worker has.
func TestShare(t *testing.T) {
	usual := min(runtime.NumCPU(), 4) // workers, where devices do not say more
	for _, c := range []struct {
		kind                    string
		shown, devices, workers int
		want                    string // "" is an error
		wants                   string // what the error says
	}{
		{"cuda", 3, 0, 5, "[[0] [1] [2] [0] [1]]", ""},
		{"cuda", 16, 0, 0, "[[0] [1] [2] [3] [4] [5] [6] [7] [8] [9] [10] [11] [12] [13] [14] [15]]", ""},
		{"cuda", 4, 2, 0, "[[0 1] [2 3]]", ""},
		{"cuda", 5, 2, 1, "[[0 1]]", ""},
		{"cpu", 4, 4, 0, "[[0 1 2 3]]", ""},
		{"cpu", 4, 1, 2, "[[0] [1]]", ""},
		{"cpu", 1, 1, 2, "[[0] [0]]", ""},
		{"cuda", 4, 2, 3, "", "3 workers with 2 devices each, but backend xla shows 4: want at most 2"},
		{"cuda", 4, 5, 0, "", "on 5 devices, but backend xla shows 4"},
		{"cuda", 4, 3, 0, "", "batch of 8 images on 3 devices: want a multiple of 3"},
	} {
		cfg := Config{
			Backend: machine{nil, c.shown, c.kind},
			Setting: Setting{Recipe: Recipe{Batch: 8}},
			Workers: c.workers,
			Devices: c.devices,
		}
		got, err := cfg.share()
		if c.want == "" {
			if err == nil || !strings.Contains(err.Error(), c.wants) {
				t.Errorf("%+v: %v, %v; want an error", c, got, err)
			}
			continue
		}
		if err != nil || fmt.Sprint(got) != c.want {
			t.Errorf("%+v: %v, %v", c, got, err)
		}
	}
	cfg := Config{
		Backend: machine{nil, 64, "cpu"},
		Setting: Setting{Arch: nets.Mini(20, nets.MiniOptions{Size: 32}), Recipe: Recipe{Batch: 8}},
	}
	if got, err := cfg.share(); err != nil || len(got) != usual {
		t.Errorf("devices that are cores: %d workers, %v; want %d", len(got), err, usual)
	}
	cfg = Config{Backend: machine{nil, 2, "cuda"}, Setting: Setting{Recipe: Recipe{Batch: 8}}, Together: 8}
	if got, err := cfg.share(); err != nil || fmt.Sprint(got) != "[[0] [1]]" {
		t.Errorf("eight nets in one graph on two GPUs: %v, %v; want a worker each", got, err)
	}
	cfg = Config{
		Backend: machine{nil, 2, "cpu"},
		Setting: Setting{Recipe: Recipe{Batch: 8}, Reduced: &Recipe{Batch: 9}},
		Devices: 2,
	}
	if _, err := cfg.share(); err == nil || !strings.Contains(err.Error(), "batch of 9") {
		t.Errorf("a reduced recipe that does not divide: %v", err)
	}
}

// TestAbreast: small nets have a core each, large ones two.
func TestAbreast(t *testing.T) {
	mini := Config{Setting: Setting{Arch: nets.Mini(20, nets.MiniOptions{Size: 32}), Recipe: Recipe{Batch: 64}}}
	paper := Config{Setting: Setting{Arch: nets.CaffeNet(1000), Recipe: Recipe{Batch: 256}}}
	for _, c := range []struct {
		cfg         Config
		cores, want int
	}{{mini, 1, 1}, {mini, 2, 2}, {mini, 3, 3}, {mini, 64, 4}, {paper, 1, 1}, {paper, 2, 1}, {paper, 7, 3},
		{paper, 64, 4}} {
		if got := c.cfg.abreast(c.cores); got != c.want {
			t.Errorf("%s, batches of %d, %d cores: %d nets beside each other, want %d", c.cfg.Arch.Name,
				c.cfg.Recipe.Batch, c.cores, got, c.want)
		}
	}
}

// TestClassOfDevices: one device keeps the class, and so the keys, that nets
// had before there could be several.
func TestClassOfDevices(t *testing.T) {
	for devices, want := range map[int]string{0: "xla:cuda", 1: "xla:cuda", 2: "xla:cuda*2", 4: "xla:cuda*4"} {
		if got := (Config{Backend: machine{nil, 4, "cuda"}, Devices: devices}).backendClass(); got != want {
			t.Errorf("%d devices: class %q, want %q", devices, got, want)
		}
	}
	for together, want := range map[int]string{0: "xla:cuda", 1: "xla:cuda", 8: "xla:cuda, 8 together"} {
		if got := (Config{Backend: machine{nil, 4, "cuda"}, Together: together}).backendClass(); got != want {
			t.Errorf("%d nets in one graph: class %q, want %q", together, got, want)
		}
	}
}

// onDevices is an experiment of 24 steps on XLA's CPU, which shows four devices, each net on some of them.
func onDevices(t *testing.T, devices int) Config {
	t.Helper()
	cfg := resumed(t, "xla:cpu", t.TempDir())
	backend, err := xla.NewWithOptions("cpu", pjrt.NamedValuesMap{"cpu_device_count": int64(4)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(backend.Finalize)
	cfg.Backend, cfg.Devices = backend, devices
	return cfg
}

// TestNetOnTwoDevices: stopped and gone on from, it comes to the bits it would have come to; its losses are those of
// one device.
func TestNetOnTwoDevices(t *testing.T) {
	one := onDevices(t, 1)
	alone, err := lab(t, one).Train(t.Context(), net(t, "baseB"))
	if err != nil {
		t.Fatal(err)
	}
	plain := onDevices(t, 2)
	want, err := lab(t, plain).Train(t.Context(), net(t, "baseB"))
	if err != nil {
		t.Fatal(err)
	}
	if want.Key == alone.Key || want.Experiment == alone.Experiment {
		t.Error("nets on one and on two devices have the same key or experiment")
	}
	if math.Abs(want.TrainLoss-alone.TrainLoss) > 1e-4*alone.TrainLoss ||
		math.Abs(want.Loss-alone.Loss) > 1e-4*alone.Loss {
		t.Errorf("two devices: loss %v in training and %v in the test; one: %v and %v", want.TrainLoss, want.Loss,
			alone.TrainLoss, alone.Loss)
	}
	cfg := plain
	cfg.Store = onDevices(t, 2).Store
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cfg.Progress = func(e Event) {
		if e.Step > 0 {
			cancel()
		}
	}
	if r, err := lab(t, cfg).Train(ctx, net(t, "baseB")); !errors.Is(err, context.Canceled) {
		t.Fatalf("never stopped: %+v, %v", r, err)
	}
	cfg.Progress = nil
	if r, err := lab(t, cfg).Train(t.Context(), net(t, "baseB")); err != nil || r.Hit {
		t.Fatalf("going on: %+v, %v", r, err)
	}
	files, err := cfg.Store.Get(want.Key, logFile)
	if err != nil || !strings.Contains(string(files[logFile]), "goes on from step") {
		t.Errorf("log %q, %v", files[logFile], err)
	}
	sameEntry(t, "baseB", cfg.Store, plain.Store, want.Key)
}
