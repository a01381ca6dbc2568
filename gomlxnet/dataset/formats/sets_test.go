package formats

import (
	"archive/zip"
	"bytes"
	"image/color"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/datatest"
)

// plainTree has two classes with two training and one test picture each.
func plainTree(t testing.TB) map[string][]byte {
	return map[string][]byte{
		"train/cat/b.png":   datatest.PNG(t, 4, 4, color.NRGBA{10, 20, 30, 255}),
		"train/cat/a.PNG":   datatest.PNG(t, 4, 4, color.NRGBA{40, 50, 60, 255}),
		"train/truck/x.jpg": datatest.JPEG(t, 4, 4, 200),
		"train/truck/y.jpg": datatest.JPEG(t, 4, 4, 100),
		"test/cat/t.png":    datatest.PNG(t, 4, 4, color.Gray{7}),
		"test/truck/t.JPEG": datatest.JPEG(t, 4, 4, 50),
		"train/cat/note.md": []byte("no picture"),
		".hidden/train/x":   []byte("passed over"),
	}
}

// ilsvrcTree is laid out as ILSVRC2012 with a flat val/: the first synsets in order, with so many training pictures each and two
// validation pictures each under their real names, and one of a synset that train/ lacks.
func ilsvrcTree(t testing.TB, synsets, perClass int) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	val := dataset.ValidationList()
	for c, wnid := range dataset.Synsets()[:synsets] {
		for k := range perClass {
			files["train/"+wnid+"/"+wnid+"_"+string(rune('a'+k))+".JPEG"] = datatest.JPEG(t, 20+c, 16, uint8(60*c+10*k))
		}
		left := 2
		for i, l := range val.Labels {
			if l == c && left > 0 {
				files["val/"+val.Files[i]] = datatest.JPEG(t, 16, 18, uint8(60*c+5))
				left--
			}
		}
	}
	files["val/"+val.Files[slices.Index(val.Labels, 999)]] = datatest.JPEG(t, 16, 16, 255)
	return files
}

// writeTree puts files into a folder of the test.
func writeTree(t testing.TB, files map[string][]byte) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "set")
	for name, data := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func zipOf(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
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

// realData finds a data set that is not kept with the code, or skips.
func realData(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("COADAPT_TEST_DATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no %s: set COADAPT_TEST_DATA to the folder that holds it", path)
	}
	return path
}
