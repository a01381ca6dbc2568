package formats

import (
	"bytes"
	"strings"
	"testing"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/datatest"
)

// The survey names root, classes and pictures, and counts everything that is not read by its reason.
func TestSurvey(t *testing.T) {
	files := datatest.Plain(t)
	p := files["train/cat/b.png"]
	for name, data := range map[string][]byte{"train/truck/red/a.png": p, "train/truck/red/b.png": p,
		"train/loose.png":    p,
		"test/cat/boxes.xml": []byte("<box/>"), "more/cat/a.png": p, "README": []byte("pictures")} {
		files[name] = data
	}
	src, err := openMap(in("zoo/", files), Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := "set/zoo: 2 classes, 6 training and 2 test pictures; 1 folders below classes are merged into them " +
		"(train/truck/red); passed over: " +
		"1 hidden, or kept by a system or a program (zoo/.hidden), 2 no pictures (test/cat/boxes.xml), " +
		"2 outside of train/ and test/ (README), 1 pictures in no class's folder (train/loose.png)"
	if got := src.(dataset.Surveyor).Survey().String(); got != want {
		t.Errorf("survey\n%s\nwant\n%s", got, want)
	}
	src, err = openMap(tinyTree(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := src.(dataset.Surveyor).Survey().String(); strings.Contains(got, "merged") ||
		!strings.HasSuffix(got, "2 outside of train/ and val/ (test/images/test_0.JPEG)") &&
			!strings.Contains(got, "1 no pictures (train/n01443537/n01443537_boxes.txt), 1 outside of train/ and "+
				"val/ (test/images/test_0.JPEG)") {
		t.Errorf("Tiny ImageNet: %s", got)
	}
	src, err = openMap(with(cifar100Files(), map[string][]byte{"notes.md": bytes.Repeat([]byte{1}, 9)}), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := src.(dataset.Surveyor).Survey().String(),
		"set: 100 classes, 100 training and 100 test pictures; passed over: "+
			"1 no files of cifar100 (notes.md)"; got != want {
		t.Errorf("survey %q, want %q", got, want)
	}
}
