package inspect

import (
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/nets/nettest"
	"coadapt/gomlxnet/op/optest"

	"github.com/gomlx/compute"
)

// TestAbove has the upper layers give the same bits on what a reader says of the lower ones, at every cut, and a net
// that is loaded give its own.
func TestAbove(t *testing.T) {
	a := nettest.Tiny(4, 0.5)
	first, second := nettest.Init(t, a, 3), nettest.Init(t, a, 4)
	const batch = 3
	images, _ := nettest.Batch(a, batch, 5)
	last := len(a.Blocks) - 1
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		layers := make([]int, len(a.Blocks))
		for i := range layers {
			layers[i] = i
		}
		read, err := NewReader(backend, a, first, batch, layers...)
		if err != nil {
			t.Fatal(err)
		}
		defer read.Close()
		of := map[string][]arch.Tensor{}
		for name, w := range map[string]arch.Weights{"first": first, "second": second} {
			if err := read.Load(w); err != nil {
				t.Fatal(err)
			}
			if of[name], err = read.Read(images); err != nil {
				t.Fatal(err)
			}
		}
		if slices.Equal(of["first"][last].Data, of["second"][last].Data) {
			t.Fatal("two nets give the same logits")
		}
		for from := range a.Blocks {
			above, err := NewAbove(backend, a, first, batch, from)
			if err != nil {
				t.Fatal(err)
			}
			for name, w := range map[string]arch.Weights{"first": first, "second": second} {
				if err := above.Load(w); err != nil {
					t.Fatal(err)
				}
				in := images
				if from > 0 {
					in = of[name][from-1].Data
				}
				got, err := above.Logits(in)
				if err != nil {
					t.Fatal(err)
				}
				want := optest.Array{Shape: []int{batch, 4}, Data: nil}
				have := optest.Array{Shape: []int{batch, 4}, Data: nil}
				for i := range got {
					want.Data, have.Data = append(
						want.Data,
						float64(of[name][last].Data[i]),
					), append(have.Data, float64(got[i]))
				}
				optest.Compare(t, "logits", have, want, 1e-6)
			}
			if _, err := above.Logits(images[1:]); err == nil || !strings.Contains(err.Error(), "values, want") {
				t.Errorf("a value too few: error %v", err)
			}
			above.Close()
		}
		if _, err := NewAbove(backend, a, first, batch, len(a.Blocks)); err == nil {
			t.Error("no layer above the last, and no error")
		}
	})
}
