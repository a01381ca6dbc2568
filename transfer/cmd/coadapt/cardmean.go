package main

import (
	"context"
	"fmt"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/formats"
	"coadapt/gomlxnet/dataset/shapes"
	"coadapt/gomlxnet/nets"
	"coadapt/transfer"
)

// meanOf is the mean picture, [height, width, channels], that is subtracted of what a kept net sees. It fails where the
// data are not those that the net was trained on.
func meanOf(ctx context.Context, k *transfer.Kept, data string) (*arch.Tensor, error) {
	opt := formats.Options{Size: k.Arch.Size}
	switch {
	case shapes.Is(data):
		opt.Size = 0 // as they are drawn
	case k.Arch.Size == nets.CaffeNet(2).Size:
		opt.Size = 256 // of which the recipe of 2014 takes its crops
	}
	src, err := formats.Open(ctx, data, opt)
	if err != nil {
		return nil, err
	}
	task, err := half(ctx, src, k.Result.Net, k.Result.Net.Target)
	if err != nil {
		return nil, err
	}
	if task.Digest() != k.Task {
		return nil, fmt.Errorf("%s gives task %s another digest than that which %s was trained on, %.12s in place "+
			"of %.12s; want the same pictures, size and classes", data, k.Result.Net.Target, k.Result.Net,
			task.Digest(), k.Task)
	}
	if from := k.Result.Net.Source(); from != k.Result.Net.Target {
		if task, err = half(ctx, src, k.Result.Net, from); err != nil {
			return nil, err
		}
	}
	h, w, c := task.Shape()
	return &arch.Tensor{Shape: []int{h, w, c}, Data: task.Mean()}, nil
}

// half is a task of a net's split.
func half(ctx context.Context, src dataset.Source, n transfer.Net, of transfer.Half) (*dataset.Task, error) {
	classes := make([]int, len(src.Classes()))
	for i := range classes {
		classes[i] = i
	}
	if of != transfer.Whole {
		split, err := transfer.SplitFor(src, n.Split)
		if err != nil {
			return nil, err
		}
		if classes = split.A; of == transfer.B {
			classes = split.B
		}
	}
	return dataset.NewTask(ctx, src, classes, dataset.TaskOptions{PerClass: n.PerClass})
}

// channelMeans are the means of a picture's channels.
func channelMeans(picture arch.Tensor) []float32 {
	channels := picture.Shape[2]
	sums := make([]float64, channels)
	for i, x := range picture.Data {
		sums[i%channels] += float64(x)
	}
	means := make([]float32, channels)
	for c, sum := range sums {
		means[c] = float32(sum / float64(len(picture.Data)/channels))
	}
	return means
}

// channelsFirst is a picture as PyTorch lays it out.
func channelsFirst(picture arch.Tensor) arch.Tensor {
	h, w, c := picture.Shape[0], picture.Shape[1], picture.Shape[2]
	out := arch.Tensor{Shape: []int{c, h, w}, Data: make([]float32, len(picture.Data))}
	for i, x := range picture.Data {
		out.Data[i%c*h*w+i/c] = x
	}
	return out
}
