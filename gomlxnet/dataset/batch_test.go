package dataset

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"

	"coadapt/gomlxnet/splitmix"
)

func smallTask(t testing.TB, opt TaskOptions) *Task {
	t.Helper()
	src := noise{classes: 6, train: 11, test: 5, size: 16}
	task, err := NewTask(context.Background(), src, []int{4, 1, 3}, opt)
	if err != nil {
		t.Fatal(err)
	}
	return task
}

// slowBatch is the plain twin of Task.Train: one batch, pixel by pixel, no goroutines, no buffers kept.
func slowBatch(t *testing.T, task *Task, o Order, v View, k int) ([]float32, []int32) {
	t.Helper()
	h, w, c := task.Shape()
	scale := v.Scale
	if scale == 0 {
		scale = 1
	}
	size := v.Size
	if size == 0 {
		size = h
	}
	var images []float32
	var labels []int32
	for i := range o.Batch {
		pos := k*o.Batch + i
		pic := int(
			splitmix.New(seedEpoch, o.Seed,
				uint64(pos/task.NumTrain())).Permutation(task.NumTrain())[pos%task.NumTrain()],
		)
		raw, err := task.Picture(Train, pic, nil)
		if err != nil {
			t.Fatal(err)
		}
		x0, y0, flip := (w+2*v.Pad-size)/2, (h+2*v.Pad-size)/2, false
		r := splitmix.New(seedAugment, o.Seed, uint64(k), uint64(i))
		if v.Crop {
			x0, y0 = r.IntN(w+2*v.Pad-size+1), r.IntN(h+2*v.Pad-size+1)
		}
		if v.Mirror {
			flip = r.Next()>>63 == 1
		}
		for y := range size {
			for x := range size {
				sx := x
				if flip {
					sx = size - 1 - x
				}
				px, py := sx+x0-v.Pad, y+y0-v.Pad
				for j := range c {
					var val float32
					if px >= 0 && px < w && py >= 0 && py < h {
						at := (py*w+px)*c + j
						val = (float32(raw[at]) - task.Mean()[at]) * scale
					}
					images = append(images, val)
				}
			}
		}
		labels = append(labels, int32(task.Label(Train, pic)))
	}
	return images, labels
}

func TestTrainEqualsSlowTwin(t *testing.T) {
	memory := smallTask(t, TaskOptions{})
	stream := smallTask(t, TaskOptions{Memory: 1})
	o := Order{Seed: 7, Batch: 13} // 33 pictures: batches straddle epochs
	for _, v := range []View{{}, {Crop: true, Pad: 3, Mirror: true}, {Size: 12, Crop: true, Mirror: true, Scale: 0.5},
		{Size: 20, Pad: 4, Crop: true}, {Size: 10, Mirror: true}, {Size: 18, Pad: 1}} {
		for _, task := range []*Task{memory, stream} {
			k := 2
			for b, err := range task.Train(context.Background(), o, v, k, 9) {
				if err != nil {
					t.Fatal(err)
				}
				images, labels := slowBatch(t, task, o, v, k)
				if b.Index != k || !slices.Equal(images, b.Images) || !slices.Equal(labels, b.Labels) {
					t.Fatalf("view %+v: batch %d differs from its slow twin", v, k)
				}
				k++
			}
			if k != 9 {
				t.Fatalf("view %+v: ended before batch %d, want 9", v, k)
			}
		}
	}
}

func TestAheadIsTheSameWhateverTheSlots(t *testing.T) {
	task := smallTask(t, TaskOptions{})
	p, err := View{Crop: true, Pad: 2, Mirror: true}.plan(16, 16, 3, task.Mean())
	if err != nil {
		t.Fatal(err)
	}
	var first []float32
	for _, slots := range []int{1, 2, 5} {
		var all []float32
		fill := func(b *Batch, s *scratch) error {
			pic, err := task.Picture(Train, b.Index, nil)
			p.Apply(pic, p.place(1, b.Index, 0), b.Images)
			return err
		}
		for b, err := range ahead(context.Background(), slots, 0, 20, p.newBatch(1), fill) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, b.Images...)
		}
		if first == nil {
			first = all
		}
		if len(all) != 20*16*16*3 || !slices.Equal(first, all) {
			t.Fatalf("%d slots give other batches than 1", slots)
		}
	}
}

