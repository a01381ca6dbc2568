package formats

import (
	"fmt"
	"image/color"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/datatest"
	"coadapt/gomlxnet/dataset/divide"
)

// A folder of classes alone is refused with what to do, or divided by the share that is asked for.
func TestTestShare(t *testing.T) {
	p := datatest.PNG(t, 4, 4, color.White)
	files := map[string][]byte{"README.md": []byte("flowers")}
	for i := range 10 {
		files[fmt.Sprintf("flowers/rose/%d.png", i)], files[fmt.Sprintf("flowers/tulip/deep/%d.jfif", i)] = p, p
	}
	_, err := openMap(files, Options{})
	for _, want := range []string{"rose, tulip", "-test-share 0.2", "nb.TestShare(0.2)", "train/<class>/"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no share: %v, want an error with %q", err, want)
		}
	}
	names := func(src dataset.Source, p dataset.Part) []string {
		var list []string
		for i := range src.Len(p) {
			list = append(list, dataset.Describe(src, p, i))
		}
		return list
	}
	src, err := openMap(files, Options{Parts: divide.Parts{TestShare: 0.2}})
	if err != nil {
		t.Fatal(err)
	}
	if src.Len(dataset.Train) != 16 || src.Len(dataset.Test) != 4 || len(src.Classes()) != 2 {
		t.Fatalf("%d and %d pictures of %d classes, want 16 and 4 of 2", src.Len(dataset.Train), src.Len(dataset.Test),
			len(src.Classes()))
	}
	test := names(src, dataset.Test)
	for _, name := range names(src, dataset.Train) {
		if slices.Contains(test, name) {
			t.Errorf("%s is in both parts", name)
		}
	}
	// More pictures move none from one part to the other that need not.
	files["flowers/rose/10.png"], files["flowers/tulip/deep/10.jfif"] = p, p
	more, err := openMap(files, Options{Parts: divide.Parts{TestShare: 0.2}})
	if err != nil {
		t.Fatal(err)
	}
	same := 0
	for _, name := range names(more, dataset.Test) {
		if slices.Contains(test, name) {
			same++
		}
	}
	if more.Len(dataset.Test) != 4 || same < 2 {
		t.Errorf("with one more a class %d test pictures, %d of them as before; want 4, at least 2",
			more.Len(dataset.Test), same)
	}
	for _, share := range []float64{-0.1, 1, 2} {
		if _, err := openMap(files, Options{Parts: divide.Parts{TestShare: share}}); err == nil ||
			!strings.Contains(err.Error(), "test share") {
			t.Errorf("a share of %v: %v, want an error", share, err)
		}
	}
	half := map[string][]byte{}
	for name, data := range files {
		half[strings.Replace(name, "flowers/", "train/", 1)] = data
	}
	if src, err := openMap(half, Options{Parts: divide.Parts{TestShare: 0.3}}); err != nil ||
		src.Len(dataset.Test) != 6 {
		t.Errorf("train/ alone: %v, want 6 test pictures", err)
	}
}
