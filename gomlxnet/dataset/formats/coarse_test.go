package formats

import (
	"image/color"
	"slices"
	"testing"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/datatest"
)

// TestFineClasses: CIFAR's binary files and a folder of the same classes know the fine class of each picture, where the
// labels are superclasses.
func TestFineClasses(t *testing.T) {
	fine := knownClasses("cifar100")
	_, of, err := coarseLabels(fine)
	if err != nil {
		t.Fatal(err)
	}
	binary, folder := cifar100Files(), map[string][]byte{}
	binary["train.bin"] = nil
	for i, c := range fine {
		for k := range 3 {
			binary["train.bin"] = append(binary["train.bin"], cifarRecord(byte(of[i]), byte(i))...)
			folder["train/"+c.Name+"/"+string(rune('a'+k))+".png"] = datatest.PNG(t, 4, 4, color.Gray{10})
		}
		folder["test/"+c.Name+"/a.png"] = datatest.PNG(t, 4, 4, color.Gray{20})
	}
	for name, files := range map[string]map[string][]byte{"binary files": binary, "folder": folder} {
		src, err := openMap(files, Options{Coarse: true})
		if err != nil {
			t.Fatal(err)
		}
		fine := dataset.Fine(src)
		if fine == nil || src.Len(dataset.Train) != 300 {
			t.Fatalf("%s: %d training pictures, of no fine classes", name, src.Len(dataset.Train))
		}
		count := make([]int, 100)
		for i := range src.Len(dataset.Train) {
			f := fine(dataset.Train, i)
			if count[f]++; of[f] != src.Label(dataset.Train, i) {
				t.Errorf("%s: picture %d of superclass %d is said to be of fine class %d", name, i,
					src.Label(dataset.Train, i), f)
			}
		}
		if slices.Min(count) != 3 || slices.Max(count) != 3 {
			t.Errorf("%s: pictures by fine class %v, want 3 of each", name, count)
		}
	}
	plain, err := openMap(binary, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if dataset.Fine(plain) != nil {
		t.Error("fine labels have finer ones")
	}
}