func TestEachEpochShowsEachPictureOnce(t *testing.T) {
	o := Order{Seed: 3, Batch: 8}
	const n = 24
	var first []int
	for e := range 3 {
		var seen []int
		for k := e * 3; k < (e+1)*3; k++ {
			seen = append(seen, o.Indices(k, n)...)
		}
		if e == 0 {
			first = slices.Clone(seen)
		} else if slices.Equal(first, seen) {
			t.Errorf("epoch %d has the order of epoch 0", e)
		}
		slices.Sort(seen)
		if len(slices.Compact(seen)) != n {
			t.Errorf("epoch %d does not show all %d pictures", e, n)
		}
	}
	if slices.Equal(o.Indices(0, n), Order{Seed: 4, Batch: 8}.Indices(0, n)) {
		t.Error("seeds 3 and 4 give the same batch")
	}
}

func TestTestPass(t *testing.T) {
	task := smallTask(t, TaskOptions{})
	var labels []int32
	for b, err := range task.Test(context.Background(), 4, View{Size: 12}) {
		if err != nil {
			t.Fatal(err)
		}
		for i, l := range b.Labels {
			img := b.Images[i*12*12*3 : (i+1)*12*12*3]
			if zero := !slices.ContainsFunc(img, func(v float32) bool { return v != 0 }); zero != (l < 0) {
				t.Errorf("batch %d, picture %d: label %d, all zero %v", b.Index, i, l, zero)
			}
		}
		labels = append(labels, b.Labels...)
	}
	want := []int32{0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, -1}
	if !slices.Equal(labels, want) {
		t.Errorf("labels %v, want %v", labels, want)
	}
}

func TestIteratorsEndClean(t *testing.T) {
	task := smallTask(t, TaskOptions{})
	before := runtime.NumGoroutine()
	for range task.Train(context.Background(), Order{Batch: 4}, View{}, 0, 1000) {
		break
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var last error
	n := 0
	for _, err := range task.Train(ctx, Order{Batch: 4}, View{}, 0, 1000) {
		if n++; n == 3 {
			cancel()
		}
		last = err
	}
	if !errors.Is(last, context.Canceled) || n > 10 {
		t.Errorf("after a cancel: %d batches, last error %v", n, last)
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines before, %d after", before, after)
	}
	for name, seq := range map[string]func(func(*Batch, error) bool){
		"batch of 0":     task.Train(context.Background(), Order{}, View{}, 0, 1),
		"crop too large": task.Train(context.Background(), Order{Batch: 1}, View{Size: 17}, 0, 1),
		"from below 0":   task.Train(context.Background(), Order{Batch: 1}, View{}, -1, 1),
		"mean of 5":      task.Test(context.Background(), 1, View{Mean: make([]float32, 5)}),
		"test of 0":      task.Test(context.Background(), 0, View{}),
	} {
		for b, err := range seq {
			if err == nil || b != nil {
				t.Errorf("%s: no error", name)
			}
		}
	}
}

func BenchmarkTrain(b *testing.B) {
	src := noise{classes: 4, train: 200, test: 50, size: 32}
	task, err := NewTask(context.Background(), src, []int{0, 1, 2, 3}, TaskOptions{})
	if err != nil {
		b.Fatal(err)
	}
	const batch = 128
	b.ResetTimer()
	for _, err := range task.Train(context.Background(), Order{Batch: batch}, View{Crop: true, Pad: 4, Mirror: true}, 0,
		b.N) {
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*batch)/b.Elapsed().Seconds(), "images/s")
}
