package predict

import (
	"math"
	"path/filepath"
	"reflect"
	"testing"

	"coadapt/gomlxnet/dataset/formats"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/weights"
	"coadapt/transfer"
	"coadapt/transfer/probing"
	"coadapt/transfer/store"
)

// TestRescaledResidualNet: a ResNet-20 with batch norm whose frozen features are rescaled, at a cut behind blocks with
// ways around them, can be exported and read back to the bit, and predicts what its test found, before and after. By
// probes its frozen layers are its base's, and its features at the cut are the base's, multiplied by its factor.
func TestRescaledResidualNet(t *testing.T) {
	src, err := formats.Open(t.Context(), "shapes:classes=4,train=8,test=8,size=16", formats.Options{})
	if err != nil {
		t.Fatal(err)
	}
	cfg := transfer.MiniConfig(src)
	if cfg.Store, err = store.Open(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	cfg.Backend, cfg.Epochs, cfg.Workers = goBackend(t), 0, 1
	if cfg.Arch, err = nets.Named("resnet20:size=8", 2, 0); err != nil {
		t.Fatal(err)
	}
	cfg.Recipe = cfg.Recipe.WithSteps(3)
	cfg.Recipe.Batch, cfg.Recipe.Pad = 4, 0
	lab, err := transfer.NewLab(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(lab.Close)
	const cut = 5 // above the first block of 32 units
	var results []transfer.Result
	for _, n := range []transfer.Net{
		{Split: "0", Target: transfer.B},
		{Split: "0", Target: transfer.B, Treatment: transfer.Rescaled, N: cut},
	} {
		r, err := lab.Train(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		results = append(results, r)
	}
	r := results[1]
	if r.Rescale == 0 || r.Rescale == 1 {
		t.Fatalf("%s is rescaled by %v", r.Net, r.Rescale)
	}
	net, err := lab.Trained(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}

	file := filepath.Join(t.TempDir(), "net.safetensors")
	if err := weights.Write(file, net.Arch, net.Weights); err != nil {
		t.Fatal(err)
	}
	read, err := weights.Read(file, net.Arch)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(read, net.Weights) {
		t.Error("weights that were exported are others when they are read")
	}

	again := *net
	again.Weights = read
	for _, of := range []*transfer.Trained{net, &again} {
		asResult(t, predictor(t, cfg.Backend, of), r, func(int, Answer) {})
	}

	runner, err := probing.NewRunner(lab, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(runner.Close)
	probed := func(p probing.Probe, name, layer string, nets ...transfer.Result) float64 {
		t.Helper()
		values, err := runner.Collect(t.Context(), p, nets...)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range values {
			if v.Name == name && v.Layer == layer && (v.Beside == "" || v.Beside == layer) {
				return v.Number()
			}
		}
		t.Fatalf("no %s of layer %s", name, layer)
		return 0
	}
	for _, b := range net.Arch.Blocks[:cut] {
		if v := probed(probing.CKA{}, probing.CKABiased, b.Name, results...); math.Abs(v-1) > 1e-5 {
			t.Errorf("CKA of the frozen layer %s with its base's is %v, want 1", b.Name, v)
		}
	}
	above := net.Arch.Blocks[cut].Name
	if v := probed(probing.CKA{}, probing.CKABiased, above, results...); v > 0.999 {
		t.Errorf("CKA of layer %s, which is new, with the base's is %v", above, v)
	}
	at := net.Arch.Blocks[cut-1].Name
	scale := probing.Scale{Grid: 2}
	base, rescaled := probed(scale, probing.RMS, at, results[0]), probed(scale, probing.RMS, at, r)
	if math.Abs(rescaled/base/r.Rescale-1) > 1e-5 {
		t.Errorf("features at the cut have an RMS of %v, the base's %v, want %v times as much", rescaled, base,
			r.Rescale)
	}
}
