package dataset

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"
)

// maxTar bounds what is unpacked from a tar archive into memory.
const maxTar = 4 << 30

// openTree lists a folder or an archive; the kind of a file is told by its first bytes, not by its name.
func openTree(ctx context.Context, name string) (*tree, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("data set %q: %w; give a folder, a .zip or .tar.gz, or \"shapes\"", name, err)
	}
	if info.IsDir() {
		if t, err := listILSVRC(ctx, name); t != nil || err != nil {
			return t, err
		}
		return listFS(ctx, os.DirFS(name), name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("data set %q: %w", name, err)
	}
	head := make([]byte, 262)
	n, err := f.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		f.Close()
		return nil, fmt.Errorf("data set %q: %w", name, err)
	}
	head = head[:n]
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		t, err := listZip(f, info.Size(), name)
		if err != nil {
			f.Close()
			return nil, err
		}
		t.closer = f
		return t, nil
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		defer f.Close()
		z, err := gzip.NewReader(bufio.NewReaderSize(f, 1<<20))
		if err != nil {
			return nil, fmt.Errorf("%s: not a sound gzip file: %w", name, err)
		}
		return listTar(ctx, z, name)
	case len(head) == 262 && string(head[257:262]) == "ustar":
		defer f.Close()
		return listTar(ctx, bufio.NewReaderSize(f, 1<<20), name)
	}
	f.Close()
	return nil, fmt.Errorf("data set %q: starts with % x, which is neither zip, gzip nor tar; give one of these or a folder", name, head[:min(4, len(head))])
}

// listZip lists a zip archive from its directory; its files are read when asked for, and checked against their sums.
func listZip(r io.ReaderAt, size int64, where string) (*tree, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("%s: not a sound zip file (cut off?): %w", where, err)
	}
	if len(z.File) > maxEntries {
		return nil, fmt.Errorf("%s: more than %d files and folders", where, maxEntries)
	}
	t := &tree{where: where, fsys: z, crcs: true}
	for _, f := range z.File {
		name := strings.TrimSuffix(f.Name, "/")
		if !fs.ValidPath(name) {
			return nil, fmt.Errorf("%s: the archive has a file %q; names must be relative and without ..", where, f.Name)
		}
		switch {
		case hidden(name):
		case f.FileInfo().IsDir():
			t.dirs = append(t.dirs, name)
		case f.UncompressedSize64 > maxFile:
			return nil, fmt.Errorf("%s: %s has %d bytes, more than %d", where, name, f.UncompressedSize64, int64(maxFile))
		default:
			t.files = append(t.files, entry{name: name, size: int64(f.UncompressedSize64), crc: f.CRC32})
		}
	}
	return t, t.sort()
}

// listTar reads a tar archive into memory, as it cannot be read at random.
func listTar(ctx context.Context, r io.Reader, where string) (*tree, error) {
	m := memory{}
	t := &tree{where: where, fsys: m, crcs: true}
	var total int64
	for in := tar.NewReader(r); ; {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("%s: %w", where, err)
		}
		h, err := in.Next()
		if err == io.EOF {
			// What follows the last file is read too, since a gzip stream has its sum at the end.
			if _, err := io.Copy(io.Discard, r); err != nil {
				return nil, fmt.Errorf("%s: the archive is cut off or damaged: %w", where, err)
			}
			return t, t.sort()
		}
		if err != nil {
			return nil, fmt.Errorf("%s: not a sound tar archive (cut off?): %w", where, err)
		}
		name := path.Clean(h.Name)
		if !fs.ValidPath(name) {
			return nil, fmt.Errorf("%s: the archive has a file %q; names must be relative and without ..", where, h.Name)
		}
		switch {
		case name == ".":
			continue
		case hidden(name):
			if _, err := io.Copy(io.Discard, in); err != nil {
				return nil, fmt.Errorf("%s: %s is cut off or damaged: %w", where, name, err)
			}
			continue
		case h.Typeflag == tar.TypeDir:
			t.dirs = append(t.dirs, name)
			continue
		case h.Typeflag != tar.TypeReg:
			return nil, fmt.Errorf("%s: %s is a link or a device; only files and folders are read", where, name)
		}
		if total += h.Size; h.Size > maxFile || total > maxTar || len(m) >= maxEntries {
			return nil, fmt.Errorf("%s: %s goes beyond what is unpacked into memory (%d bytes); unpack the archive and give the folder",
				where, name, int64(maxTar))
		}
		// The size in a header is only believed as far as bytes follow.
		var buf bytes.Buffer
		if _, err := io.Copy(&buf, in); err != nil {
			return nil, fmt.Errorf("%s: %s is cut off or damaged: %w", where, name, err)
		}
		m[name] = buf.Bytes()
		t.files = append(t.files, entry{name: name, size: int64(buf.Len()), crc: crc32.ChecksumIEEE(buf.Bytes())})
	}
}

// memory is a flat file system of what a tar archive held.
type memory map[string][]byte

// Open opens a file; folders cannot be opened, since the listing is made while unpacking.
func (m memory) Open(name string) (fs.File, error) {
	data, ok := m[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &memoryFile{Reader: bytes.NewReader(data), name: name}, nil
}

type memoryFile struct {
	*bytes.Reader
	name string
}

func (f *memoryFile) Close() error { return nil }
func (f *memoryFile) Stat() (fs.FileInfo, error) {
	return inner{path.Base(f.name), f.Reader.Size()}, nil
}

// inner describes a file within an archive.
type inner struct {
	name string
	size int64
}

func (i inner) Name() string       { return i.name }
func (i inner) Size() int64        { return i.size }
func (i inner) Mode() fs.FileMode  { return 0o444 }
func (i inner) ModTime() time.Time { return time.Time{} }
func (i inner) IsDir() bool        { return false }
func (i inner) Sys() any           { return nil }

// close lets go of the file behind a tree.
func (t *tree) close() error {
	if t.closer == nil {
		return nil
	}
	if err := t.closer.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}
