package formats

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/pack"
)

// TestPairOfPacks: a task of two packs is that of the pictures they were made of, its pictures stay where they are
// mapped, and its mean is kept. With one pack alone they are copied.
func TestPairOfPacks(t *testing.T) {
	packed := func(src dataset.Source) (*pack.Folder, string) {
		dir := t.TempDir()
		if _, err := pack.Write(t.Context(), src, dir, pack.Options{}); err != nil {
			t.Fatal(err)
		}
		p, err := pack.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { p.Close() })
		return p, dir
	}
	plain, a, b := pairOf(t, "shapes:classes=4,train=6,test=3,size=20", "plain-shapes:classes=6,train=5,test=2,size=20")
	packA, dirA := packed(a)
	packB, _ := packed(b)
	join := func(a, b dataset.Source) dataset.Source {
		p, err := newPair(a, b)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	both, half := join(packA, packB), join(packA, b)
	if !dataset.IsMapped(both) {
		t.Error("a pair of two packs is not mapped")
	}
	if dataset.IsMapped(half) {
		t.Error("a pair of a pack and drawn pictures is mapped")
	}
	task := func(src dataset.Source, classes []int) *dataset.Task {
		x, err := dataset.NewTask(t.Context(), src, classes, dataset.TaskOptions{Memory: 1 << 30})
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for _, classes := range [][]int{plain.Split().A, plain.Split().B, {1, 5}} {
		for range 2 { // the second time the mean is one that was kept
			want := task(plain, classes)
			for name, got := range map[string]*dataset.Task{"two packs": task(both, classes),
				"one pack": task(half, classes)} {
				if got.Digest() != want.Digest() || !slices.Equal(got.Mean(), want.Mean()) {
					t.Errorf("classes %v of %s: another digest or mean", classes, name)
				}
				for i := range want.NumTrain() {
					x, err := got.Picture(dataset.Train, i, nil)
					y, plainErr := want.Picture(dataset.Train, i, nil)
					if err != nil || plainErr != nil || !slices.Equal(x, y) ||
						got.Label(dataset.Train, i) != want.Label(dataset.Train, i) {
						t.Fatalf("classes %v of %s: picture %d differs; %v, %v", classes, name, i, err, plainErr)
					}
				}
			}
		}
	}
	if list, _ := os.ReadDir(filepath.Join(dirA, "means")); len(list) != 3 {
		t.Errorf("%d means are kept beside the first pack, want 3", len(list))
	}
}
