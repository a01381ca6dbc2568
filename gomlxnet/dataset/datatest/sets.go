package datatest

import (
	"archive/zip"
	"bytes"
	"image/color"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"

	"coadapt/gomlxnet/dataset"
)

// Plain has two classes with two training and one test picture each.
func Plain(t testing.TB) map[string][]byte {
	return map[string][]byte{
		"train/cat/b.png":   PNG(t, 4, 4, color.NRGBA{10, 20, 30, 255}),
		"train/cat/a.PNG":   PNG(t, 4, 4, color.NRGBA{40, 50, 60, 255}),
		"train/truck/x.jpg": JPEG(t, 4, 4, 200),
		"train/truck/y.jpg": JPEG(t, 4, 4, 100),
		"test/cat/t.png":    PNG(t, 4, 4, color.Gray{7}),
		"test/truck/t.JPEG": JPEG(t, 4, 4, 50),
		"train/cat/note.md": []byte("no picture"),
		".hidden/train/x":   []byte("passed over"),
	}
}

// ILSVRC is laid out as ILSVRC2012 with a flat val/: the first synsets in order, with perClass training pictures each
// and two validation pictures each under their real names, and one of a synset that train/ lacks.
func ILSVRC(t testing.TB, synsets, perClass int) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	val := dataset.ValidationList()
	for c, wnid := range dataset.Synsets()[:synsets] {
		for k := range perClass {
			files["train/"+wnid+"/"+wnid+"_"+string(rune('a'+k))+".JPEG"] = JPEG(t, 20+c, 16, uint8(60*c+10*k))
		}
		left := 2
		for i, l := range val.Labels {
			if l == c && left > 0 {
				files["val/"+val.Files[i]] = JPEG(t, 16, 18, uint8(60*c+5))
				left--
			}
		}
	}
	files["val/"+val.Files[slices.Index(val.Labels, 999)]] = JPEG(t, 16, 16, 255)
	return files
}

// Tree puts files into a folder of the test.
func Tree(t testing.TB, files map[string][]byte) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "set")
	m := fstest.MapFS{}
	for name, data := range files {
		m[name] = &fstest.MapFile{Data: data}
	}
	if err := os.CopyFS(dir, m); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Zip is a zip archive of files.
func Zip(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) { // which may be names that no file system has
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(files[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Real finds a data set that is not kept with the code, or skips.
func Real(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("COADAPT_TEST_DATA")
	if dir == "" {
		t.Skipf("COADAPT_TEST_DATA names no folder with %s", name)
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no %s: COADAPT_TEST_DATA should be the folder that holds it", path)
	}
	return path
}
