package dataset

import (
	"context"
	"errors"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestTaskRemapsAndTakesTheFirst(t *testing.T) {
	src := shapes(t, ShapesParams{Classes: 6, Train: 11, Test: 5, Size: 16})
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
	if task.Name() != "0A" || task.NumClasses() != 3 || task.NumTrain() != 6 || task.NumTest() != 15 || task.Class(1).Name != src.Classes()[3].Name {
		t.Errorf("%s: %d classes, %d + %d pictures, class 1 is %s", task.Name(), task.NumClasses(), task.NumTrain(), task.NumTest(), task.Class(1).Name)
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
	src := shapes(t, ShapesParams{Classes: 6, Train: 4, Test: 2, Size: 16})
	seen := map[string]string{}
	for name, c := range map[string]struct {
		classes []int
		opt     TaskOptions
	}{"a": {[]int{0, 1}, TaskOptions{}}, "b": {[]int{0, 2}, TaskOptions{}}, "a, 2 each": {[]int{0, 1}, TaskOptions{PerClass: 2}}} {
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
	src := shapes(t, ShapesParams{Classes: 4, Train: 2, Test: 2, Size: 16})
	for want, classes := range map[string][]int{"0..3": {0, 4}, "twice": {1, 1}, "no class": nil} {
		if _, err := NewTask(context.Background(), src, classes, TaskOptions{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("classes %v: error %v, want one with %q", classes, err, want)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := NewTask(ctx, src, []int{0}, TaskOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestBadPictures(t *testing.T) {
	files := plainTree(t)
	files["train/cat/b.png"] = files["train/cat/b.png"][:50]
	files["test/cat/u.png"] = []byte("no picture")
	src, err := openMap(files, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewTask(context.Background(), src, []int{0, 1}, TaskOptions{}); err == nil || !strings.Contains(err.Error(), "train/cat/b.png") {
		t.Errorf("by default a bad picture is an error that names it: %v", err)
	}
	for _, memory := range []int64{0, 1} {
		last := [2]int{}
		task, err := NewTask(context.Background(), src, []int{0, 1},
			TaskOptions{Bad: BadSkips, Memory: memory, Progress: func(done, total int) { last = [2]int{done, total} }})
		if err != nil {
			t.Fatal(err)
		}
		if last != [2]int{7, 7} {
			t.Errorf("progress ended at %v, want 7 of 7", last)
		}
		bad := task.Bad()
		if len(bad) != 2 || bad[0].Name != "set: train/cat/b.png" || bad[1].Name != "set: test/cat/u.png" || bad[1].Part != Test || bad[0].Err == nil {
			t.Fatalf("bad pictures %+v", bad)
		}
		if task.NumTrain() != 3 || task.NumTest() != 2 || task.Label(Train, 1) != 1 {
			t.Errorf("%d + %d pictures left", task.NumTrain(), task.NumTest())
		}
		if pic, err := task.Picture(Train, 1, nil); err != nil || pic[0] != 200 {
			t.Errorf("picture 1 starts with %v, want the truck's 200 (%v)", pic[:3], err)
		}
		if got, want := task.Mean()[0], float32(float64(40+200+100)/3); got != want {
			t.Errorf("mean %v, want %v: bad pictures must not count", got, want)
		}
	}
	files["train/cat/a.PNG"] = nil
	src, err = openMap(files, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewTask(context.Background(), src, []int{0, 1}, TaskOptions{Bad: BadSkips}); err == nil || !strings.Contains(err.Error(), "no train picture of class cat decodes") {
		t.Errorf("a class without a sound picture: %v", err)
	}
}

func TestViewMeans(t *testing.T) {
	files := plainTree(t)
	files["train/cat/a.PNG"] = pngOf(t, 4, 4, color.NRGBA{10, 20, 30, 255})
	src, err := openMap(files, Options{})
	if err != nil {
		t.Fatal(err)
	}
	task, err := NewTask(context.Background(), src, []int{0}, TaskOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		view View
		want [3]float32
	}{
		"own mean":         {View{}, [3]float32{7 - 10, 7 - 20, 7 - 30}},
		"a channel":        {View{MeanPerChannel: true, Scale: 2}, [3]float32{-6, -26, -46}},
		"given channels":   {View{Mean: []float32{1, 2, 3}}, [3]float32{6, 5, 4}},
		"given mean image": {View{Mean: slices.Repeat([]float32{4}, 48)}, [3]float32{3, 3, 3}},
	} {
		for b, err := range task.Test(context.Background(), 1, c.view) {
			if err != nil {
				t.Fatal(err)
			}
			for i, got := range b.Images {
				if math.Abs(float64(got-c.want[i%3])) > 1e-6 {
					t.Fatalf("%s: value %d is %v, want %v", name, i, got, c.want[i%3])
				}
			}
		}
	}
}
