package main

import (
	"archive/tar"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// TestImportOfMuchFromLittle: an archive that unpacks to many times its size is refused, unless it is asked for.
func TestImportOfMuchFromLittle(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bomb.tar.zst")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := zstd.NewWriter(f)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(z)
	const size = 96 << 20
	if err := w.WriteHeader(&tar.Header{Name: "weights", Typeflag: tar.TypeReg, Size: size, Mode: 0o644}); err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<20)
	for range size / len(zeros) {
		if _, err := w.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	status, _, errs := coadapt(t, t.Context(), "store", "import", file, "-store", t.TempDir())
	if status != 1 || !strings.Contains(errs, "it unpacks to more than") || !strings.Contains(errs, "-most") {
		t.Errorf("status %d, %s; want it refused with the flag that takes more", status, errs)
	}
	status, _, errs = coadapt(t, t.Context(), "store", "import", file, "-most", "1", "-store", t.TempDir())
	if strings.Contains(errs, "it unpacks to more than") {
		t.Errorf("-most 1: status %d, %s; want it read to its end", status, errs)
	}
}
