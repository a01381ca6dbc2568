package dataset_test

import (
	"context"
	"fmt"

	"coadapt/gomlxnet/dataset"
)

// stripes is a data set of its own kind: class k has stripes that are k+1 pixels wide.
type stripes struct{ classes, train, test int }

func (s stripes) Name() string         { return "stripes" }
func (s stripes) Digest() string       { return fmt.Sprintf("%064x", s.classes<<40|s.train<<20|s.test) }
func (s stripes) Shape() (h, w, c int) { return 16, 16, 3 }

func (s stripes) Classes() []dataset.Class {
	var all []dataset.Class
	for k := range s.classes {
		all = append(all, dataset.Class{Name: fmt.Sprintf("width %d", k+1)})
	}
	return all
}

func (s stripes) Len(p dataset.Part) int {
	if p == dataset.Train {
		return s.classes * s.train
	}
	return s.classes * s.test
}

func (s stripes) Label(p dataset.Part, i int) int { return i % s.classes }

func (s stripes) Image(p dataset.Part, i int, dst []uint8) error {
	if want := 16 * 16 * 3; len(dst) != want || i < 0 || i >= s.Len(p) {
		return fmt.Errorf("stripes: %s picture %d into %d bytes, want 0 to %d and %d bytes", p, i, len(dst), s.Len(p)-1,
			want)
	}
	width, shift := s.Label(p, i)+1, i/s.classes
	for at := range dst {
		x := at / 3 % 16
		dst[at] = uint8((x + shift) / width % 2 * 255)
	}
	return nil
}

// A data set of one's own is a Source: seven methods. From there on it is like any other.
func ExampleSource() {
	src := stripes{classes: 6, train: 10, test: 4}
	split, err := dataset.SplitFor(src, "0")
	if err != nil {
		fmt.Println(err)
		return
	}
	task, err := dataset.NewTask(context.Background(), src, split.B, dataset.TaskOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(task.NumClasses(), "classes,", task.NumTrain(), "to train,", task.NumTest(), "to test")
	// Output:
	// 3 classes, 30 to train, 12 to test
}
