package formats

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/datatest"
	"coadapt/gomlxnet/dataset/picture"
)

// zeros is an endless reader.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// bomb writes an archive with files of zeros behind the pictures of a tree, and returns its path.
func bomb(t *testing.T, files map[string][]byte, name string, size int64, count int) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "bomb.tar.gz")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewWriterLevel(f, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	sound := tarWith(t, files, nil, nil)
	if _, err := z.Write(sound[:len(sound)-1024]); err != nil { // without its end
		t.Fatal(err)
	}
	w := tar.NewWriter(z)
	for i := range count {
		if err := w.WriteHeader(&tar.Header{Name: strings.Replace(name, "?", string(rune('a'+i)), 1),
			Typeflag: tar.TypeReg, Size: size, Mode: 0o644}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(w, zeros{}, size); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return file
}

// A compressed archive that unpacks to many times its size is refused before that is in memory; what is neither
// picture nor list is not copied at all.
func TestTarBomb(t *testing.T) {
	files := datatest.Plain(t)
	if _, err := Open(t.Context(), bomb(t, files, "train/cat/?.png", 36<<20, 2), Options{}); err == nil ||
		!strings.Contains(err.Error(), "unpack the archive") {
		t.Errorf("72 MiB of zeros named as pictures: %v, want an error", err)
	}
	src, err := Open(t.Context(), bomb(t, files, "train/cat/?.dat", 8<<20, 2), Options{})
	if err != nil {
		t.Fatal(err)
	}
	kept := 0
	for _, e := range src.(*folder).t.files {
		if s, ok := e.data.(span); ok {
			kept += int(s.size)
		}
	}
	if kept > 1<<20 || src.Len(dataset.Train) != 4 {
		t.Errorf("%d bytes are kept of %d training pictures and other files, want those of the pictures", kept,
			src.Len(dataset.Train))
	}
	if _, err := Open(t.Context(), bomb(t, files, "train/cat/?.png", picture.MaxBytes+1, 1), Options{}); err == nil ||
		!strings.Contains(err.Error(), "train/cat/a.png has") {
		t.Errorf("a picture of more than 64 MiB: %v, want an error that names it", err)
	}
}

// sparseTar is a tree with a file of 2^62 bytes, all of them holes, as GNU tar writes it.
func sparseTar(t *testing.T, name string) []byte {
	t.Helper()
	sound := tarWith(t, datatest.Plain(t), nil, nil)
	block := make([]byte, 512)
	copy(block, name)
	copy(block[100:], "0000644\x00")
	copy(block[108:], "0000000\x000000000\x00")
	copy(block[124:], "00000000000\x00")
	copy(block[136:], "00000000000\x00")
	block[156] = tar.TypeGNUSparse
	copy(block[257:], "ustar  \x00")
	// Its length, in binary as of numbers that do not fit into octal digits.
	block[483], block[483+4] = 0x80, 0x40
	sum := 0
	copy(block[148:], "        ")
	for _, b := range block {
		sum += int(b)
	}
	copy(block[148:], []byte(strings.ToLower(octal(sum))+"\x00 "))
	return bytes.Join([][]byte{sound[:len(sound)-1024], block, make([]byte, 1024)}, nil)
}

func octal(n int) string {
	s := ""
	for range 6 {
		s = string(rune('0'+n%8)) + s
		n /= 8
	}
	return s
}

// A file with holes is passed over, or a bad picture, and its length never read.
func TestSparseTar(t *testing.T) {
	for name, want := range map[string]string{"train/cat/notes": "", "__MACOSX/a": "", "train/cat/s.png": "sparse"} {
		data := sparseTar(t, name)
		in := tar.NewReader(bytes.NewReader(data))
		size := int64(0)
		for {
			h, err := in.Next()
			if err != nil {
				break
			}
			if h.Name == name {
				size = h.Size
			}
		}
		if size != 1<<62 {
			t.Fatalf("%s has %d bytes, want 2^62", name, size)
		}
		for _, file := range bothTars(t, data) {
			src, err := Open(t.Context(), file, Options{})
			switch {
			case want == "" && (err != nil || src.Len(dataset.Train) != 4):
				t.Errorf("%s: %v, want it passed over", name, err)
			case want != "" &&
				(err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), name)):
				t.Errorf("%s: %v, want an error that says %q", name, err, want)
			}
		}
	}
}
