package predict

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/backend"
	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/formats"
	"coadapt/gomlxnet/dataset/pack"
	"coadapt/gomlxnet/nets"
	"coadapt/transfer"
	"coadapt/transfer/store"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/gomlx/backends/default" // Go's
)

func goBackend(t *testing.T) compute.Backend { return backendOf(t, "go") }

func backendOf(t *testing.T, name string) compute.Backend {
	t.Helper()
	b, err := backend.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Finalize)
	return b
}

// pictures writes a tree of four classes, 12 pictures each to train and 3 to test, of two sizes that are warped to 28.
func pictures(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for part, n := range map[string]int{"train": 12, "test": 3} {
		for class := range 4 {
			for i := range n {
				m := image.NewRGBA(image.Rect(0, 0, 30+i%2*20, 30))
				for at := range len(m.Pix) / 4 {
					x, y := at%m.Rect.Dx(), at/m.Rect.Dx()
					m.SetRGBA(x, y, color.RGBA{uint8(60 * class), uint8(x*(class+1) + 9*i), uint8(y * 7 * (i + 1)),
						255})
				}
				writePNG(t, filepath.Join(dir, part, fmt.Sprintf("class%d", class), fmt.Sprintf("%d.png", i)), m)
			}
		}
	}
	return dir
}

func writePNG(t *testing.T, file string, m image.Image) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, m); err != nil {
		t.Fatal(err)
	}
}

