package nb

import (
	"os"
	"path/filepath"
	"testing"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/formats"
)

// The folder is read as what it was made of, pixel for pixel, and is left as it is where it is there already.
func TestWritePictures(t *testing.T) {
	const spec = "shapes:classes=4,train=3,test=2"
	dir := filepath.Join(t.TempDir(), "some", "pictures")
	if err := writePictures(t.Context(), spec, dir); err != nil {
		t.Fatal(err)
	}
	want, err := formats.Open(t.Context(), spec, formats.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := formats.Open(t.Context(), dir, formats.Options{Size: 32})
	if err != nil {
		t.Fatal(err)
	}
	for part, n := range map[dataset.Part]int{dataset.Train: 12, dataset.Test: 8} {
		if got.Len(part) != n {
			t.Fatalf("%v: %d pictures, want %d", part, got.Len(part), n)
		}
		seen := map[string]bool{}
		buf := make([]byte, 32*32*3)
		for i := range n {
			if err := want.Image(part, i, buf); err != nil {
				t.Fatal(err)
			}
			seen[want.Classes()[want.Label(part, i)].Name+string(buf)] = true
		}
		for i := range n {
			if err := got.Image(part, i, buf); err != nil {
				t.Fatal(err)
			}
			if !seen[got.Classes()[got.Label(part, i)].Name+string(buf)] {
				t.Errorf("%v: picture %d is none of those written", part, i)
			}
		}
	}
	mark := filepath.Join(dir, "train", "mark")
	if err := os.WriteFile(mark, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := writePictures(t.Context(), spec, dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(mark); err != nil {
		t.Error("written again")
	}
	left, err := os.ReadDir(filepath.Dir(dir))
	if err != nil || len(left) != 1 {
		t.Errorf("beside it lies %v, %v", left, err)
	}
}

// A folder that cannot be written to its end leaves nothing.
func TestWritePicturesFails(t *testing.T) {
	dir := t.TempDir()
	if err := writePictures(t.Context(), "shapes:classes=0", filepath.Join(dir, "x")); err == nil {
		t.Error("pictures of no class")
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left %v", left)
	}
}
