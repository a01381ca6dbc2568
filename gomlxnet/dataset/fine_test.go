package dataset

import (
	"slices"
	"testing"
)

// superclassed is noise whose classes have fine ones: picture i of a class is of fine class i/3 of it, 5 in all.
type superclassed struct{ noise }

func (s superclassed) Fine() func(p Part, i int) int {
	return func(p Part, i int) int { return 5*s.Label(p, i) + i%s.perClass(p)*5/s.perClass(p) }
}

// TestFewPicturesOfASuperclass takes some pictures of a superclass: its five fine classes give one in turn, and
// pictures that are skipped and pictures that are taken share none.
func TestFewPicturesOfASuperclass(t *testing.T) {
	src := superclassed{noise{classes: 4, train: 15, test: 5, size: 16}}
	taken := func(opt TaskOptions) (index []int, classes map[int]int) {
		task, err := NewTask(t.Context(), src, []int{3}, opt)
		if err != nil {
			t.Fatal(err)
		}
		classes = map[int]int{}
		for _, i := range task.parts[Train].index {
			classes[Fine(src)(Train, i)]++
		}
		return task.parts[Train].index, classes
	}
	first, classes := taken(TaskOptions{PerClass: 7})
	var counts []int
	for _, n := range classes {
		counts = append(counts, n)
	}
	slices.Sort(counts)
	if !slices.Equal(counts, []int{1, 1, 1, 2, 2}) || !slices.IsSorted(first) {
		t.Errorf("7 pictures of a superclass are of its fine classes %v, at %v; want 2 of two and 1 of three", classes,
			first)
	}
	fresh, classes := taken(TaskOptions{Skip: 5, PerClass: 5})
	if len(fresh) != 5 || len(classes) != 5 {
		t.Errorf("5 fresh pictures are of the fine classes %v, want one of each", classes)
	}
	old, _ := taken(TaskOptions{PerClass: 5})
	for _, i := range fresh {
		if slices.Contains(old, i) {
			t.Errorf("picture %d is taken, and fresh", i)
		}
	}
}
