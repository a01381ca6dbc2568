package formats

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/datatest"
)

// tinyTree is laid out as Tiny ImageNet, with its unlabelled test folder.
func tinyTree(t testing.TB) map[string][]byte {
	p := datatest.PNG(t, 4, 4, color.Gray{9})
	return map[string][]byte{
		"tiny/train/n01443537/images/n01443537_0.JPEG": p,
		"tiny/train/n01443537/n01443537_boxes.txt":     []byte("n01443537_0.JPEG\t0\t0\t3\t3\n"),
		"tiny/train/n02666196/images/n02666196_0.JPEG": p,
		"tiny/val/images/val_0.JPEG":                   p,
		"tiny/val/images/val_1.JPEG":                   p,
		"tiny/val/val_annotations.txt": []byte(
			"val_0.JPEG\tn02666196\t0\t0\t1\t1\r\nval_1.JPEG\tn01443537\t0\t0\t1\t1\n",
		),
		"tiny/test/images/test_0.JPEG": p,
		"tiny/wnids.txt":               []byte("n02666196\nn01443537\n"),
		"tiny/words.txt":               []byte("n00000001\tnothing\nn01443537\tgoldfish, Carassius auratus\n"),
	}
}

func mapFS(files map[string][]byte) fstest.MapFS {
	m := fstest.MapFS{}
	for name, data := range files {
		m[name] = &fstest.MapFile{Data: data}
	}
	return m
}

func openMap(files map[string][]byte, opt Options) (dataset.Source, error) {
	if err := opt.Parts.Check(); err != nil {
		return nil, err
	}
	t, err := listFS(context.Background(), mapFS(files), "set")
	if err != nil {
		return nil, err
	}
	src, err := openListed(context.Background(), t, "set", opt)
	if err != nil {
		return nil, err
	}
	return opt.divided(src)
}

