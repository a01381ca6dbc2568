package dataset

import (
	"slices"
	"strings"
	"testing"
)

// Whole pictures at the places of TrainBytes, by Apply, are the images of Train to the bit, whether the task is in
// memory or decoded as it is read; labels and order are the same.
func TestTrainBytesIsTrain(t *testing.T) {
	o := Order{Seed: 7, Batch: 13} // 33 pictures: batches straddle epochs
	for _, task := range []*Task{smallTask(t, TaskOptions{}), smallTask(t, TaskOptions{Memory: 1})} {
		for _, v := range []View{{}, {Crop: true, Pad: 3, Mirror: true},
			{Size: 11, Crop: true, Mirror: true, Scale: 0.5, MeanPerChannel: true},
			{Size: 10, Mirror: true, Mean: []float32{1, 2, 3}, Std: []float32{3, 5, 7}, BGR: true}} {
			pre, err := task.Preprocess(v)
			if err != nil || pre.Check() != nil {
				t.Fatal(err, pre.Check())
			}
			var want []Batch
			for b, err := range task.Train(t.Context(), o, v, 2, 9) {
				if err != nil {
					t.Fatal(err)
				}
				want = append(want, Batch{Images: slices.Clone(b.Images), Labels: slices.Clone(b.Labels),
					Index: b.Index})
			}
			k := 0
			for b, err := range task.TrainBytes(t.Context(), o, v, 2, 9) {
				if err != nil {
					t.Fatal(err)
				}
				images := make([]float32, o.Batch*pre.Values())
				for i := range o.Batch {
					at := b.Places[3*i:][:3]
					pre.Apply(b.Pixels[i*pre.PictureBytes():][:pre.PictureBytes()],
						Placing{int(at[0]), int(at[1]), at[2] == 1}, images[i*pre.Values():][:pre.Values()])
				}
				if b.Index != want[k].Index || !slices.Equal(images, want[k].Images) ||
					!slices.Equal(b.Labels, want[k].Labels) || b.Images != nil || b.Height != 16 || b.Width != 16 {
					t.Fatalf("view %+v: batch %d as bytes is not that of Train", v, b.Index)
				}
				k++
			}
			if k != len(want) {
				t.Errorf("view %+v: %d batches, want %d", v, k, len(want))
			}
		}
	}
}

// What cannot be done to pictures is told, of a view and of a Preprocess that someone made.
func TestPreprocessCheck(t *testing.T) {
	task := smallTask(t, TaskOptions{})
	good, err := task.Preprocess(View{Size: 12, Pad: 2, Std: []float32{1, 2, 3}})
	if err != nil || good.Check() != nil || good.Scale != 1 {
		t.Fatalf("%+v, %v, %v", good, err, good.Check())
	}
	if x, y := good.MaxPlace(); x != 8 || y != 8 {
		t.Errorf("places up to %d, %d, want 8", x, y)
	}
	for want, change := range map[string]func(*Preprocess){
		"a crop of 21 from pictures of 16x16 padded by 2; want 1..20": func(p *Preprocess) { p.Size = 21 },
		"a crop of 0 from": func(p *Preprocess) { p.Size = 0 },
		"padded by -1":     func(p *Preprocess) { p.Pad = -1 },
		"a mean of 3 numbers, want 768 (16x16x3)": func(p *Preprocess) { p.Mean = p.Mean[:3] },
		"a scale of 0":              func(p *Preprocess) { p.Scale = 0 },
		"want 3 numbers above 0":    func(p *Preprocess) { p.Std = []float32{1, 2} },
		"deviations [1 0 1]":        func(p *Preprocess) { p.Std = []float32{1, 0, 1} },
		"pictures of 1 channels in": func(p *Preprocess) { p.Channels, p.Std, p.BGR = 1, nil, true },
	} {
		p := *good
		change(&p)
		if err := p.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	for want, seq := range map[string]func(func(*Batch, error) bool){
		"view: a crop of 17": task.TrainBytes(t.Context(), Order{Batch: 1}, View{Size: 17}, 0, 1),
		"from batch -1":      task.TrainBytes(t.Context(), Order{Batch: 1}, View{}, -1, 1),
		"view: a mean of 5":  task.TrainBytes(t.Context(), Order{Batch: 1}, View{Mean: make([]float32, 5)}, 0, 1),
	} {
		for b, err := range seq {
			if b != nil || err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want one with %q", err, want)
			}
		}
	}
}
