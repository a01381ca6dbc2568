package inspect

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/op"
	"coadapt/gomlxnet/op/optest"

	"github.com/gomlx/compute"
)

// TestStatistics finds those of the first normalisation as loops over what the layer before gives do, leaves all else,
// and has a net whose stored statistics are nonsense do again what it did.
func TestStatistics(t *testing.T) {
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		const batch, size = 8, 4
		a := arch.Arch{Name: "normal", Size: size, Channels: 2, Classes: 3, Blocks: []arch.Block{
			arch.Chain("norm", op.BatchNorm{}, op.ReLU{}),
			arch.Chain("middle", op.Dense{Out: 4}, op.BatchNorm{}, op.ReLU{}),
			arch.Chain("out", op.Dense{}),
		}}
		w, err := a.Init(1)
		if err != nil {
			t.Fatal(err)
		}
		var batches [][]float32
		for i := range 3 {
			images := make([]float32, batch*size*size*2)
			optest.FillUniform(images, fmt.Sprint("images ", i), 1)
			batches = append(batches, images)
		}
		wrong := w.Clone()
		for path, x := range wrong {
			if strings.HasSuffix(path, "mean") || strings.HasSuffix(path, "variance") {
				data := make([]float32, len(x.Data))
				for i := range data {
					data[i] = 100
				}
				wrong[path] = arch.Tensor{Shape: x.Shape, Data: data}
			}
		}
		s, err := NewStatistics(backend, a, wrong, batch)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		found, err := s.Of(wrong, batches)
		if err != nil {
			t.Fatal(err)
		}
		for c := range 2 {
			var mean, variance float64
			for _, images := range batches {
				var sum, square float64
				n := float64(len(images) / 2)
				for i := c; i < len(images); i += 2 {
					sum += float64(images[i]) / n
				}
				for i := c; i < len(images); i += 2 {
					square += (float64(images[i]) - sum) * (float64(images[i]) - sum) / (n - 1)
				}
				mean, variance = mean+sum/3, variance+square/3
			}
			if got := float64(found["/net/norm/mean"].Data[c]); math.Abs(got-mean) > 1e-5 {
				t.Errorf("mean of channel %d is %v, want %v", c, got, mean)
			}
			if got := float64(found["/net/norm/variance"].Data[c]); math.Abs(got-variance) > 1e-5 {
				t.Errorf("variance of channel %d is %v, want %v", c, got, variance)
			}
		}
		for path := range w {
			_, statistic := strings.CutSuffix(path, "mean")
			changed := found[path].Data[0] != wrong[path].Data[0]
			if changed != (statistic || strings.HasSuffix(path, "variance")) {
				t.Errorf("%s changed: %t", path, changed)
			}
		}
		again, err := s.Of(w, batches)
		if err != nil {
			t.Fatal(err)
		}
		for path := range w {
			for i, v := range again[path].Data {
				if v != found[path].Data[i] {
					t.Fatalf("%s depends on what was stored before", path)
				}
			}
		}
		if _, err := s.Of(w, nil); err == nil || !strings.Contains(err.Error(), "one at least") {
			t.Errorf("error %v", err)
		}
		if _, err := NewStatistics(backend, nets.Mini(2, nets.MiniOptions{Size: 24}), w, batch); err == nil {
			t.Error("no error for weights of another arch")
		}
	})
}
