package transfer

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"coadapt/gomlxnet/backend"
	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/formats"
	"coadapt/gomlxnet/dataset/pack"
	"coadapt/transfer/store"
)

// ilsvrc makes a small tree like ILSVRC2012's with JPEGs of several sizes: four synsets of five training pictures,
// and a flat val/ with two pictures of each under their real names.
func ilsvrc(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name string, class, k int) {
		img := image.NewRGBA(image.Rect(0, 0, 300+10*k, 280))
		for y := range 280 {
			for x := range 300 + 10*k {
				img.SetRGBA(x, y, color.RGBA{uint8(60 * class), uint8(x*(class+1) + 20*k), uint8(y), 255})
			}
		}
		var b bytes.Buffer
		if err := jpeg.Encode(&b, img, nil); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	val := dataset.ValidationList()
	for class, wnid := range dataset.Synsets()[:4] {
		for k := range 5 {
			write(filepath.Join("train", wnid, wnid+"_"+string(rune('0'+k))+".JPEG"), class, k)
		}
		left := 2
		for i, label := range val.Labels {
			if label == class && left > 0 {
				left--
				write(filepath.Join("val", val.Files[i]), class, left)
			}
		}
	}
	return dir
}

// TestPaperMode trains the 2014 experiment end to end, base net and transfer, on a tree like ILSVRC2012's that was
// packed at 256 px: all of CaffeNet and its recipe, but for the number of steps and of images a step.
func TestPaperMode(t *testing.T) {
	if testing.Short() {
		t.Skip("trains the whole CaffeNet")
	}
	if os.Getenv("PJRT_PLUGIN_LIBRARY_PATH") == "" {
		t.Skip("PJRT_PLUGIN_LIBRARY_PATH names no plugin; `go run ./kernel-setup test` sets it")
	}
	tree, err := formats.Open(t.Context(), ilsvrc(t), formats.Options{Size: 256})
	if err != nil {
		t.Fatal(err)
	}
	packed := t.TempDir()
	if _, err := pack.Write(t.Context(), tree, packed, pack.Options{}); err != nil {
		t.Fatal(err)
	}
	src, err := formats.Open(t.Context(), packed, formats.Options{})
	if err != nil {
		t.Fatal(err)
	}
	cfg := PaperConfig(src)
	cfg.Recipe = cfg.Recipe.Shortened(3)
	cfg.Recipe.Batch, cfg.Workers = 4, 1
	if cfg.Store, err = store.Open(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	if cfg.Backend, err = backend.Open("xla:cpu"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cfg.Backend.Finalize)
	l := lab(t, cfg)

	child := net(t, "0/A7B")
	p, err := l.Plan(t.Context(), child)
	if err != nil {
		t.Fatal(err)
	}
	source, err := l.experiment.task(t.Context(), child, A)
	if err != nil {
		t.Fatal(err)
	}
	target, err := l.experiment.task(t.Context(), child, B)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(p.View.Mean, source.Mean()) || slices.Equal(p.View.Mean, target.Mean()) ||
		len(p.View.Mean) != 256*256*3 {
		t.Error("the mean image is not the source's")
	}
	if p.Arch.Classes != 1000 || p.View.Size != 227 || !p.View.Crop || !p.View.Mirror || p.View.Scale != 1 ||
		p.Recipe.Rate.Base != 0.01 {
		t.Errorf("arch of %d outputs, view %+v, recipe %+v", p.Arch.Classes, p.View, p.Recipe)
	}

	r := trainNet(t, l, "0/A7B")
	base := trainNet(t, l, "0/baseA")
	if !r.HasWeights() || !base.HasWeights() || !base.Hit || r.Classes != 2 || r.Tested != 4 || r.Steps != 3 {
		t.Errorf("%+v\n%+v", r, base)
	}
	mine, parent := weightsOf(t, cfg.Store, r), weightsOf(t, cfg.Store, base)
	count := 0
	for _, w := range mine {
		count += len(w.Data)
	}
	if count != 60965224 { // ../shared/reference/recipe.md
		t.Errorf("%d parameters, want 60,965,224", count)
	}
	if prefix(t, p.Arch, mine, 7) != prefix(t, p.Arch, parent, 7) ||
		slices.Equal(mine["/net/fc8/weights"].Data, parent["/net/fc8/weights"].Data) {
		t.Error("layers 1..7 are not the source's, or layer 8 is")
	}
}
