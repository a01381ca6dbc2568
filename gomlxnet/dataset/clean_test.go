package dataset

import (
	"slices"
	"testing"
)

// TestClean: all of a part is what Test gives; fewer are spread over it, and the last batch is filled up.
func TestClean(t *testing.T) {
	src := noise{classes: 4, train: 5, test: 3, size: 24}
	task, err := NewTask(t.Context(), src, []int{0, 2}, TaskOptions{})
	if err != nil {
		t.Fatal(err)
	}
	view := View{Size: 24, Crop: true, Mirror: true, Pad: 2, Mean: task.Mean(), Scale: 1}
	labels := func(part Part, most int) (all []int32) {
		for b, err := range task.Clean(t.Context(), part, most, 4, view) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, b.Labels...)
		}
		return all
	}
	var want []int32
	for k := range 5 { // pictures 0, 2, 4, 6 and 8 of ten
		want = append(want, int32(task.Label(Train, 2*k)))
	}
	if got := labels(Train, 5); !slices.Equal(got, append(want, -1, -1, -1)) {
		t.Errorf("five of ten: labels %v, want %v and three fillers", got, want)
	}
	var tested []float32
	for b, err := range task.Test(t.Context(), 4, view) {
		if err != nil {
			t.Fatal(err)
		}
		tested = append(tested, b.Images...)
	}
	var clean []float32
	for b, err := range task.Clean(t.Context(), Test, 100, 4, view) {
		if err != nil {
			t.Fatal(err)
		}
		clean = append(clean, b.Images...)
	}
	if !slices.Equal(tested, clean) {
		t.Error("a clean pass over the test part is not the test's")
	}
}
