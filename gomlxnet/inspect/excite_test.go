package inspect

import (
	"math"
	"strings"
	"testing"

	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/op/optest"

	"github.com/gomlx/compute"
)

// TestExciter compares values with those that a reader gives where there is no ReLU, and gradients with differences.
func TestExciter(t *testing.T) {
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		const batch = 2
		arch := nets.Mini(3, nets.MiniOptions{Size: 24, Widths: [7]int{4, 4, 4, 4, 4, 6, 6}, NoLRN: true})
		w, err := arch.Init(1)
		if err != nil {
			t.Fatal(err)
		}
		images := make([]float32, batch*24*24*3)
		optest.FillUniform(images, "images", 1)
		for _, layer := range []int{1, len(arch.Blocks) - 1} {
			e, err := NewExciter(backend, arch, w, batch, layer)
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			wanted := []int{2, 1}
			x, err := e.Of(images, wanted)
			if err != nil {
				t.Fatal(err)
			}
			r, err := NewReader(backend, arch, w, batch, layer)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			read, err := r.Read(images)
			if err != nil {
				t.Fatal(err)
			}
			// The largest of what leaves ReLU and pooling is that before them, where it is above 0.
			each := len(read[0].Data) / batch
			for i := range batch {
				for u := range e.Units() {
					most := math.Inf(-1)
					for k := u; k < each; k += e.Units() {
						most = max(most, float64(read[0].Data[i*each+k]))
					}
					got := float64(x.Most[i*e.Units()+u])
					if most != 0 && math.Abs(got-most) > 1e-4 || most == 0 && got > 1e-4 {
						t.Errorf("layer %d, image %d, unit %d: at most %v, a reader has %v", layer, i, u, got, most)
					}
				}
			}
			var square float64
			for _, g := range x.Gradient[:len(images)/batch] {
				square += float64(g) * float64(g)
			}
			if square == 0 {
				t.Fatalf("layer %d: the gradient is 0", layer)
			}
			const step = 1e-2
			moved := append([]float32(nil), images...)
			for i, g := range x.Gradient[:len(images)/batch] {
				moved[i] += float32(step * float64(g) / math.Sqrt(square))
			}
			then, err := e.Of(moved, wanted)
			if err != nil {
				t.Fatal(err)
			}
			rose, want := float64(then.Value[0]-x.Value[0]), step*math.Sqrt(square)
			if math.Abs(rose-want) > 0.1*want+1e-5 || then.Value[1] != x.Value[1] {
				t.Errorf("layer %d: a step up the gradient raises the unit by %v, want %v", layer, rose, want)
			}
		}
		if _, err := NewExciter(backend, arch, w, batch, 8); err == nil || !strings.Contains(err.Error(), "0 to 7") {
			t.Errorf("error %v", err)
		}
	})
}
