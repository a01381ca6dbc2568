package store

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Cached data can be computed again. So nothing of it is synced, and data that do not match their digest are removed.

// Cached reads what [Store.Cache] keeps under name. It returns ErrMissing where nothing is kept, or where it is
// damaged.
func (s *Store) Cached(name string) ([]byte, error) {
	file := s.cacheFile(name)
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("store %s: cached %s: %w", s.dir, name, ErrMissing)
	}
	if err != nil {
		return nil, fmt.Errorf("store %s: cached %s: %w", s.dir, name, err)
	}
	end := len(data) - sha256.Size
	if end < 0 || sha256.Sum256(data[:end]) != [sha256.Size]byte(data[end:]) {
		return nil, errors.Join(fmt.Errorf("store %s: cached %s: %w: its digest is not the one recorded", s.dir, name,
			ErrMissing), os.Remove(file))
	}
	now := time.Now()
	_ = os.Chtimes(file, now, now) // if this fails, the file is removed earlier
	return data[:end:end], nil
}

// Cache keeps data under a name of any characters, for all processes that use the store. The cache holds at most most
// bytes: the least recently used data are removed first. Data larger than that are not kept.
func (s *Store) Cache(name string, data []byte, most int64) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("store %s: caching %s: %w", s.dir, name, err)
		}
	}()
	whole := int64(len(data) + sha256.Size)
	if whole > most {
		return nil
	}
	dir := filepath.Join(s.dir, cacheDir)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	if err := makeRoom(dir, most-whole); err != nil {
		return err
	}
	// A file that a killed process left half-written is never used, and so is removed like other unused ones.
	f, err := os.OpenFile(filepath.Join(dir, "new-"+rand.Text()), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(data)
	_, err = f.Write(data)
	if err == nil {
		_, err = f.Write(sum[:])
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), s.cacheFile(name))
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}

// ClearCache empties the cache and says how many bytes that freed.
func (s *Store) ClearCache() (freed int64, err error) {
	dir := filepath.Join(s.dir, cacheDir)
	if freed, err = size(dir); err == nil {
		err = os.RemoveAll(dir)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("store %s: clearing its cache: %w", s.dir, err)
	}
	return freed, nil
}

const cacheDir = "cache"

func (s *Store) cacheFile(name string) string {
	sum := sha256.Sum256([]byte(name))
	return filepath.Join(s.dir, cacheDir, hex.EncodeToString(sum[:]))
}

// makeRoom removes the least recently used files of dir until the others have at most most bytes.
func makeRoom(dir string, most int64) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var files []fs.FileInfo
	var total int64
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // another process removed it
		}
		if err != nil {
			return err
		}
		files, total = append(files, info), total+info.Size()
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int {
		return cmp.Or(a.ModTime().Compare(b.ModTime()), cmp.Compare(a.Name(), b.Name()))
	})
	for _, f := range files {
		if total <= most {
			break
		}
		if err := os.Remove(filepath.Join(dir, f.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		total -= f.Size()
	}
	return nil
}
