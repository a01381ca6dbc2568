package formats

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"coadapt/gomlxnet/dataset"
)

// The archives of ILSVRC2012 as they are distributed: the first holds an archive n01440764.tar and so on for each
// class, the second the validation pictures, side by side.
const (
	ilsvrcTrainTar = "ILSVRC2012_img_train.tar"
	ilsvrcValTar   = "ILSVRC2012_img_val.tar"
)

// listILSVRC lists a folder that holds these archives as the tree train/<wnid>/*.JPEG and val/*.JPEG. Nothing is
// unpacked: pictures are read from where they lie in the archives. It returns nil where the folder has no training
// archive.
func listILSVRC(ctx context.Context, dir string) (*tree, error) {
	train, err := os.Open(filepath.Join(dir, ilsvrcTrainTar))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	val, err := os.Open(filepath.Join(dir, ilsvrcValTar))
	if err != nil {
		train.Close()
		return nil, fmt.Errorf("%s has %s but not %s, which is needed beside it: %w", dir, ilsvrcTrainTar, ilsvrcValTar,
			err)
	}
	t := &tree{where: dir, passed: &passedOver{}, archives: []*os.File{train, val}}
	add := func(name string, s span) error {
		if len(t.files) >= maxEntries {
			return fmt.Errorf("%s: more than %d files", dir, maxEntries)
		}
		t.files = append(t.files, entry{name: name, size: s.size, data: s})
		return nil
	}
	err = eachSpan(ctx, train, ilsvrcTrainTar, func(class string, s span) error {
		wnid, isTar := strings.CutSuffix(class, ".tar")
		if !isTar || !dataset.IsSynset(wnid) {
			return fmt.Errorf("%s holds %s, want one archive a class, such as n01440764.tar", ilsvrcTrainTar, class)
		}
		return eachSpan(ctx, io.NewSectionReader(train, s.at, s.size), ilsvrcTrainTar+": "+class,
			func(name string, inner span) error {
				return add("train/"+wnid+"/"+name, span{train, s.at + inner.at, inner.size})
			})
	})
	if err == nil {
		err = eachSpan(ctx, val, ilsvrcValTar, func(name string, s span) error { return add("val/"+name, s) })
	}
	if err == nil {
		err = t.sort()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", dir, err), t.close())
	}
	return t, nil
}

// seekerAt reads a file at random.
type seekerAt interface {
	io.ReadSeeker
	io.ReaderAt
}

// eachSpan visits the files of an archive with the places of their bytes.
func eachSpan(ctx context.Context, r seekerAt, where string, visit func(name string, s span) error) error {
	return eachInTar(ctx, r, where, func(_ io.Reader, h *tar.Header) error {
		name := path.Base(path.Clean(h.Name))
		if h.Typeflag != tar.TypeReg || sparse(h) || hidden(name) {
			return nil
		}
		at, err := standsAt(r)
		if err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
		if h.Size > 0 {
			var last [1]byte
			if _, err := r.ReadAt(last[:], at+h.Size-1); err != nil {
				return fmt.Errorf("%s is cut off within %s: %w", where, name, err)
			}
		}
		return visit(name, span{r, at, h.Size})
	})
}

// standsAt is where the bytes of the file begin whose header was read: the reader of an archive takes whole headers and
// no more.
func standsAt(r io.Seeker) (int64, error) { return r.Seek(0, io.SeekCurrent) }

// span is a file within another.
type span struct {
	r        io.ReaderAt
	at, size int64
}

// Open opens the file.
func (s span) Open() (io.ReadCloser, error) {
	return io.NopCloser(io.NewSectionReader(s.r, s.at, s.size)), nil
}
