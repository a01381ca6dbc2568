package dataset

import (
	"slices"
	"strings"
	"testing"
)

// Deviations divide what the view gives, and BGR turns the channels, whatever else it does.
func TestViewOfAnotherNet(t *testing.T) {
	src := noise{classes: 4, train: 6, test: 3, size: 24}
	task, err := NewTask(t.Context(), src, []int{0, 1}, TaskOptions{})
	if err != nil {
		t.Fatal(err)
	}
	plain := View{Size: 20, Pad: 2, Crop: true, Mirror: true, Mean: []float32{10, 20, 30}, Scale: 0.5}
	other, std := plain, []float32{2, 4, 8}
	other.Std, other.BGR = std, true
	order := Order{Seed: 3, Batch: 4}
	batches := func(v View) (all [][]float32) {
		for b, err := range task.Train(t.Context(), order, v, 0, 3) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, slices.Clone(b.Images))
		}
		return all
	}
	want, got := batches(plain), batches(other)
	for k := range want {
		for i := 0; i < len(want[k]); i += 3 {
			for c := range 3 {
				if w := want[k][i+c] / std[c]; got[k][i+2-c] != w {
					t.Fatalf("batch %d, value %d: %v, want %v", k, i+2-c, got[k][i+2-c], w)
				}
			}
		}
	}
	for want, v := range map[string]View{"one a channel": {Std: []float32{1, 2}},
		"numbers above 0": {Std: []float32{1, 0, 1}}} {
		if _, err := v.plan(24, 24, 3, make([]float32, 3)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	if _, err := (View{BGR: true}).plan(24, 24, 1, make([]float32, 1)); err == nil ||
		!strings.Contains(err.Error(), "want 3") {
		t.Errorf("one channel in BGR: %v", err)
	}
}
