package formats

import (
	"slices"
	"testing"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/datatest"
)

// passedReasons are what a source's files were passed over for, with counts.
func passedReasons(t *testing.T, src dataset.Source) map[string]int {
	t.Helper()
	m := map[string]int{}
	for _, p := range src.(*folder).t.passed.sorted() {
		m[p.Reason] = p.Count
	}
	return m
}

// Leftovers of programs are neither classes nor pictures.
func TestLeftovers(t *testing.T) {
	files := datatest.Plain(t)
	want, err := openMap(files, Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := files["train/cat/b.png"]
	for _, name := range []string{"train/@eaDir/cat/SYNO.png", "train/cat/@eaDir/b.png/SYNO.png",
		"train/.ipynb_checkpoints/b.png",
		"train/cat/Thumbs.db", "train/Thumbs.db", "__MACOSX/train/cat/b.png", "test/cat/._b.png",
		"train/#recycle/b.png", "train/cat/desktop.ini"} {
		files[name] = p
	}
	got, err := openMap(files, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Digest() != want.Digest() || len(got.Classes()) != 2 || got.Len(dataset.Train) != 4 {
		t.Errorf("%d classes and %d pictures, want 2 and 4 under the same digest", len(got.Classes()),
			got.Len(dataset.Train))
	}
	if n := passedReasons(t, got)[becauseHidden]; n != 10 {
		t.Errorf("%d files and folders passed over as hidden, want 9 and .hidden", n)
	}
}

// A name that is written with accents composed in train/ and decomposed in test/ is one class.
func TestComposedNames(t *testing.T) {
	files := datatest.Plain(t)
	files["train/caf\u00e9/a.png"], files["test/cafe\u0301/b.png"] = files["train/cat/b.png"], files["train/cat/b.png"]
	files["train/cafe\u0301/c.png"] = files["train/cat/a.PNG"]
	src, err := openMap(files, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(src.Classes()) != 3 || src.Len(dataset.Train) != 6 || src.Len(dataset.Test) != 3 {
		t.Errorf("%+v with %d and %d pictures, want 3 classes with 6 and 3", src.Classes(), src.Len(dataset.Train),
			src.Len(dataset.Test))
	}
}

// Lists may begin with a byte order mark, as editors of Windows write it, or be in UTF-16.
func TestListsWithMark(t *testing.T) {
	files := tinyTree(t)
	want, err := openMap(files, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"tiny/val/val_annotations.txt", "tiny/wnids.txt", "tiny/words.txt"} {
		files[name] = append([]byte("\xef\xbb\xbf"), files[name]...)
	}
	wide := []byte{0xff, 0xfe}
	for _, c := range "n02666196\r\nn01443537\r\n" {
		wide = append(wide, byte(c), 0)
	}
	for name, list := range map[string][]byte{"UTF-8": files["tiny/wnids.txt"], "UTF-16": wide} {
		files["tiny/wnids.txt"] = list
		got, err := openMap(files, Options{})
		if err != nil || got.Digest() != want.Digest() || !slices.Equal(got.Classes(), want.Classes()) {
			t.Errorf("%s: %v, want the same pictures and classes as without a mark", name, err)
		}
	}
}
