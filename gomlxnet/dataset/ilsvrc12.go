package dataset

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// ilsvrc12 holds what is not in the archives of ILSVRC2012 itself, gzipped: the
// 1000 WNIDs in order, a line each, then the class of each of the 50,000
// validation pictures in the order of their file names, as little-endian uint16.
// The labels were published with the challenge; these were taken from the lists
// in the Python package tensorflow-datasets 4.9.10 (Apache-2.0) and agree with the
// released list of 2014, whose MD5 sum the tests check.
//
//go:embed ilsvrc12.gz
var ilsvrc12 []byte

// validationPictures is how many there are, 50 a class.
const validationPictures = 50000

// ilsvrc12Lists unpacks the lists once.
var ilsvrc12Lists = sync.OnceValue(func() (lists struct {
	synsets []string
	labels  []int32
}) {
	z, err := gzip.NewReader(bytes.NewReader(ilsvrc12))
	if err != nil {
		panic(err) // a part of the program is damaged
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		panic(err)
	}
	const line = len("n01440764\n")
	for i := range 1000 {
		lists.synsets = append(lists.synsets, string(raw[i*line:(i+1)*line-1]))
	}
	for raw = raw[1000*line:]; len(raw) > 0; raw = raw[2:] {
		lists.labels = append(lists.labels, int32(binary.LittleEndian.Uint16(raw)))
	}
	return lists
})

// Synsets are the WNIDs of the 1000 classes of ILSVRC2012 in ascending order:
// the index is the class of 2014.
func Synsets() []string { return slices.Clone(ilsvrc12Lists().synsets) }

// validationName is the file of validation picture i, from 0.
func validationName(i int) string { return fmt.Sprintf("ILSVRC2012_val_%08d.JPEG", i+1) }

// ValidationSynset is the WNID of a validation picture by the name of its file,
// without folder.
func ValidationSynset(file string) (wnid string, ok bool) {
	digits, ok := strings.CutPrefix(file, "ILSVRC2012_val_")
	digits, isJPEG := strings.CutSuffix(digits, ".JPEG")
	n, err := strconv.Atoi(digits)
	if !ok || !isJPEG || len(digits) != 8 || err != nil || n < 1 || n > validationPictures {
		return "", false
	}
	l := ilsvrc12Lists()
	return l.synsets[l.labels[n-1]], true
}
