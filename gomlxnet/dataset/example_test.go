package dataset_test

import (
	"context"
	"fmt"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/formats"
)

func Example() {
	ctx := context.Background()
	src, err := formats.Open(ctx, "shapes:classes=8,train=20,test=5", formats.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	split, err := dataset.SplitFor(src, "natman")
	if err != nil {
		fmt.Println(err)
		return
	}
	task, err := dataset.NewTask(ctx, src, split.A, dataset.TaskOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(task.NumClasses(), "classes,", task.NumTrain(), "to train,", task.NumTest(), "to test")
	view := dataset.View{Pad: 2, Crop: true, Mirror: true}
	for batch, err := range task.Train(ctx, dataset.Order{Seed: 1, Batch: 4}, view, 100, 102) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("batch", batch.Index, "labels", batch.Labels)
	}
	// Output:
	// 4 classes, 80 to train, 20 to test
	// batch 100 labels [3 2 1 2]
	// batch 101 labels [1 0 3 0]
}
