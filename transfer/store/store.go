package store

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ErrMissing says that the store has no entry under a key.
var ErrMissing = errors.New("no such entry")

// Store is a folder of entries. It is safe for use by several processes.
type Store struct{ dir string }

// Open opens the store in dir, which is made if it is not there.
func Open(dir string) (*Store, error) {
	for _, d := range []string{entriesDir, stageDir, brokenDir} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			return nil, fmt.Errorf("store %s: %w", dir, err)
		}
	}
	return &Store{dir: dir}, nil
}

// Dir is the store's folder.
func (s *Store) Dir() string { return s.dir }

const (
	entriesDir  = "entries"
	stageDir    = "stage"
	brokenDir   = "broken"
	digestsFile = "digests.json"
)

// Files are the contents of an entry by file name.
type Files map[string][]byte

// path of an entry. A key is lower-case hex, as [Key] makes it.
func (s *Store) path(key string) (string, error) {
	if len(key) < 8 || strings.Trim(key, "0123456789abcdef") != "" {
		return "", fmt.Errorf("store %s: key %q, want at least 8 hex digits", s.dir, key)
	}
	return filepath.Join(s.dir, entriesDir, key[:2], key), nil
}

// Put writes an entry under key, whole or not at all: files are written to a
// stage folder and synced, and the folder is renamed. If another process was
// first, its entry stays.
func (s *Store) Put(key string, files Files) (err error) {
	final, err := s.path(key)
	if err != nil {
		return err
	}
	stage := filepath.Join(s.dir, stageDir, key+"-"+rand.Text())
	defer func() {
		if err != nil {
			err = fmt.Errorf("store %s: writing %s: %w", s.dir, key, err)
		}
		os.RemoveAll(stage)
	}()
	if err := os.Mkdir(stage, 0o755); err != nil {
		return err
	}
	digests := make(map[string]string, len(files))
	for name, data := range files {
		if name != filepath.Base(name) || name == digestsFile {
			return fmt.Errorf("file name %q", name)
		}
		sum := sha256.Sum256(data)
		digests[name] = hex.EncodeToString(sum[:])
		if err := writeSynced(filepath.Join(stage, name), data); err != nil {
			return err
		}
	}
	index, err := json.MarshalIndent(digests, "", "  ")
	if err != nil {
		return err
	}
	if err := writeSynced(filepath.Join(stage, digestsFile), index); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(final), 0o755); err != nil {
		return err
	}
	if err := os.Rename(stage, final); err != nil {
		if _, statErr := os.Stat(filepath.Join(final, digestsFile)); statErr == nil {
			return nil
		}
		return err
	}
	return syncDir(filepath.Dir(final))
}

// Get reads the named files of an entry, all of them where none is named, and
// checks their digests. It returns ErrMissing where there is no entry. An entry
// that does not match its digests is moved to the folder "broken" and reported
// as an error that names the file; it is missing from then on.
func (s *Store) Get(key string, names ...string) (Files, error) {
	dir, err := s.path(key)
	if err != nil {
		return nil, err
	}
	index, err := os.ReadFile(filepath.Join(dir, digestsFile))
	if errors.Is(err, fs.ErrNotExist) {
		if _, statErr := os.Stat(dir); statErr == nil {
			return nil, s.setAside(key, dir, digestsFile, err)
		}
		return nil, fmt.Errorf("store %s: %s: %w", s.dir, key, ErrMissing)
	}
	if err != nil {
		return nil, fmt.Errorf("store %s: %w", s.dir, err)
	}
	var digests map[string]string
	if err := json.Unmarshal(index, &digests); err != nil {
		return nil, s.setAside(key, dir, digestsFile, err)
	}
	if len(names) == 0 {
		names = slices.Sorted(maps.Keys(digests))
	}
	files := make(Files, len(names))
	for _, name := range names {
		want, ok := digests[name]
		if !ok {
			return nil, fmt.Errorf("store %s: entry %s has no file %q: %w", s.dir, key, name, fs.ErrNotExist)
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, s.setAside(key, dir, name, err)
		}
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != want {
			return nil, s.setAside(key, dir, name, errors.New("its digest is not the one recorded"))
		}
		files[name] = data
	}
	return files, nil
}

// BrokenError names an entry that was set aside.
type BrokenError struct {
	Key, File, Moved string
	Err              error
}

// Error names the file, the fault and where the entry went.
func (e *BrokenError) Error() string {
	return fmt.Sprintf("store entry %s is broken: %s: %v; it was moved to %s and will be computed again", e.Key, e.File, e.Err, e.Moved)
}

// Unwrap is the fault.
func (e *BrokenError) Unwrap() error { return e.Err }

func (s *Store) setAside(key, dir, file string, fault error) error {
	moved := filepath.Join(s.dir, brokenDir, key+"-"+rand.Text())
	if err := os.Rename(dir, moved); err != nil {
		return fmt.Errorf("store entry %s is broken: %s: %w; and could not be moved: %w", key, file, fault, err)
	}
	return &BrokenError{Key: key, File: file, Moved: moved, Err: fault}
}

// Keys yields the keys of all entries in order.
func (s *Store) Keys() iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		paths, err := filepath.Glob(filepath.Join(s.dir, entriesDir, "??", "*"))
		if err != nil {
			yield("", err)
			return
		}
		for _, p := range paths {
			if !yield(filepath.Base(p), nil) {
				return
			}
		}
	}
}

// Key is the SHA-256, in hex, of the canonical JSON of spec: object fields in
// their order of declaration, map keys sorted.
func Key(spec any) (string, error) {
	data, err := json.Marshal(spec)
	if err != nil {
		return "", fmt.Errorf("key of a result: %w", err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}

func writeSynced(path string, data []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

// syncDir makes a rename in dir survive a crash.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
