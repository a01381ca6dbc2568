package store

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// droppedFile names the files of an entry that were dropped.
const droppedFile = "dropped.json"

// dropped lists them; most entries have none.
func dropped(dir string) (names []string, err error) {
	data, err := os.ReadFile(filepath.Join(dir, droppedFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &names); err != nil {
		return nil, &tornError{droppedFile, err}
	}
	return names, nil
}

// Drop removes a file from an entry, whose other files stay, and says how many
// bytes that freed. It is not an error if the entry lacks the file, or is removed
// meanwhile.
func (s *Store) Drop(key, name string) (freed int64, err error) {
	dir, err := s.path(key)
	if err != nil {
		return 0, err
	}
	defer func() {
		if errors.Is(err, fs.ErrNotExist) {
			freed, err = 0, nil
		}
		if err != nil {
			err = fmt.Errorf("store %s: dropping %s of %s: %w", s.dir, name, key, err)
		}
	}()
	info, err := os.Stat(filepath.Join(dir, name))
	if err != nil {
		return 0, err
	}
	names, err := dropped(dir)
	if err != nil {
		return 0, err
	}
	if !slices.Contains(names, name) {
		data, err := json.Marshal(append(names, name))
		if err != nil {
			return 0, err
		}
		// The note comes first: without it, a missing file would look like a fault.
		if err := s.replaceFile(filepath.Join(dir, droppedFile), key, data); err != nil {
			return 0, err
		}
	}
	return info.Size(), os.Remove(filepath.Join(dir, name))
}

// Remove takes an entry out of the store. It returns ErrMissing where there is none.
func (s *Store) Remove(key string) error {
	dir, err := s.path(key)
	if err != nil {
		return err
	}
	// Renamed first, so that no reader meets half an entry.
	away := filepath.Join(s.dir, stageDir, key+"-removed-"+rand.Text())
	if err := s.move.folder(dir, away); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("store %s: %s: %w", s.dir, key, ErrMissing)
	} else if err != nil {
		return fmt.Errorf("store %s: removing %s: %w", s.dir, key, err)
	}
	return os.RemoveAll(away)
}

// Size is the bytes of an entry's files.
func (s *Store) Size(key string) (int64, error) {
	dir, err := s.path(key)
	if err != nil {
		return 0, err
	}
	return size(dir)
}

func size(dir string) (total int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	return total, err
}

// Tidy removes the checkpoints of a stored entry, which a worker leaves behind if it ends between storing the entry and
// removing them. A worker that is alive removes its own.
func (s *Store) Tidy(key string) error {
	dir, err := s.workPath(key)
	if err != nil {
		return err
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) || !s.Has(key) {
		return nil
	}
	l, err := s.Claim(key)
	var held *HeldError
	if errors.As(err, &held) {
		return nil
	}
	if err != nil {
		return err
	}
	return l.Finish()
}

// oldStage is the age from which a folder under stage counts as abandoned. Writing
// one takes seconds, or minutes for a large one on a slow disk.
const oldStage = 24 * time.Hour

// Clean removes what no worker needs any more: folders that killed workers left
// under stage more than a day ago, and the work folders of finished nets.
// Checkpoints of unfinished nets stay, and entries that were set aside. Clean says
// how many folders and bytes that freed.
func (s *Store) Clean() (folders int, freed int64, err error) {
	remove := func(dir string) error {
		n, err := size(dir)
		if err != nil {
			return err
		}
		folders, freed = folders+1, freed+n
		return os.RemoveAll(dir)
	}
	stages, err := os.ReadDir(filepath.Join(s.dir, stageDir))
	if err != nil {
		return 0, 0, fmt.Errorf("store %s: %w", s.dir, err)
	}
	for _, e := range stages {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // finished just now
		}
		if err == nil && time.Since(info.ModTime()) > oldStage {
			err = remove(filepath.Join(s.dir, stageDir, e.Name()))
		}
		if err != nil {
			return folders, freed, fmt.Errorf("store %s: %w", s.dir, err)
		}
	}
	works, err := os.ReadDir(filepath.Join(s.dir, workDir))
	if err != nil {
		return folders, freed, fmt.Errorf("store %s: %w", s.dir, err)
	}
	for _, e := range works {
		if !s.Has(e.Name()) {
			continue
		}
		if _, held := s.Holder(e.Name()); held {
			continue
		}
		if err := remove(filepath.Join(s.dir, workDir, e.Name())); err != nil {
			return folders, freed, fmt.Errorf("store %s: %w", s.dir, err)
		}
	}
	return folders, freed, nil
}

// AmbiguousError says that several keys begin as one was asked for.
type AmbiguousError struct {
	Dir, Prefix string
	Keys        []string // that begin so
}

func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("store %s: %d keys begin with %s; give more digits", e.Dir, len(e.Keys), e.Prefix)
}

// Find is the one key that begins so. Where there are several the error is an *AmbiguousError.
func (s *Store) Find(prefix string) (string, error) {
	if len(prefix) < 4 || strings.Trim(prefix, "0123456789abcdef") != "" {
		return "", fmt.Errorf("key %q, want at least the first four of its hexadecimal digits", prefix)
	}
	list, err := os.ReadDir(filepath.Join(s.dir, entriesDir, prefix[:2]))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("store %s: %w", s.dir, err)
	}
	var found []string
	for _, e := range list {
		if strings.HasPrefix(e.Name(), prefix) {
			found = append(found, e.Name())
		}
	}
	switch {
	case len(found) == 0:
		return "", fmt.Errorf("store %s: %s...: %w", s.dir, prefix, ErrMissing)
	case len(found) > 1:
		return "", &AmbiguousError{Dir: s.dir, Prefix: prefix, Keys: found}
	}
	return found[0], nil
}
