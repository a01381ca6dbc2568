package formats

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/datatest"
)

func tarOf(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := w.WriteHeader(&tar.Header{Name: "./" + name, Mode: 0o644, Size: int64(len(files[name])),
			Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(files[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipOf(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func fileOf(t testing.TB, name string, data []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// A folder, a zip, a tar and a tar.gz of the same files give the same pictures under the same digest.
func TestFolderAndArchivesReadAlike(t *testing.T) {
	files := datatest.Plain(t)
	tarred := tarOf(t, files)
	var digests []string
	for _, path := range []string{datatest.Tree(t, files), fileOf(t, "set.zip", datatest.Zip(t, files)),
		fileOf(t, "set.tar", tarred), fileOf(t, "set.tar.gz", gzipOf(t, tarred)),
		fileOf(t, "misnamed.zip", gzipOf(t, tarred))} {
		src, err := Open(context.Background(), path, Options{})
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if want := strings.SplitN(filepath.Base(path), ".", 2)[0]; src.Name() != want {
			t.Errorf("%s is named %q, want %q", path, src.Name(), want)
		}
		task, err := dataset.NewTask(context.Background(), src, []int{0, 1}, dataset.TaskOptions{})
		if err != nil {
			t.Fatal(err)
		}
		digests = append(digests, task.Digest()+string(trained(t, task)))
		if err := src.(*folder).Close(); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	if len(slices.Compact(digests)) != 1 {
		t.Error("digest or pixels differ between folder, zip, tar and tar.gz")
	}
	files["train/cat/b.png"] = files["train/cat/a.PNG"]
	src, err := Open(context.Background(), datatest.Tree(t, files), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if was, err := openMap(datatest.Plain(t), Options{}); err != nil || was.Digest() == src.Digest() {
		t.Errorf("the digest does not see a changed picture (%v)", err)
	}
}

func TestArchiveErrors(t *testing.T) {
	files := datatest.Plain(t)
	sound, tarred := datatest.Zip(t, files), tarOf(t, files)
	badSum := gzipOf(t, tarred)
	badSum[len(badSum)-6] ^= 1 // in the CRC-32 of the stream
	evil := maps.Clone(files)
	evil["../train/cat/c.png"] = files["train/cat/b.png"]
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"cut.zip":    {sound[:len(sound)-40], "cut off"},
		"cut.tar.gz": {gzipOf(t, tarred)[:200], "cut off"},
		"cut.tar":    {tarred[:520], "cut off"},
		"sum.tar.gz": {badSum, "damaged"},
		"file.tar":   {tarred[:512*3+20], "cut off"},
		"gz.gz":      {[]byte("\x1f\x8b broken"), "gzip"},
		"text.zip":   {[]byte("hello"), "68 65 6c 6c"},
		"empty.zip":  {nil, "neither zip, gzip nor tar"},
		"evil.zip":   {datatest.Zip(t, evil), "without .."},
		"bare.zip":   {datatest.Zip(t, map[string][]byte{"a.txt": nil}), "train/<class>/"},
	} {
		_, err := Open(context.Background(), fileOf(t, name, c.data), Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error %v, want one with %q and the file's name", name, err, c.want)
		}
	}
	if _, err := Open(context.Background(), filepath.Join(t.TempDir(), "absent"), Options{}); err == nil ||
		!strings.Contains(err.Error(), "absent") {
		t.Errorf("absent path: %v", err)
	}
}

func TestDuplicateNameInZip(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for range 2 {
		if _, err := z.Create("train/cat/a.png"); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := Open(context.Background(), fileOf(t, "dup.zip", b.Bytes()), Options{})
	if err == nil || !strings.Contains(err.Error(), "train/cat/a.png is in the archive twice") {
		t.Errorf("error %v", err)
	}
}

// A flipped bit inside a stored picture is caught by the archive's sum.
func TestDamagedZipMember(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	files := datatest.Plain(t)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
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
	data := b.Bytes()
	at := bytes.Index(data, files["train/truck/y.jpg"])
	data[at+len(files["train/truck/y.jpg"])-5] ^= 4
	src, err := Open(context.Background(), fileOf(t, "damaged.zip", data), Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = dataset.NewTask(context.Background(), src, []int{0, 1}, dataset.TaskOptions{})
	if err == nil || !strings.Contains(err.Error(), "train/truck/y.jpg") || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("error %v, want the damaged file's name", err)
	}
}

// Goroutines make coverage vary here; -fuzzminimizetime 1x keeps the fuzzer from chasing that.
func FuzzArchives(f *testing.F) {
	files := datatest.Plain(f)
	tarred := tarOf(f, files)
	f.Add(datatest.Zip(f, files))
	f.Add(tarred)
	f.Add(gzipOf(f, tarred))
	f.Fuzz(func(t *testing.T, data []byte) {
		src, err := Open(context.Background(), fileOf(t, "f", data), Options{})
		if err != nil {
			return
		}
		defer src.(interface{ Close() error }).Close()
		h, w, c := src.Shape()
		if h*w*c > 1<<20 {
			return
		}
		buf := make([]uint8, h*w*c)
		for i := range src.Len(dataset.Train) {
			_ = src.Image(dataset.Train, i, buf)
		}
	})
}

// trained is the pixels of all training pictures of a task, one after another.
func trained(t testing.TB, task *dataset.Task) (pix []uint8) {
	t.Helper()
	for i := range task.NumTrain() {
		pic, err := task.Picture(dataset.Train, i, nil)
		if err != nil {
			t.Fatal(err)
		}
		pix = append(pix, pic...)
	}
	return pix
}
