package dataset

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestTaskRemapsAndTakesTheFirst(t *testing.T) {
	src := noise{classes: 6, train: 11, test: 5, size: 16}
	task, err := NewTask(context.Background(), src, []int{4, 1, 3}, TaskOptions{PerClass: 2, Name: "0A"})
	if err != nil {
		t.Fatal(err)
	}
	if want := []int{11, 12, 33, 34, 44, 45}; !slices.Equal(task.parts[Train].index, want) {
		t.Errorf("training pictures %v, want %v", task.parts[Train].index, want)
	}
	if want := []int32{0, 0, 1, 1, 2, 2}; !slices.Equal(task.parts[Train].labels, want) {
		t.Errorf("labels %v, want %v", task.parts[Train].labels, want)
	}
	if task.Name() != "0A" || task.NumClasses() != 3 || task.NumTrain() != 6 || task.NumTest() != 15 ||
		task.Class(1).Name != src.Classes()[3].Name {
		t.Errorf("%s: %d classes, %d + %d pictures, class 1 is %s", task.Name(), task.NumClasses(), task.NumTrain(),
			task.NumTest(), task.Class(1).Name)
	}
	buf := make([]uint8, 16*16*3)
	if err := src.Image(Train, 34, buf); err != nil {
		t.Fatal(err)
	}
	if got, err := task.Picture(Train, 3, nil); err != nil || !slices.Equal(got, buf) {
		t.Errorf("picture 3 is not the source's 34 (%v)", err)
	}
}

func TestTaskDigest(t *testing.T) {
	src := noise{classes: 6, train: 4, test: 2, size: 16}
	seen := map[string]string{}
	for name, c := range map[string]struct {
		classes []int
		opt     TaskOptions
	}{"a": {[]int{0, 1}, TaskOptions{}}, "b": {[]int{0, 2}, TaskOptions{}},
		"a, 2 each": {[]int{0, 1}, TaskOptions{PerClass: 2}}} {
		task, err := NewTask(context.Background(), src, c.classes, c.opt)
		if err != nil {
			t.Fatal(err)
		}
		if was, ok := seen[task.Digest()]; ok {
			t.Errorf("tasks %s and %s have one digest", was, name)
		}
		seen[task.Digest()] = name
	}
	again, err := NewTask(context.Background(), src, []int{1, 0}, TaskOptions{Name: "other", Memory: 1, Workers: 3})
	if err != nil || seen[again.Digest()] != "a" {
		t.Errorf("name, memory, workers and the order of classes must not change the digest (%v)", err)
	}
}

func TestTaskMeanAgainstPlainSum(t *testing.T) {
	for _, opt := range []TaskOptions{{Workers: 1}, {Workers: 5}, {Memory: 1}} {
		task := smallTask(t, opt)
		sum := make([]float64, len(task.Mean()))
		for i := range task.NumTrain() {
			pic, err := task.Picture(Train, i, nil)
			if err != nil {
				t.Fatal(err)
			}
			for j, v := range pic {
				sum[j] += float64(v)
			}
		}
		for j, s := range sum {
			if got, want := task.Mean()[j], float32(s/float64(task.NumTrain())); got != want {
				t.Fatalf("%+v: mean[%d] is %v, want %v", opt, j, got, want)
			}
		}
	}
}

func TestTaskErrors(t *testing.T) {
	src := noise{classes: 4, train: 2, test: 2, size: 16}
	for want, classes := range map[string][]int{"0..3": {0, 4}, "twice": {1, 1}, "no class": nil} {
		if _, err := NewTask(context.Background(), src, classes, TaskOptions{}); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("classes %v: error %v, want one with %q", classes, err, want)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := NewTask(ctx, src, []int{0}, TaskOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
