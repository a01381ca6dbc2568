package inspect

import (
	"math"
	"strings"
	"testing"

	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/op/optest"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// TestStitch has the identity be the net itself, and a step down the gradient lower the loss by what it says.
func TestStitch(t *testing.T) {
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		const batch = 4
		arch := nets.Mini(3, nets.MiniOptions{Size: 24, Widths: [7]int{4, 4, 4, 4, 4, 6, 6}, NoLRN: true})
		w, err := arch.Init(1)
		if err != nil {
			t.Fatal(err)
		}
		for _, from := range []int{2, 7} {
			above, err := NewAbove(backend, arch, w, batch, from)
			if err != nil {
				t.Fatal(err)
			}
			defer above.Close()
			shape := above.Shape()
			units := shape[len(shape)-1]
			features := make([]float32, shapes.Make(dtypes.Float32, shape...).Size())
			optest.FillUniform(features, "features", 1)
			logits, err := above.Logits(features)
			if err != nil {
				t.Fatal(err)
			}
			labels := []int{0, 2, 1, 2}
			want := 0.0
			for i, label := range labels {
				sum := 0.0
				for _, v := range logits[i*3 : i*3+3] {
					sum += math.Exp(float64(v))
				}
				want += (math.Log(sum) - float64(logits[i*3+label])) / batch
			}
			s, err := NewStitch(backend, arch, w, batch, from, units)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			identity := make([]float32, (units+1)*units)
			for i := range units {
				identity[i*units+i] = 1
			}
			loss, gradient, err := s.Gradient(features, labels, identity)
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(loss-want) > 1e-5 {
				t.Errorf("above %d layers the identity has the loss %v, the net %v", from, loss, want)
			}
			square := 0.0
			for _, g := range gradient {
				square += float64(g) * float64(g)
			}
			const step = 2e-3
			for i, g := range gradient {
				identity[i] -= float32(step * float64(g) / math.Sqrt(square))
			}
			then, _, err := s.Gradient(features, labels, identity)
			if err != nil {
				t.Fatal(err)
			}
			if fell := loss - then; !(math.Abs(fell-step*math.Sqrt(square)) < 0.2*step*math.Sqrt(square)+1e-6) {
				t.Errorf("above %d layers a step lowers the loss by %v, want %v", from, fell, step*math.Sqrt(square))
			}
			if _, _, err := s.Gradient(features, []int{0, 1, 2, 3}, identity); err == nil ||
				!strings.Contains(err.Error(), "label 3") {
				t.Errorf("error %v", err)
			}
		}
		if _, err := NewStitch(backend, arch, w, batch, 0, 4); err == nil ||
			!strings.Contains(err.Error(), "want 1 to 7") {
			t.Errorf("error %v", err)
		}
	})
}
