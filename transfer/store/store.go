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
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"coadapt/gomlxnet/durable"
)

// ErrMissing says that the store has no entry under a key.
var ErrMissing = errors.New("no such entry")

// Store is a folder of entries. It is safe for use by several processes.
type Store struct {
	dir       string
	ttl, beat time.Duration // of leases
	seen      sightings
	move      mover
}

// Open opens the store in dir and creates it if it does not exist. A store in
// which no folders can be created can still be read if it has entries.
func Open(dir string) (*Store, error) {
	for _, d := range []string{entriesDir, stageDir, brokenDir, workDir} {
		err := durable.MakeDir(filepath.Join(dir, d))
		if readable(dir) && IsReadOnly(err) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("store %s: %w", dir, err)
		}
	}
	return &Store{dir: dir, ttl: leaseTTL, beat: leaseBeat, move: systemMover()}, nil
}

// readable says whether a folder has entries that can be listed.
func readable(dir string) bool {
	_, err := os.ReadDir(filepath.Join(dir, entriesDir))
	return err == nil
}

// IsReadOnly says whether err comes from writing to a store that may only be read.
func IsReadOnly(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)
}

// SetLease sets how long a lease lasts without a renewal; the default is 90 s. This process renews its own leases nine
// times as often. All workers of a store need the same duration. It is meant for file systems whose caches hide changes
// for longer, and for tests, which cannot wait. It must not be called once the store is in use.
func (s *Store) SetLease(ttl time.Duration) error {
	if ttl < minLease {
		return fmt.Errorf("store %s: a lease of %v, want %v at least", s.dir, ttl, minLease)
	}
	s.ttl, s.beat = ttl, ttl/(leaseTTL/leaseBeat)
	return nil
}

// Lease is how long a lease lasts without a renewal.
func (s *Store) Lease() time.Duration { return s.ttl }

// Dir is the store's folder.
func (s *Store) Dir() string { return s.dir }

const (
	entriesDir  = "entries"
	stageDir    = "stage"
	brokenDir   = "broken"
	workDir     = "work"
	digestsFile = "digests.json"
)

// Files are the contents of an entry by file name.
type Files map[string][]byte

// isKey says whether it is lower-case hex, as [Key] makes it: no path, and short enough for a file's name.
func isKey(key string) bool {
	return len(key) >= 8 && len(key) <= 2*sha256.Size && strings.Trim(key, "0123456789abcdef") == ""
}

// path of an entry.
func (s *Store) path(key string) (string, error) { return s.shelved(entriesDir, key) }

// shelved is the path of what a folder of the store has under a key.
func (s *Store) shelved(folder, key string) (string, error) {
	if !isKey(key) {
		return "", fmt.Errorf("store %s: key %q, want 8 to 64 lower-case hex digits", s.dir, key)
	}
	return filepath.Join(s.dir, folder, key[:2], key), nil
}

// Put writes an entry under key, atomically: files are written to a stage folder
// and synced, and the folder is renamed. If another process was first, its entry
// stays.
func (s *Store) Put(key string, files Files) error {
	final, err := s.path(key)
	if err != nil {
		return err
	}
	if err := s.writeFolder(final, key, files); err != nil {
		return fmt.Errorf("store %s: writing %s: %w", s.dir, key, err)
	}
	return nil
}

// Get reads the named files of an entry, or all files without names, and checks
// their digests. It returns ErrMissing where there is no entry. An entry that does
// not match its digests is moved to the folder "broken"; the error names the file,
// and the entry is missing from then on.
func (s *Store) Get(key string, names ...string) (Files, error) {
	dir, err := s.path(key)
	if err != nil {
		return nil, err
	}
	files, err := readFolder(dir, names)
	var torn *tornError
	for range 2 { // while it was read, the entry may have been removed or replaced, or a file dropped
		if errors.As(err, &torn) {
			files, err = readFolder(dir, names)
		}
	}
	switch {
	case errors.As(err, &torn):
		return nil, s.setAside(key, dir, torn.file, torn.err)
	case err != nil:
		return nil, fmt.Errorf("store %s: entry %s: %w", s.dir, key, err)
	}
	return files, nil
}

// Has says whether there is an entry under key, without reading it.
func (s *Store) Has(key string) bool {
	dir, err := s.path(key)
	if err != nil {
		return false
	}
	_, err = os.Stat(filepath.Join(dir, digestsFile))
	return err == nil
}

// BrokenError names an entry that was set aside, or that has to be but stays where it is.
type BrokenError struct {
	Key, File string
	Moved     string // where the entry went; "" where it could not be moved
	Err       error  // the fault
	Stuck     error  // why it could not be moved, or nil
}

// Error names the file, the fault and where the entry went.
func (e *BrokenError) Error() string {
	if e.Stuck != nil {
		return fmt.Sprintf("store entry %s is broken: %s: %v; it cannot be moved out of the way (%v), so its net is "+
			"computed again whenever it is needed, until the entry is removed", e.Key, e.File, e.Err, e.Stuck)
	}
	return fmt.Sprintf("store entry %s is broken: %s: %v; it was moved to %s and will be computed again", e.Key, e.File,
		e.Err, e.Moved)
}

// Unwrap is the fault.
func (e *BrokenError) Unwrap() error { return e.Err }

// SetAside moves an entry to the folder "broken" for a fault that its digests do not show, and returns it as a
// BrokenError. So it does where the entry cannot be moved: those who read it go on without.
func (s *Store) SetAside(key, file string, fault error) error {
	dir, err := s.path(key)
	if err != nil {
		return err
	}
	return s.setAside(key, dir, file, fault)
}

func (s *Store) setAside(key, dir, file string, fault error) error {
	moved := filepath.Join(s.dir, brokenDir, key+"-"+rand.Text())
	if err := s.move.folder(dir, moved); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("store %s: entry %s was broken (%s: %w) and is gone: %w", s.dir, key, file, fault, ErrMissing)
	} else if err != nil { // said, and gone on: other entries are whole
		return &BrokenError{Key: key, File: file, Err: fault, Stuck: err}
	}
	return &BrokenError{Key: key, File: file, Moved: moved, Err: fault}
}

// Keys yields the keys of all entries in order. It ends with an error where a
// folder cannot be read. Other files and folders are skipped.
func (s *Store) Keys() iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		shelves, err := os.ReadDir(filepath.Join(s.dir, entriesDir))
		for _, shelf := range shelves {
			if len(shelf.Name()) != 2 || !shelf.IsDir() {
				continue
			}
			var list []os.DirEntry
			if list, err = os.ReadDir(filepath.Join(s.dir, entriesDir, shelf.Name())); err != nil {
				break
			}
			for _, e := range list {
				if isKey(e.Name()) && !yield(e.Name(), nil) {
					return
				}
			}
		}
		if err != nil {
			yield("", fmt.Errorf("store %s: %w", s.dir, err))
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
