package formats

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path"
	"strings"

	"coadapt/gomlxnet/dataset/picture"
)

// Bounds on what of a compressed tar archive is kept in memory, as it cannot be read at random. Pictures are
// compressed already, so that an archive of them is hardly larger unpacked: one that is many times as large was made
// to fill memory.
const (
	maxTar      = 4 << 30  // bytes in all
	tarRatio    = 32       // bytes for each byte of the archive, beyond tarAtLeast
	tarAtLeast  = 64 << 20 // bytes that any archive may unpack to
	entryMemory = 512      // bytes that are counted for a file's entry, beside its name
)

// listTar lists a plain archive. Nothing is unpacked: files are read from where they lie in it.
func listTar(ctx context.Context, f *os.File, where string) (*tree, error) {
	l := tarLister{file: f, tree: &tree{where: where, crcs: true, passed: &passedOver{}}}
	return l.list(ctx, f)
}

// listTarGzip reads an archive of compressed bytes. What may be of use is kept in memory, the rest is not
// copied.
func listTarGzip(ctx context.Context, r io.Reader, compressed int64, where string) (*tree, error) {
	l := tarLister{tree: &tree{where: where, crcs: true, passed: &passedOver{}}}
	l.room = min(tarAtLeast+tarRatio*min(compressed, maxTar), maxTar)
	return l.list(ctx, r)
}

// tarLister lists an archive while it is read once.
type tarLister struct {
	*tree
	file *os.File // a plain archive; nil: what is of use is copied
	room int64    // bytes that may still be copied
}

func (l *tarLister) list(ctx context.Context, r io.Reader) (*tree, error) {
	kept := map[string]entry{} // files whose bytes are there, which links may name
	err := eachInTar(ctx, r, l.where, func(in io.Reader, h *tar.Header) error {
		if h.Typeflag == tar.TypeXGlobalHeader {
			return nil // git archive keeps the commit there
		}
		name, err := archived(decodeName(h.Name))
		if err != nil {
			return fmt.Errorf("%s: %w", l.where, err)
		}
		if len(l.files)+len(l.dirs) >= maxEntries {
			return fmt.Errorf("%s: more than %d files and folders", l.where, maxEntries)
		}
		if err := l.charge(name, int64(entryMemory+len(name))); err != nil {
			return err
		}
		switch {
		case name == ".":
		case hidden(name):
			l.passed.add(becauseHidden, name)
		case h.Typeflag == tar.TypeDir:
			l.dirs = append(l.dirs, name)
		case h.Typeflag == tar.TypeLink:
			target, err := archived(decodeName(h.Linkname))
			if err != nil {
				return fmt.Errorf("%s: %w", l.where, err)
			}
			if e, ok := kept[target]; ok { // a second name
				e.name = name
				kept[name], l.files = e, append(l.files, e)
				return nil
			}
			l.irregular(name, "a hard link to "+target+", which is not before it in the archive or is no picture")
		case sparse(h):
			l.irregular(name, "a sparse file, with holes in it")
		case h.Typeflag != tar.TypeReg:
			l.irregular(name, "a link or a device")
		case h.Size > maxFile:
			l.tooLarge(name, uint64(h.Size))
		default:
			e, err := l.take(in, name, h.Size)
			if err != nil {
				return err
			}
			if e.data != nil {
				kept[name] = e
			}
			l.files = append(l.files, e)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	// What follows the last file is read too, since a gzip stream has its sum at the end.
	if _, err := io.Copy(io.Discard, r); err != nil {
		return nil, fmt.Errorf("%s: the archive is cut off or damaged: %w", l.where, err)
	}
	return l.tree, l.sort()
}

// eachInTar visits the files of an archive, in it the reader of the file's bytes.
func eachInTar(ctx context.Context, r io.Reader, where string, visit func(in io.Reader, h *tar.Header) error) error {
	for in := tar.NewReader(r); ; {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
		h, err := in.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: not a sound tar archive (cut off?): %w", where, err)
		}
		if err := visit(in, h); err != nil {
			return err
		}
	}
}

// take takes up a regular file. Where that takes memory, a picture is recognised by its first bytes, and what is
// neither picture nor list is passed over.
func (l *tarLister) take(in io.Reader, name string, size int64) (entry, error) {
	e := entry{name: name, size: size}
	cut := func(err error) error { return fmt.Errorf("%s: %s is cut off or damaged: %w", l.where, name, err) }
	if l.file != nil {
		at, err := standsAt(l.file)
		if err != nil {
			return e, cut(err)
		}
		sum := crc32.NewIEEE()
		if _, err := io.CopyBuffer(struct{ io.Writer }{sum}, in, make([]byte, 256<<10)); err != nil {
			return e, cut(err)
		}
		e.crc, e.data = sum.Sum32(), span{l.file, at, size}
		return e, nil
	}
	data := make([]byte, min(size, picture.HeadBytes))
	if _, err := io.ReadFull(in, data); err != nil {
		return e, cut(err)
	}
	e.kind = picture.KindOf(name, data)
	if e.kind == picture.None && !neededText(name) {
		return e, nil
	}
	if e.kind != picture.None && size > picture.MaxBytes {
		e.bad = fmt.Errorf("has %d bytes; want at most %d in a picture", size, picture.MaxBytes)
		return e, nil
	}
	if err := l.charge(name, size); err != nil {
		return e, err
	}
	// The size in a header is only believed as far as bytes follow.
	for _, n := range []int64{min(size, 1<<20), size} {
		read := len(data)
		if int64(read) == n {
			continue
		}
		data = append(make([]byte, 0, n), data...)[:n]
		if _, err := io.ReadFull(in, data[read:]); err != nil {
			return e, cut(err)
		}
	}
	e.crc, e.data = crc32.ChecksumIEEE(data), span{bytes.NewReader(data), 0, size}
	return e, nil
}

// charge counts bytes that are kept in memory.
func (l *tarLister) charge(name string, bytes int64) error {
	if l.file != nil {
		return nil
	}
	if l.room -= bytes; l.room < 0 {
		return fmt.Errorf("%s: %s goes beyond what is unpacked into memory (%d MiB and %d times the archive's size, "+
			"at most %d MiB); unpack the archive and give the folder", l.where, name, tarAtLeast>>20, tarRatio,
			maxTar>>20)
	}
	return nil
}

// sparse reports whether a file has holes, which the archive says nothing but the length of.
func sparse(h *tar.Header) bool {
	if h.Typeflag == tar.TypeGNUSparse {
		return true
	}
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// neededText reports whether a file that is no picture may be read: a list, or CIFAR's records.
func neededText(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".txt", ".bin":
		return true
	}
	return false
}
