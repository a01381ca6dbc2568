package formats

import (
	"context"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/datatest"
)

func TestBadPictures(t *testing.T) {
	files := datatest.Plain(t)
	files["train/cat/b.png"] = files["train/cat/b.png"][:50]
	files["test/cat/u.png"] = []byte("no picture")
	src, err := openMap(files, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dataset.NewTask(context.Background(), src, []int{0, 1}, dataset.TaskOptions{}); err == nil ||
		!strings.Contains(err.Error(), "train/cat/b.png") {
		t.Errorf("by default a bad picture is an error that names it: %v", err)
	}
	for _, memory := range []int64{0, 1} {
		last := [2]int{}
		task, err := dataset.NewTask(context.Background(), src, []int{0, 1}, dataset.TaskOptions{
			Bad:      dataset.BadSkips,
			Memory:   memory,
			Progress: func(done, total int) { last = [2]int{done, total} },
		})
		if err != nil {
			t.Fatal(err)
		}
		if last != [2]int{7, 7} {
			t.Errorf("progress ended at %v, want 7 of 7", last)
		}
		bad := task.Bad()
		if len(bad) != 2 || bad[0].Name != "set: train/cat/b.png" || bad[1].Name != "set: test/cat/u.png" ||
			bad[1].Part != dataset.Test ||
			bad[0].Err == nil {
			t.Fatalf("bad pictures %+v", bad)
		}
		if task.NumTrain() != 3 || task.NumTest() != 2 || task.Label(dataset.Train, 1) != 1 {
			t.Errorf("%d + %d pictures left", task.NumTrain(), task.NumTest())
		}
		if pic, err := task.Picture(dataset.Train, 1, nil); err != nil || pic[0] != 200 {
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
	if _, err := dataset.NewTask(context.Background(), src, []int{0, 1},
		dataset.TaskOptions{Bad: dataset.BadSkips}); err == nil ||
		!strings.Contains(err.Error(), "no train picture of class cat decodes") {
		t.Errorf("a class without a sound picture: %v", err)
	}
}

func TestViewMeans(t *testing.T) {
	files := datatest.Plain(t)
	files["train/cat/a.PNG"] = datatest.PNG(t, 4, 4, color.NRGBA{10, 20, 30, 255})
	src, err := openMap(files, Options{})
	if err != nil {
		t.Fatal(err)
	}
	task, err := dataset.NewTask(context.Background(), src, []int{0}, dataset.TaskOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		view dataset.View
		want [3]float32
	}{
		"own mean":         {dataset.View{}, [3]float32{7 - 10, 7 - 20, 7 - 30}},
		"a channel":        {dataset.View{MeanPerChannel: true, Scale: 2}, [3]float32{-6, -26, -46}},
		"given channels":   {dataset.View{Mean: []float32{1, 2, 3}}, [3]float32{6, 5, 4}},
		"given mean image": {dataset.View{Mean: slices.Repeat([]float32{4}, 48)}, [3]float32{3, 3, 3}},
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