func TestFolderOrderAndPixels(t *testing.T) {
	src, err := openMap(datatest.Plain(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for i := range src.Len(dataset.Train) {
		names = append(names, dataset.Describe(src, dataset.Train, i))
	}
	if want := []string{"set: train/cat/a.PNG", "set: train/cat/b.png", "set: train/truck/x.jpg",
		"set: train/truck/y.jpg"}; !slices.Equal(names, want) {
		t.Errorf("pictures %v, want %v", names, want)
	}
	buf := make([]uint8, 4*4*3)
	for i, want := range [][3]uint8{{40, 50, 60}, {10, 20, 30}, {200, 200, 200}, {100, 100, 100}} {
		if err := src.Image(dataset.Train, i, buf); err != nil || [3]uint8(buf[45:]) != want {
			t.Errorf("picture %d ends in %v, want %v (%v)", i, buf[45:], want, err)
		}
		if got := src.Label(dataset.Train, i); got != i/2 {
			t.Errorf("label of picture %d is %d, want %d", i, got, i/2)
		}
	}
	if s, err := dataset.SplitFor(src, "natman"); err != nil || s.A[0] != 0 || s.B[0] != 1 {
		t.Errorf("natman %+v, %v", s, err)
	}
}

// TestChangedPicture: the pictures are those of the digest, or there is no task.
func TestChangedPicture(t *testing.T) {
	dir := datatest.Tree(t, datatest.Plain(t))
	src, err := Open(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "train", "cat", "b.png")
	for name, data := range map[string][]byte{"as long": datatest.PNG(t, 4, 4, color.NRGBA{10, 20, 31, 255}),
		"longer": datatest.PNG(t, 4, 4, color.NRGBA{10, 20, 30, 99})} {
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := dataset.NewTask(t.Context(), src, []int{0, 1}, dataset.TaskOptions{}); err == nil ||
			!strings.Contains(err.Error(), "train/cat/b.png") {
			t.Errorf("a picture replaced by one that is %s: %v, want an error that names it", name, err)
		}
	}
	if err := os.WriteFile(file, datatest.Plain(t)["train/cat/b.png"], 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := dataset.NewTask(t.Context(), src, []int{0, 1}, dataset.TaskOptions{}); err != nil {
		t.Errorf("put back: %v", err)
	}
}

func TestTinyImageNetTree(t *testing.T) {
	src, err := openMap(tinyTree(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []dataset.Class{
		{Name: "n01443537", Title: "goldfish, Carassius auratus", Group: dataset.Natural},
		{Name: "n02666196", Title: "n02666196", Group: dataset.ManMade},
	}
	if !slices.Equal(src.Classes(), want) {
		t.Errorf("classes %+v, want %+v", src.Classes(), want)
	}
	if src.Len(dataset.Train) != 2 || src.Len(dataset.Test) != 2 ||
		dataset.Describe(src, dataset.Test, 0) != "set: tiny/val/images/val_1.JPEG" {
		t.Errorf("%d + %d pictures, first test %s", src.Len(dataset.Train), src.Len(dataset.Test),
			dataset.Describe(src, dataset.Test, 0))
	}
}

func TestImageNetTreeIsWarped(t *testing.T) {
	left := image.NewGray(image.Rect(0, 0, 40, 20))
	for i := range left.Pix {
		if i%40 < 20 {
			left.Pix[i] = 255
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, left); err != nil {
		t.Fatal(err)
	}
	files := datatest.Plain(t)
	files["train/cat/a.PNG"] = b.Bytes()
	if _, err := openMap(files, Options{}); err == nil || !strings.Contains(err.Error(), "ask for a size") {
		t.Errorf("sizes differ: %v", err)
	}
	src, err := openMap(files, Options{Size: 8})
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]uint8, 8*8*3)
	if err := src.Image(dataset.Train, 0, buf); err != nil {
		t.Fatal(err)
	}
	for y := range 8 {
		row := buf[y*24 : (y+1)*24]
		if row[0] != 255 || row[6] != 255 || row[21] != 0 || row[15] != 0 {
			t.Errorf("row %d of the warped picture is %v, want its left half white", y, row)
		}
	}
	native, err := openMap(datatest.Plain(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for size, same := range map[int]bool{4: true, 8: false} {
		if sized, err := openMap(datatest.Plain(t), Options{Size: size}); err != nil ||
			(sized.Digest() == native.Digest()) != same {
			t.Errorf("size %d of pictures of 4: the same digest must mean the same pixels (%v)", size, err)
		}
	}
}

func TestFolderErrors(t *testing.T) {
	for name, c := range map[string]struct {
		change func(map[string][]byte)
		tiny   bool
		want   []string
	}{
		"empty class": {change: func(m map[string][]byte) { m["train/zebra/readme.txt"] = nil },
			want: []string{"zebra", "no train picture"}},
		"no test of class": {change: func(m map[string][]byte) { delete(m, "test/cat/t.png") },
			want: []string{"cat", "no test picture"}},
		"no test": {change: func(m map[string][]byte) {
			maps.DeleteFunc(m, func(k string, _ []byte) bool { return strings.HasPrefix(k, "test") })
		},
			want: []string{"no labelled test pictures", "val_annotations.txt"}},
		"unknown test class": {change: func(m map[string][]byte) { m["test/dog/a.png"] = m["test/cat/t.png"] },
			want: []string{"dog", "not in train"}},
		"heif": {change: func(m map[string][]byte) { m["train/cat/c"] = []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00") },
			want: []string{"train/cat/c", "HEIF", "PNG or JPEG", "-skip-bad", "nb.SkipBad()"}},
		"no train": {change: func(m map[string][]byte) {
			maps.DeleteFunc(m, func(k string, _ []byte) bool { return strings.HasPrefix(k, "train") })
		},
			want: []string{"train/<class>/"}},
		"unknown in annotations": {tiny: true, change: func(m map[string][]byte) {
			m["tiny/val/val_annotations.txt"] = []byte("val_0.JPEG\tn09999999\nval_1.JPEG\tn01443537\n")
		}, want: []string{"val_annotations.txt line 1", "n09999999"}},
		"named twice": {tiny: true, change: func(m map[string][]byte) {
			m["tiny/val/val_annotations.txt"] = []byte("val_0.JPEG\tn01443537\nval_0.JPEG\tn02666196\n")
		}, want: []string{"line 2", "val_0.JPEG", "line 1"}},
		"not annotated": {tiny: true, change: func(m map[string][]byte) {
			m["tiny/val/images/val_2.JPEG"] = m["tiny/val/images/val_1.JPEG"]
		}, want: []string{"val_2.JPEG", "names no class"}},
		"annotated but absent": {tiny: true,
			change: func(m map[string][]byte) { delete(m, "tiny/val/images/val_1.JPEG") },
			want:   []string{"line 2", "val_1.JPEG"}},
		"wnid without folder": {tiny: true,
			change: func(m map[string][]byte) { m["tiny/wnids.txt"] = []byte("n01443537\nn01443538") },
			want:   []string{"wnids.txt", "n01443538"}},
		"wnid twice": {tiny: true,
			change: func(m map[string][]byte) { m["tiny/wnids.txt"] = []byte("n01443537\nn01443537") },
			want:   []string{"wnids.txt", "twice"}},
	} {
		files := datatest.Plain(t)
		if c.tiny {
			files = tinyTree(t)
		}
		c.change(files)
		_, err := openMap(files, Options{})
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: error %q does not say %q", name, err, w)
			}
		}
	}
	if _, err := openMap(datatest.Plain(t), Options{Coarse: true}); err == nil {
		t.Error("no error for coarse labels of cats and trucks")
	}
	if _, err := openMap(datatest.Plain(t), Options{Size: -1}); err == nil {
		t.Error("no error for size -1")
	}
}

func TestLinkedClassFolder(t *testing.T) {
	dir := datatest.Tree(t, datatest.Plain(t))
	away := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.Rename(filepath.Join(dir, "train", "cat"), away); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(away, filepath.Join(dir, "train", "cat")); err != nil {
		t.Skipf("no links here: %v", err)
	}
	src, err := Open(context.Background(), dir, Options{})
	if err != nil || src.Len(dataset.Train) != 4 {
		t.Fatalf("a linked class folder: %v", err)
	}
}
