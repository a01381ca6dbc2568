package formats

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/datatest"
)

// member is a file of an archive with everything that its header says.
type member struct {
	tar.Header
	data []byte
}

// tarWith is an archive of files and of members after them.
func tarWith(t *testing.T, files map[string][]byte, before, after []member) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	put := func(m member) {
		if m.Typeflag != tar.TypeXGlobalHeader {
			m.Size, m.Mode = int64(len(m.data)), 0o644
		}
		if err := w.WriteHeader(&m.Header); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(m.data); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range before {
		put(m)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		put(member{Header: tar.Header{Name: name, Typeflag: tar.TypeReg}, data: files[name]})
	}
	for _, m := range after {
		put(m)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bothTars are an archive plain and compressed.
func bothTars(t *testing.T, data []byte) []string {
	return []string{fileOf(t, "set.tar", data), fileOf(t, "set.tar.gz", gzipOf(t, data))}
}

// Archives as git, rsync and others make them.
func TestTarsOfOthers(t *testing.T) {
	files := datatest.Plain(t)
	want, err := openMap(files, Options{})
	if err != nil {
		t.Fatal(err)
	}
	linked := maps.Clone(files)
	delete(linked, "train/truck/y.jpg")
	linked["train/truck/x.jpg"] = files["train/truck/y.jpg"]
	latin := in("caf\xe9/", files)
	for name, data := range map[string][]byte{
		"git archive": tarWith(t, in("proj/", files), []member{{Header: tar.Header{Typeflag: tar.TypeXGlobalHeader,
			PAXRecords: map[string]string{"comment": "7b58509"}}}}, nil),
		"other links": tarWith(t, files, nil, []member{
			{Header: tar.Header{Typeflag: tar.TypeSymlink, Name: "train/cat/latest", Linkname: "b.png"}},
			{Header: tar.Header{Typeflag: tar.TypeFifo, Name: "train/cat/pipe"}},
			{Header: tar.Header{Typeflag: tar.TypeLink, Name: "train/cat/notes", Linkname: "README"}}}),
		"doubled slashes": tarWith(t, in("./a//", files), nil, nil),
		"Latin-1":         tarWith(t, latin, nil, nil),
	} {
		for _, file := range bothTars(t, data) {
			got, err := Open(t.Context(), file, Options{})
			if err != nil || got.Digest() != want.Digest() {
				t.Errorf("%s, %s: %v, want the pictures of the folder", name, file, err)
			}
		}
	}
	hard := tarWith(t, linked, nil, []member{{Header: tar.Header{Typeflag: tar.TypeLink, Name: "./train/truck/y.jpg",
		Linkname: "train/truck/x.jpg"}}})
	for _, file := range bothTars(t, hard) {
		src, err := Open(t.Context(), file, Options{})
		if err != nil {
			t.Fatal(err)
		}
		task, err := dataset.NewTask(t.Context(), src, []int{0, 1}, dataset.TaskOptions{})
		if err != nil {
			t.Fatal(err)
		}
		pix := trained(t, task)
		if n := len(pix) / 4; task.NumTrain() != 4 || !bytes.Equal(pix[2*n:3*n], pix[3*n:]) {
			t.Errorf("%s: the hard link is not its target's picture", file)
		}
	}
	for _, file := range bothTars(t,
		tarWith(t, files, nil,
			[]member{{Header: tar.Header{Typeflag: tar.TypeSymlink, Name: "train/cat/l.png", Linkname: "b.png"}}})) {
		if _, err := Open(t.Context(), file, Options{}); err == nil ||
			!strings.Contains(err.Error(), "train/cat/l.png is a link") {
			t.Errorf("a link named as a picture: %v", err)
		}
		src, err := Open(t.Context(), file, Options{Bad: dataset.BadSkips})
		if err != nil || src.Len(dataset.Train) != 5 {
			t.Errorf("with bad pictures left to the task: %v, want 5 of which one is bad", err)
		}
	}
}

// Zip archives with names as programs of Windows write them.
func TestZipNames(t *testing.T) {
	files := datatest.Plain(t)
	want, err := openMap(files, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		rename func(string) string
		class  string
	}{
		"backslashes": {rename: func(s string) string { return strings.ReplaceAll(s, "/", `\`) }},
		"./":          {rename: func(s string) string { return "./" + s }},
		"//":          {rename: func(s string) string { return "a//" + s }},
		"cp437": {rename: func(s string) string { return strings.Replace(s, "/cat/", "/caf\x82/", 1) },
			class: "caf\u00e9"},
		"Latin-1": {rename: func(s string) string { return strings.Replace(s, "/cat/", "/caf\xe9/", 1) },
			class: "caf\u00e9"},
	} {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, file := range slices.Sorted(maps.Keys(files)) {
			w, err := z.CreateHeader(&zip.FileHeader{Name: c.rename(file), NonUTF8: c.class != ""})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write(files[file]); err != nil {
				t.Fatal(err)
			}
		}
		if name == "backslashes" { // their folders have entries, too
			if _, err := z.Create(`train\empty\`); err != nil {
				t.Fatal(err)
			}
			if _, err := z.Create(`train\empty\a.png`); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		src, err := Open(t.Context(), fileOf(t, "set.zip", b.Bytes()), Options{})
		switch {
		case name == "backslashes":
			if err == nil || !strings.Contains(err.Error(), "class empty has no test picture") {
				t.Errorf("%s: %v, want an error about the class without a test picture", name, err)
			}
		case err != nil:
			t.Errorf("%s: %v", name, err)
		case c.class != "" && src.Classes()[0].Name != c.class:
			t.Errorf("%s: class %q, want %q", name, src.Classes()[0].Name, c.class)
		case c.class == "" && src.Digest() != want.Digest():
			t.Errorf("%s: other pictures than those of the folder", name)
		}
	}
}

// A picture of the test part may be called anything by its list. What is none is an error of that picture; in a .tar.gz
// it is not even kept.
func TestListNamesNoPicture(t *testing.T) {
	files := tinyTree(t)
	list := string(files["tiny/val/val_annotations.txt"])
	files["tiny/val/val_annotations.txt"] = []byte(strings.Replace(list, "val_0.JPEG", "val_0.dat", 1))
	files["tiny/val/images/val_0.dat"] = []byte("no picture")
	delete(files, "tiny/val/images/val_0.JPEG")
	for _, file := range bothTars(t, tarWith(t, files, nil, nil)) {
		src, err := Open(t.Context(), file, Options{})
		if err == nil {
			_, err = dataset.NewTask(t.Context(), src, []int{0, 1}, dataset.TaskOptions{})
		}
		if err == nil || !strings.Contains(err.Error(), "val/images/val_0.dat") {
			t.Errorf("%s: error %v, want one that names val_0.dat", file, err)
		}
	}
}
