//go:build unix

package pack_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/pack"
)

// TestTruncatedPack: a shard that is cut off while it is mapped is an error that names it, in every way to its
// pictures; those of other shards stay.
func TestTruncatedPack(t *testing.T) {
	src, dir := unpacked(t), t.TempDir()
	if _, err := pack.Write(t.Context(), src, dir, pack.Options{ShardBytes: 2 * packPixels}); err != nil {
		t.Fatal(err)
	}
	p := openPacked(t, dir)
	task, err := dataset.NewTask(t.Context(), p, []int{0, 1, 2}, dataset.TaskOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(dir, shard(0)), 0); err != nil {
		t.Fatal(err)
	}
	buf := make([]uint8, packPixels)
	_, picture := task.Picture(dataset.Train, 0, nil)
	var train, clean error
	h, _, _ := p.Shape()
	for _, err := range task.Train(t.Context(), dataset.Order{Seed: 1, Batch: task.NumTrain()}, dataset.View{Size: h},
		0, 1) {
		train = err
	}
	for _, err := range task.Clean(t.Context(), dataset.Train, task.NumTrain(), 4, dataset.View{Size: h}) {
		clean = errors.Join(clean, err)
	}
	for name, err := range map[string]error{"Image": p.Image(dataset.Train, 0, buf), "Picture": picture, "Train": train,
		"Clean": clean, "Verify": p.Verify(t.Context(), nil)} {
		if err == nil || !strings.Contains(err.Error(), shard(0)) ||
			!strings.Contains(err.Error(), "it cannot be read any more") {
			t.Errorf("%s: %v, want an error that names %s", name, err, shard(0))
		}
	}
	if err := p.Image(dataset.Test, 0, buf); err != nil {
		t.Errorf("a picture of another shard: %v", err)
	}
}