// trained is a transferred net, which is shown pictures less another task's mean, cut to 24 pixels.
func trained(t *testing.T, backend compute.Backend, src dataset.Source) (*transfer.Trained, transfer.Result) {
	t.Helper()
	s, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	cfg := transfer.MiniConfig(src)
	cfg.Backend, cfg.Store, cfg.Epochs, cfg.Workers = backend, s, 0, 1
	cfg.Arch = nets.Mini(2, nets.MiniOptions{Size: 24, Widths: [7]int{4, 4, 4, 4, 4, 8, 8}})
	cfg.Recipe = cfg.Recipe.WithSteps(6)
	cfg.Recipe.Batch, cfg.Recipe.Pad = 4, 0
	lab, err := transfer.NewLab(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(lab.Close)
	r, err := lab.Train(t.Context(), transfer.Net{Split: "0", Target: transfer.B, Treatment: transfer.Transfer, N: 2})
	if err != nil {
		t.Fatal(err)
	}
	net, err := lab.Trained(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return net, r
}

func predictor(t *testing.T, backend compute.Backend, net *transfer.Trained) *Predictor {
	t.Helper()
	p, err := New(backend, net)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// farthest is the largest difference of two lists.
func farthest(a, b []float32) (d float64) {
	for i := range a {
		d = max(d, math.Abs(float64(a[i])-float64(b[i])))
	}
	return d
}

// TestPicturesAreAsInTheTest: the files of the test part get the logits, bit for bit, that they have in the test pass,
// where they come in its order, and alone to rounding, from a tree and from a pack; and these are right as often, and
// cost as much, as the net's result says.
func TestPicturesAreAsInTheTest(t *testing.T) {
	t.Run("go", func(t *testing.T) { asInTheTest(t, backendOf(t, "go"), true) })
	t.Run("XLA", func(t *testing.T) {
		if os.Getenv("PJRT_PLUGIN_LIBRARY_PATH") == "" {
			t.Skip("PJRT_PLUGIN_LIBRARY_PATH names no plugin; `go run ./kernel-setup test` sets it")
		}
		asInTheTest(t, backendOf(t, "xla:cpu"), false)
	})
}

func asInTheTest(t *testing.T, backend compute.Backend, fromPack bool) {
	dir := pictures(t)
	tree, err := formats.Open(t.Context(), dir, formats.Options{Size: 28})
	if err != nil {
		t.Fatal(err)
	}
	packed := filepath.Join(t.TempDir(), "pack")
	if _, err := pack.Write(t.Context(), tree, packed, pack.Options{}); err != nil {
		t.Fatal(err)
	}
	for _, where := range []string{dir, packed} {
		if where == packed && !fromPack {
			continue
		}
		src, err := formats.Open(t.Context(), where, formats.Options{})
		if where == dir {
			src, err = tree, nil
		}
		if err != nil {
			t.Fatal(err)
		}
		net, r := trained(t, backend, src)
		p := predictor(t, backend, net)
		var inputs, want [][]float32
		asResult(t, p, r, func(i int, a Answer) {
			seen, err := p.See(filepath.Join(dir, "test", net.Task.Class(a.Label).Name, fmt.Sprintf("%d.png", i%3)))
			if err != nil {
				t.Fatal(err)
			}
			alone, err := p.Logits(t.Context(), [][]float32{seen.Input})
			if err != nil {
				t.Fatal(err)
			}
			// At another place of the batch sums are rounded in another order.
			if d := farthest(alone[0], a.Logits); d > 1e-6 {
				t.Errorf("%s: test picture %d has logits %v, in the test %v", where, i, alone[0], a.Logits)
			}
			inputs, want = append(inputs, seen.Input), append(want, slices.Clone(a.Logits))
		})
		all, err := p.Logits(t.Context(), inputs)
		if err != nil || len(all) != len(want) {
			t.Fatalf("%d logits, %v", len(all), err)
		}
		for k := range all {
			if !slices.Equal(all[k], want[k]) {
				t.Errorf("%s: among others, picture %d has logits %v, in the test %v", where, k, all[k], want[k])
			}
		}
	}
}

// asResult holds a predictor's answers to the test part against the net's result. each is given every answer.
func asResult(t *testing.T, p *Predictor, r transfer.Result, each func(i int, a Answer)) {
	t.Helper()
	right, loss, i := 0, 0.0, 0
	for a, err := range p.Test(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		probability := Probabilities(a.Logits)
		if slices.Index(probability, slices.Max(probability)) == a.Label {
			right++
		}
		loss -= math.Log(probability[a.Label])
		each(i, a)
		i++
	}
	if i != r.Tested || right != r.Correct || math.Abs(loss/float64(i)-r.Loss) > 1e-6 {
		t.Errorf("%s: %d of %d right at a loss of %v, the result says %d of %d at %v", r.Net, right, i,
			loss/float64(i), r.Correct, r.Tested, r.Loss)
	}
}

// TestRefused: what is no picture is named, and inputs of another size are refused.
func TestRefused(t *testing.T) {
	backend, dir := goBackend(t), pictures(t)
	src, err := formats.Open(t.Context(), dir, formats.Options{Size: 28})
	if err != nil {
		t.Fatal(err)
	}
	net, _ := trained(t, backend, src)
	p := predictor(t, backend, net)
	text := filepath.Join(dir, "x.png")
	if err := os.WriteFile(text, []byte("no picture"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{text, dir, filepath.Join(dir, "none.png")} {
		if _, err := p.See(bad); err == nil || !strings.Contains(err.Error(), bad) {
			t.Errorf("%s: %v, want an error that names it", bad, err)
		}
	}
	if _, err := p.Logits(t.Context(), [][]float32{make([]float32, 5)}); err == nil || !strings.Contains(err.Error(),
		"want 1728") {
		t.Errorf("5 values: %v, want an error", err)
	}
	if _, err := p.Occlude(t.Context(), make([]float32, 5), 0); err == nil {
		t.Error("a map was made of 5 values")
	}
	if _, err := p.Occlude(t.Context(), make([]float32, 24*24*3), 2); err == nil {
		t.Error("a map was made of output 2 of 2")
	}
	if _, err := p.Activate(make([]float32, 24*24*3), 0); err != ErrNoActivation || p.HasActivation() {
		t.Errorf("a miniature has an activation map: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Logits(ctx, [][]float32{make([]float32, 24*24*3)}); err == nil {
		t.Error("a context that has ended was not heard")
	}
}

func TestTop(t *testing.T) {
	src, err := formats.Open(t.Context(), pictures(t), formats.Options{Size: 28})
	if err != nil {
		t.Fatal(err)
	}
	task, err := dataset.NewTask(t.Context(), src, []int{1, 3}, dataset.TaskOptions{})
	if err != nil {
		t.Fatal(err)
	}
	p := &Predictor{Trained: &transfer.Trained{Plan: &transfer.Plan{Task: task}}}
	top := p.Top([]float32{1, 1000, 1000, -1000}, 3) // exp of 1000 alone is infinite
	if len(top) != 3 || top[0].Class != "class3" || top[0].Probability != 0.5 || top[1].Class != "" ||
		!strings.Contains(top[1].Title, "output 2") || top[2].Output != 0 || top[2].Probability != 0 {
		t.Errorf("%+v; want class3 and output 2 at a half each", top)
	}
	if all := p.Top([]float32{0, 1}, 5); len(all) != 2 || math.Abs(all[0].Probability-1/(1+math.Exp(-1))) > 1e-15 {
		t.Errorf("%+v; want two, the first at 1/(1+1/e)", all)
	}
}
