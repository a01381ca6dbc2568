package formats

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"slices"
	"sort"
	"strings"

	"coadapt/gomlxnet/dataset"
)

// Bounds on what is read, so that a damaged or hostile file cannot exhaust memory.
const (
	maxFile    = 1 << 30 // bytes of one file
	maxEntries = 4 << 20 // files and folders of a tree
	maxDepth   = 8       // folders within folders
	maxHashed  = 2 << 30 // bytes of a plain folder that are read for its digest
)

// entry is a file of a tree. CRC is known beforehand in an archive, and read when needed in a folder: then summed says
// that what is read later must have this sum.
type entry struct {
	name string // slash-separated, from the tree's root
	size int64
	stamp
	facts
	bad  error  // why a file named as a picture cannot be read: it is a link to nothing, a pipe, ...
	data opener // in an archive; nil in a folder, and for what a .tar.gz has beside pictures and lists
}

// opener opens a file where it lies in an archive.
type opener interface {
	Open() (io.ReadCloser, error)
}

// tree is a listing of a folder or an archive. Hidden files and folders are left out, and counted in passed.
type tree struct {
	where    string  // for messages: the path it was opened from
	folder   fs.FS   // nil: the files are of archives
	prefix   string  // of the tree's root within the folder or archive, "" or ending in "/"
	files    []entry // ascending by name
	dirs     []string
	crcs     bool // crc of every entry is known
	passed   *passedOver
	cache    *cache     // of a plain folder; nil: none
	archives []*os.File // that the files are read from
}

// open opens a file.
func (t *tree) open(e *entry) (io.ReadCloser, error) {
	if e.data != nil {
		return e.data.Open()
	}
	if t.folder == nil {
		return nil, &fs.PathError{Op: "open", Path: t.prefix + e.name, Err: fs.ErrNotExist}
	}
	return t.folder.Open(t.prefix + e.name)
}

// close lets go of the archives behind a tree.
func (t *tree) close() error {
	var errs []error
	for _, f := range t.archives {
		if err := f.Close(); !errors.Is(err, os.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// sort orders the files by name and refuses a name that occurs twice, as an archive can have it.
func (t *tree) sort() error {
	slices.SortFunc(t.files, func(a, b entry) int { return cmp.Compare(a.name, b.name) })
	slices.Sort(t.dirs)
	t.dirs = slices.Compact(t.dirs)
	for i := range t.files[min(1, len(t.files)):] {
		if t.files[i].name == t.files[i+1].name {
			return fmt.Errorf("%s: %s is in the archive twice; make it again", t.where, t.files[i].name)
		}
	}
	return nil
}

// under returns the tree below prefix ("" or ending in a slash).
func (t *tree) under(prefix string) *tree {
	if prefix == "" {
		return t
	}
	u := *t
	u.prefix, u.files, u.dirs = t.prefix+prefix, nil, nil
	for _, e := range t.files {
		if name, ok := strings.CutPrefix(e.name, prefix); ok {
			e.name = name
			u.files = append(u.files, e)
		}
	}
	for _, d := range t.dirs {
		if name, ok := strings.CutPrefix(d, prefix); ok {
			u.dirs = append(u.dirs, name)
		}
	}
	return &u
}

// has reports whether there is a file of this name.
func (t *tree) has(name string) bool { return t.entry(name) != nil }

// entry is the file of a name, nil where there is none. It looks at names alone: others may be noting facts of their
// files.
func (t *tree) entry(name string) *entry {
	if i, ok := t.find(name); ok {
		return &t.files[i]
	}
	return nil
}

func (t *tree) find(name string) (int, bool) {
	return sort.Find(len(t.files), func(i int) int { return cmp.Compare(name, t.files[i].name) })
}

// read returns a file's bytes; a file longer than limit is refused before memory is taken for it.
func (t *tree) read(name string, limit int64) ([]byte, error) {
	e := t.entry(name)
	if e == nil {
		return nil, fmt.Errorf("%s: no file %s", t.where, name)
	}
	if e.bad != nil {
		return nil, fmt.Errorf("%s: %s %w", t.where, name, e.bad)
	}
	size := e.size
	if size > limit {
		return nil, fmt.Errorf("%s: %s has %d bytes, more than the %d that such a file may have", t.where, name, size,
			limit)
	}
	f, err := t.open(e)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.where, err)
	}
	defer f.Close()
	data := make([]byte, size)
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, fmt.Errorf("%s: %s is cut off or damaged: %w", t.where, name, err)
	}
	// The read that meets the end is the one in which an archive checks its sum.
	var rest [1]byte
	if n, err := f.Read(rest[:]); n > 0 {
		return nil, fmt.Errorf("%s: %s is longer than the %d bytes it is listed with", t.where, name, size)
	} else if err != nil && err != io.EOF {
		return nil, fmt.Errorf("%s: %s is damaged: %w", t.where, name, err)
	}
	if e.summed && crc32.ChecksumIEEE(data) != e.crc {
		t.forget()
		return nil, fmt.Errorf("%s: %s is not what it was when the folder was opened; nets of two sets of data must "+
			"not mix, so start again", t.where, name)
	}
	return data, nil
}

// digest hashes name, size and CRC-32 of the named files, so that a folder and an archive of the same files agree.
// The files of a plain folder of more than 2 GiB are not read: there only names and sizes count. Those of a smaller
// one may not change from then on: read refuses them.
func (t *tree) digest(ctx context.Context, what string, names []string) (string, error) {
	list := make([]*entry, len(names))
	var bytes int64
	for i, name := range names {
		e := t.entry(name)
		if e == nil {
			return "", fmt.Errorf("%s: no file %s", t.where, name)
		}
		if list[i] = e; e.bad == nil {
			bytes += e.size
		}
	}
	unread := !t.crcs && bytes > maxHashed
	if !t.crcs && !unread {
		if err := t.sums(ctx, list); err != nil {
			return "", err
		}
	}
	h := sha256.New()
	fmt.Fprintf(h, "coadapt %s\n", what)
	for _, e := range list {
		crc := e.crc
		if unread {
			crc = 0 // it may be known from a time when the folder was smaller
		}
		fmt.Fprintf(h, "%q %d %08x\n", e.name, e.size, crc)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// sums reads files, in parallel, for their CRC-32.
func (t *tree) sums(ctx context.Context, list []*entry) error {
	return dataset.EachChunk(ctx, 0, len(list), 1, func(ctx context.Context, from, to int) error {
		for _, e := range list[from:to] {
			if e.bad != nil || e.summed {
				continue // it has no bytes, and decodes to an error; or it has been read
			}
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			data, err := t.read(e.name, maxFile)
			if err != nil {
				return err
			}
			e.crc, e.summed = crc32.ChecksumIEEE(data), true
			t.learn()
		}
		return nil
	})
}
