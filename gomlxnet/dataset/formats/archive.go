package formats

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// openTree lists a folder or an archive.
func openTree(ctx context.Context, name string) (*tree, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("data set %q: %w; give a folder, a .zip or .tar.gz, or \"shapes\"", name, err)
	}
	if info.IsDir() {
		if t, err := listILSVRC(ctx, name); t != nil || err != nil {
			return t, err
		}
		known := cacheOf(name) // before the listing, whose time it notes
		t, err := listFS(ctx, os.DirFS(name), name, holders(name)...)
		if err != nil {
			return nil, err
		}
		t.cache = known
		t.recall()
		return t, nil
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("data set %q: a pipe, a socket or a device; give a folder, a .zip or .tar.gz, "+
			"or \"shapes\"", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("data set %q: %w", name, err)
	}
	t, err := listArchive(ctx, f, info.Size(), name)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	t.archives = []*os.File{f}
	return t, nil
}

// listArchive lists an archive, whose kind is recognised by its first bytes, not by its name.
func listArchive(ctx context.Context, f *os.File, size int64, name string) (*tree, error) {
	head := make([]byte, 262)
	n, err := f.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("data set %q: %w", name, err)
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return listZip(f, size, name)
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		z, err := gzip.NewReader(bufio.NewReaderSize(f, 1<<20))
		if err != nil {
			return nil, fmt.Errorf("%s: not a sound gzip file: %w", name, err)
		}
		return listTarGzip(ctx, z, size, name)
	case string(head[257:]) == "ustar":
		return listTar(ctx, f, name)
	}
	return nil, fmt.Errorf("data set %q: starts with % x, which is neither zip, gzip nor tar; give one of "+
		"these or a folder", name, head[:min(4, n)])
}
