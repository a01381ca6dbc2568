package formats

import (
	"bytes"
	"maps"
	"strings"
	"testing"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/datatest"
)

func in(dir string, files map[string][]byte) map[string][]byte {
	out := map[string][]byte{}
	for name, data := range files {
		out[dir+name] = data
	}
	return out
}

func with(sets ...map[string][]byte) map[string][]byte {
	out := map[string][]byte{}
	for _, s := range sets {
		maps.Copy(out, s)
	}
	return out
}

// Two data sets in one folder are refused, and both are named.
func TestTwoDataSets(t *testing.T) {
	tree, cifar := datatest.Plain(t), cifar100Files()
	for name, c := range map[string]struct {
		files map[string][]byte
		want  []string
	}{
		"trees":          {with(in("zoo/", tree), in("old/", tree)), []string{"zoo/train/", "old/train/"}},
		"tree and cifar": {with(in("zoo/", tree), in("cifar/", cifar)), []string{"zoo/train/", "cifar/train.bin"}},
		"two cifars":     {with(in("a/", cifar), in("b/", cifar)), []string{"a/train.bin", "b/train.bin"}},
		"two spellings": {with(tree, in("Train/", map[string][]byte{"cat/z.png": tree["train/cat/b.png"]})),
			[]string{"train/", "Train/"}},
	} {
		_, err := openMap(c.files, Options{})
		for _, w := range c.want {
			if err == nil || !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %v, want an error with %q", name, err, w)
			}
		}
	}
}

// What is no second data set does not get in the way of one.
func TestOneDataSet(t *testing.T) {
	tree, cifar := datatest.Plain(t), cifar100Files()
	want, err := openMap(tree, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, files := range map[string]map[string][]byte{
		"stray train.bin":      with(tree, map[string][]byte{"train.bin": bytes.Repeat([]byte{255}, 5000)}),
		"stray CIFAR batch":    with(tree, map[string][]byte{"test_batch.bin": make([]byte, 3073)}),
		"labels beside images": with(tree, in("labels/", map[string][]byte{"train/cat/a.txt": []byte("0 1 1")})),
		"a set within it":      with(tree, in("test/", map[string][]byte{"notes/train/a.txt": nil})),
	} {
		got, err := openMap(files, Options{})
		if err != nil || got.Digest() != want.Digest() {
			t.Errorf("%s: %v, want the tree", name, err)
		}
	}
	if src, err := openMap(with(cifar, map[string][]byte{"notes/train/readme.txt": nil}), Options{}); err != nil ||
		src.Name() != "cifar100" {
		t.Errorf("CIFAR-100 beside notes: %v", err)
	}
	files := map[string][]byte{}
	for name, data := range tree {
		files[strings.Replace(strings.Replace(name, "train/", "Train/", 1), "test/", "TEST/", 1)] = data
	}
	src, err := openMap(files, Options{})
	if err != nil || src.Len(dataset.Train) != 4 || src.Len(dataset.Test) != 2 {
		t.Errorf("Train/ and TEST/: %v, want 4 and 2 pictures", err)
	}
}

// A picture is recognised by its first bytes where its name does not tell.
func TestPicturesByFirstBytes(t *testing.T) {
	files := datatest.Plain(t)
	p, j := files["train/cat/b.png"], files["train/truck/x.jpg"]
	for name, data := range map[string][]byte{"c.jfif": j, "c.jpe": j, "c.pgm": p, "c": p, "c.png?w=200": p, "c.jp2": j,
		"c.tga": p, "c.jpg_large": j} {
		files["train/cat/"+name] = data
	}
	for _, open := range []func() (dataset.Source, error){
		func() (dataset.Source, error) { return openMap(files, Options{}) },
		func() (dataset.Source, error) {
			return Open(t.Context(), fileOf(t, "a.zip", datatest.Zip(t, files)), Options{})
		},
		func() (dataset.Source, error) {
			return Open(t.Context(), fileOf(t, "a.tar", tarOf(t, files)), Options{})
		},
		func() (dataset.Source, error) {
			return Open(t.Context(), fileOf(t, "a.tar.gz", gzipOf(t, tarOf(t, files))), Options{})
		},
	} {
		src, err := open()
		if err != nil {
			t.Fatal(err)
		}
		if src.Len(dataset.Train) != 4+8 {
			t.Errorf("%d training pictures, want 4 and 8 with other endings", src.Len(dataset.Train))
		}
		if task, err := dataset.NewTask(t.Context(), src, []int{0, 1}, dataset.TaskOptions{}); err != nil ||
			task.NumTrain() != 12 {
			t.Errorf("they do not decode: %v", err)
		}
	}
}
