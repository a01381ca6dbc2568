//go:build unix

package dataset

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTruncatedPack: a shard that is cut off while it is mapped is an error that names it, in every way to its
// pictures; those of other
// shards stay, and other panics are no business of the guard's.
func TestTruncatedPack(t *testing.T) {
	src, dir := unpacked(t), t.TempDir()
	if _, err := Pack(t.Context(), src, dir, PackOptions{ShardBytes: 2 * packPixels}); err != nil {
		t.Fatal(err)
	}
	p := openPacked(t, dir)
	task, err := NewTask(t.Context(), p, []int{0, 1, 2}, TaskOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(dir, shardName(0)), 0); err != nil {
		t.Fatal(err)
	}
	buf := make([]uint8, packPixels)
	_, picture := task.Picture(Train, 0, nil)
	var train, clean error
	h, _, _ := p.Shape()
	for _, err := range task.Train(t.Context(), Order{Seed: 1, Batch: task.NumTrain()}, View{Size: h}, 0, 1) {
		train = err
	}
	for _, err := range task.Clean(t.Context(), Train, task.NumTrain(), 4, View{Size: h}) {
		clean = errors.Join(clean, err)
	}
	for name, err := range map[string]error{"Image": p.Image(Train, 0, buf), "Picture": picture, "Train": train, "Clean": clean, "Verify": p.Verify(t.Context(), nil)} {
		if err == nil || !strings.Contains(err.Error(), shardName(0)) || !errors.Is(err, errTruncated) {
			t.Errorf("%s: %v, want an error that names %s", name, err, shardName(0))
		}
	}
	if err := p.Image(Test, 0, buf); err != nil {
		t.Errorf("a picture of another shard: %v", err)
	}
	defer func() {
		if caught := recover(); caught != "another" {
			t.Errorf("recovered %v", caught)
		}
	}()
	_ = guarded(func() string { return "" }, func() error { panic("another") })
}
