package train

import (
	"math"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/backend"
	"coadapt/gomlxnet/inspect"
	"coadapt/gomlxnet/nets"
)

// TestRescaledLayer reads every layer of a net before and after conv4 is multiplied: what leaves it is multiplied, what
// comes before stays.
func TestRescaledLayer(t *testing.T) {
	backend, err := backend.Open("go")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(backend.Finalize)
	a := nets.Mini(3, nets.MiniOptions{Size: 24, Widths: [7]int{4, 4, 4, 4, 4, 8, 8}})
	w, err := a.Init(5)
	if err != nil {
		t.Fatal(err)
	}
	const factor = 0.12
	scaled, err := a.Rescaled(w, 4, factor)
	if err != nil {
		t.Fatal(err)
	}
	images := make([]float32, 2*24*24*3)
	for i := range images {
		images[i] = float32(math.Sin(float64(i)))
	}
	read := func(w arch.Weights) []arch.Tensor {
		r, err := inspect.NewReader(backend, a, w, 2, 2, 3)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		out, err := r.Read(images)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	before, after := read(w), read(scaled)
	var squares float64
	for i, x := range before[1].Data {
		squares += float64(x) * float64(x) / float64(len(before[1].Data))
		if math.Abs(float64(after[1].Data[i])-factor*float64(x)) > 1e-5 {
			t.Fatalf("value %d of conv4 is %v, want %v times %v", i, after[1].Data[i], factor, x)
		}
	}
	for i, x := range before[0].Data {
		if after[0].Data[i] != x {
			t.Fatal("conv3 changed")
		}
	}
	trainer, err := New(backend, a, SGD{}, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	if _, err := trainer.MeanSquares(images); err == nil {
		t.Error("mean squares without a net: no error")
	}
	if err := trainer.Load(w, arch.Cut{N: 4, Frozen: true}); err != nil {
		t.Fatal(err)
	}
	got, err := trainer.MeanSquares(images)
	if err != nil || len(got) != 8 || math.Abs(got[3]/squares-1) > 1e-5 {
		t.Errorf("mean squares %v, %v; want %v at conv4", got, err, squares)
	}
	if _, err := trainer.MeanSquares(images[1:]); err == nil {
		t.Error("half a picture: no error")
	}
	for _, bad := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		if _, err := a.Rescaled(w, 4, bad); err == nil {
			t.Errorf("factor %v: no error", bad)
		}
	}
	if _, err := a.Rescaled(w, 8, 1); err == nil {
		t.Error("layer 8: no error")
	}
}

func TestWarmup(t *testing.T) {
	s := Schedule{Policy: Poly, Base: 0.4, Max: 1000, Power: 1, Warmup: 4}
	for iter, want := range map[int]float64{0: 0.1, 1: 0.5 * 0.4 * 0.999, 3: 0.4 * 0.997, 4: 0.4 * 0.996, 500: 0.2} {
		if got := s.Rate(iter); math.Abs(got-want) > 1e-12 {
			t.Errorf("rate at %d is %v, want %v", iter, got, want)
		}
	}
	s.Warmup = -1
	if s.Check() == nil {
		t.Error("a warm-up of -1: no error")
	}
}
