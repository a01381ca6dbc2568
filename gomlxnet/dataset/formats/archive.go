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
		return listTarGzip(ctx, z, info.Size(), name)
	case len(head) == 262 && string(head[257:262]) == "ustar":
		t, err := listTar(ctx, f, name)
		if err != nil {
			f.Close()
			return nil, err
		}
		t.closer = f
		return t, nil
	}
	f.Close()
	return nil, fmt.Errorf("data set %q: starts with % x, which is neither zip, gzip nor tar; give one of "+
		"these or a folder", name, head[:min(4, len(head))])
}

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
