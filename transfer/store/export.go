package store

import (
	"archive/tar"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// Archived is an entry that went into an archive or came out of one.
type Archived struct {
	Key   string
	Bytes int64 // of its files in the archive
	New   bool  // of an import: the store did not have it before
}

// Export writes entries as a tar stream: for each a folder KEY with its files,
// digests first. Files whose names are in without are left out and marked as
// dropped, as [Store.Drop] does. Equal entries give equal streams. Export yields
// each entry, or the error of an entry that cannot be read, which is then left out
// altogether. An error of w or ctx comes without a key and ends the sequence.
func (s *Store) Export(ctx context.Context, w io.Writer, keys []string, without ...string) iter.Seq2[Archived, error] {
	return func(yield func(Archived, error) bool) {
		tw := tar.NewWriter(w)
		for _, key := range keys {
			if err := ctx.Err(); err != nil {
				yield(Archived{}, err)
				return
			}
			members, err := s.members(key, without)
			if err != nil {
				if !yield(Archived{Key: key}, err) {
					return
				}
				continue
			}
			a := Archived{Key: key}
			for _, m := range members {
				a.Bytes += int64(len(m.data))
				h := &tar.Header{Typeflag: tar.TypeReg, Name: key + "/" + m.name, Size: int64(len(m.data)), Mode: 0o644,
					Format: tar.FormatUSTAR}
				err := tw.WriteHeader(h)
				if err == nil {
					_, err = tw.Write(m.data)
				}
				if err != nil {
					yield(Archived{}, fmt.Errorf("archive: %w", err))
					return
				}
			}
			if !yield(a, nil) {
				return
			}
		}
		if err := tw.Close(); err != nil {
			yield(Archived{}, fmt.Errorf("archive: %w", err))
		}
	}
}

type member struct {
	name string
	data []byte
}

// members lists the files of an entry in an archive: first the digests, then the names of dropped files, then the rest.
func (s *Store) members(key string, without []string) ([]member, error) {
	files, err := s.Get(key)
	if err != nil {
		return nil, err
	}
	dir, err := s.path(key)
	if err != nil {
		return nil, err
	}
	gone, err := dropped(dir)
	if err != nil {
		return nil, fmt.Errorf("store %s: entry %s: %w", s.dir, key, err)
	}
	index, err := os.ReadFile(filepath.Join(dir, digestsFile))
	if err != nil {
		return nil, fmt.Errorf("store %s: entry %s: %w", s.dir, key, err)
	}
	out := []member{{digestsFile, index}}
	for _, name := range without {
		if _, ok := files[name]; ok {
			delete(files, name)
			gone = append(gone, name)
		}
	}
	// dropped after it was read
	gone = slices.DeleteFunc(gone, func(name string) bool { _, ok := files[name]; return ok })
	if len(gone) > 0 {
		slices.Sort(gone)
		note, err := json.Marshal(slices.Compact(gone))
		if err != nil {
			return nil, err
		}
		out = append(out, member{droppedFile, note})
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		out = append(out, member{name, files[name]})
	}
	return out, nil
}
