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
	files := spans{}
	t := &tree{where: dir, from: files, passed: &passedOver{}, closer: closers{train, val}}
	add := func(name string, s span) error {
		if len(t.files) >= maxEntries {
			return fmt.Errorf("%s: more than %d files", dir, maxEntries)
		}
		files[name] = s
		t.files = append(t.files, entry{name: name, size: s.size})
		return nil
	}
	err = eachInTar(ctx, train, ilsvrcTrainTar, func(class string, s span) error {
		wnid, isTar := strings.CutSuffix(class, ".tar")
		if !isTar || !dataset.IsSynset(wnid) {
			return fmt.Errorf("%s holds %s, want one archive a class, such as n01440764.tar", ilsvrcTrainTar, class)
		}
		return eachInTar(ctx, io.NewSectionReader(train, s.at, s.size), ilsvrcTrainTar+": "+class,
			func(name string, inner span) error {
				return add("train/"+wnid+"/"+name, span{train, s.at + inner.at, inner.size})
			})
	})
	if err == nil {
		err = eachInTar(ctx, val, ilsvrcValTar, func(name string, s span) error { return add("val/"+name, s) })
	}
	if err == nil {
		err = t.sort()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", dir, err), t.close())
	}
	return t, nil
}

// eachInTar visits the files of an archive with the places of their bytes.
func eachInTar(ctx context.Context, r interface {
	io.ReadSeeker
	io.ReaderAt
}, where string, visit func(name string, s span) error) error {
	for in := tar.NewReader(r); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		h, err := in.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: not a sound tar archive (cut off?): %w", where, err)
		}
		name := path.Base(path.Clean(h.Name))
		if h.Typeflag != tar.TypeReg || sparse(h) || hidden(name) {
			continue
		}
		// The reader takes whole headers and no more, so that it stands at the first byte of the file.
		at, err := r.Seek(0, io.SeekCurrent)
		if err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
		if h.Size > 0 {
			var last [1]byte
			if _, err := r.ReadAt(last[:], at+h.Size-1); err != nil {
				return fmt.Errorf("%s is cut off within %s: %w", where, name, err)
			}
		}
		if err := visit(name, span{r, at, h.Size}); err != nil {
			return err
		}
	}
}

// span is a file within another.
type span struct {
	r        io.ReaderAt
	at, size int64
}

// spans are files of archives by the names they are listed under.
type spans map[string]span

func (s spans) open(name string) (io.ReadCloser, error) {
	f, ok := s[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return io.NopCloser(io.NewSectionReader(f.r, f.at, f.size)), nil
}

// closers are files to let go of together.
type closers []*os.File

// Close closes all.
func (c closers) Close() error {
	var errs []error
	for _, f := range c {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}
