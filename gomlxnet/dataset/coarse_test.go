package dataset

import (
	"image/color"
	"slices"
	"testing"
)

// TestFewPicturesOfASuperclass takes some pictures of each superclass: the five fine classes give one in turn, from
// CIFAR's
// binary files and from a folder alike, and pictures that are skipped and pictures that are taken share none.
func TestFewPicturesOfASuperclass(t *testing.T) {
	fine := knownNames("cifar100")
	_, of, err := coarseLabels(fine)
	if err != nil {
		t.Fatal(err)
	}
	binary, folder := cifar100Files(), map[string][]byte{}
	binary["train.bin"] = nil
	for i, c := range fine {
		for k := range 3 {
			binary["train.bin"] = append(binary["train.bin"], cifarRecord(byte(of[i]), byte(i))...)
			folder["train/"+c.Name+"/"+string(rune('a'+k))+".png"] = pngOf(t, 4, 4, color.Gray{10})
		}
		folder["test/"+c.Name+"/a.png"] = pngOf(t, 4, 4, color.Gray{20})
	}
	for name, files := range map[string]map[string][]byte{"binary files": binary, "folder": folder} {
		src, err := openMap(files, Options{Coarse: true})
		if err != nil {
			t.Fatal(err)
		}
		taken := func(opt TaskOptions) (index []int, classes map[int]int) {
			task, err := NewTask(t.Context(), src, []int{3}, opt)
			if err != nil {
				t.Fatal(err)
			}
			classes = map[int]int{}
			for _, i := range task.parts[Train].index {
				classes[Fine(src)(Train, i)]++
			}
			return task.parts[Train].index, classes
		}
		first, classes := taken(TaskOptions{PerClass: 7})
		var counts []int
		for _, n := range classes {
			counts = append(counts, n)
		}
		slices.Sort(counts)
		if !slices.Equal(counts, []int{1, 1, 1, 2, 2}) || !slices.IsSorted(first) {
			t.Errorf(
				"%s: 7 pictures of a superclass are of its fine classes %v, at %v; want 2 of two and 1 of three",
				name,
				classes,
				first,
			)
		}
		fresh, classes := taken(TaskOptions{Skip: 5, PerClass: 5})
		if len(fresh) != 5 || len(classes) != 5 {
			t.Errorf("%s: 5 fresh pictures are of the fine classes %v, want one of each", name, classes)
		}
		old, _ := taken(TaskOptions{PerClass: 5})
		for _, i := range fresh {
			if slices.Contains(old, i) {
				t.Errorf("%s: picture %d is taken, and fresh", name, i)
			}
		}
	}
	plain, err := openMap(binary, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if Fine(plain) != nil {
		t.Error("fine labels have finer ones")
	}
}
