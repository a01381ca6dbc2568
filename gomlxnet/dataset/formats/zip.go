package formats

import (
	"archive/zip"
	"fmt"
	"io"
	"strings"

	"coadapt/gomlxnet/dataset/picture"
)

// listZip lists a zip archive from its directory; its files are read when asked for, and checked against their sums.
func listZip(r io.ReaderAt, size int64, where string) (*tree, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("%s: not a sound zip file (cut off?): %w", where, err)
	}
	if len(z.File) > maxEntries {
		return nil, fmt.Errorf("%s: more than %d files and folders", where, maxEntries)
	}
	t := &tree{where: where, crcs: true, passed: &passedOver{}}
	for _, f := range z.File {
		slashed := zipName(f.Name)
		name, err := archived(slashed)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", where, err)
		}
		mode := f.Mode()
		switch {
		case name == ".":
		case hidden(name):
			t.passed.add(becauseHidden, name)
		case mode.IsDir(), strings.HasSuffix(slashed, "/"):
			t.dirs = append(t.dirs, name)
		case !mode.IsRegular():
			t.irregular(name, "a link or a device")
		case f.UncompressedSize64 > maxFile:
			t.tooLarge(name, f.UncompressedSize64)
		default:
			t.files = append(t.files, entry{name: name, size: int64(f.UncompressedSize64), facts: facts{crc: f.CRC32},
				data: f})
		}
	}
	return t, t.sort()
}

// tooLarge lists a file that is not read for its size.
func (t *tree) tooLarge(name string, size uint64) {
	if picture.HasEnding(name) {
		err := fmt.Errorf("has %d bytes; want at most %d in a picture", size, picture.MaxBytes)
		t.files = append(t.files, entry{name: name, bad: err})
		return
	}
	t.passed.add(fmt.Sprintf("of more than %d bytes", maxFile), name)
}
