package store

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"coadapt/gomlxnet/durable"
)

// writeFolder writes files and their digests into a new folder final, atomically.
// A folder that exists already stays as it is.
func (s *Store) writeFolder(final, name string, files Files) error {
	stage := filepath.Join(s.dir, stageDir, name+"-"+rand.Text())
	defer os.RemoveAll(stage) // nothing is left of it unless something failed
	if err := os.Mkdir(stage, 0o777); err != nil {
		return err
	}
	digests := make(map[string]string, len(files))
	for name, data := range files {
		if name != filepath.Base(name) || name == digestsFile || name == droppedFile {
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
	_, err = publish(stage, final)
	return err
}

// publish renames a folder whose files are synced to final. It reports false
// where a folder of that name exists, which stays.
func publish(stage, final string) (published bool, err error) {
	if err := errors.Join(durable.SyncDir(stage), durable.MakeDir(filepath.Dir(final))); err != nil {
		return false, err
	}
	for range 10 { // an obstacle may be gone before it is looked at
		if err = os.Rename(stage, final); err == nil {
			return true, durable.SyncDir(filepath.Dir(final))
		}
		if _, statErr := os.Stat(filepath.Join(final, digestsFile)); statErr == nil {
			return false, nil
		}
	}
	return false, err
}

// tornError says that a folder's files are not those that were written.
type tornError struct {
	file string
	err  error
}

func (e *tornError) Error() string { return e.file + ": " + e.err.Error() }
func (e *tornError) Unwrap() error { return e.err }

// readFolder reads files of a folder that writeFolder wrote, and checks their
// digests. Without names it reads all files.
func readFolder(dir string, names []string) (Files, error) {
	index, err := os.ReadFile(filepath.Join(dir, digestsFile))
	if errors.Is(err, fs.ErrNotExist) {
		if _, statErr := os.Stat(dir); statErr == nil {
			return nil, &tornError{digestsFile, err}
		}
		return nil, ErrMissing
	}
	if err != nil {
		return nil, err
	}
	var digests map[string]string
	if err := json.Unmarshal(index, &digests); err != nil {
		return nil, &tornError{digestsFile, err}
	}
	gone, err := dropped(dir)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		names = slices.Sorted(maps.Keys(digests))
		names = slices.DeleteFunc(names, func(name string) bool { return slices.Contains(gone, name) })
	}
	files := make(Files, len(names))
	for _, name := range names {
		want, ok := digests[name]
		if !ok {
			if _, err := os.Stat(filepath.Join(dir, name)); err == nil { // the name in the digests was damaged
				return nil, &tornError{digestsFile, fmt.Errorf("it does not have %s, which is there", name)}
			}
			return nil, fmt.Errorf("no file %q: %w", name, fs.ErrNotExist)
		}
		if slices.Contains(gone, name) {
			return nil, fmt.Errorf("%s was dropped to save space: %w", name, fs.ErrNotExist)
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, &tornError{name, err}
		}
		if err != nil { // the cause may be a disk or a permission, not the entry
			return nil, err
		}
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != want {
			return nil, &tornError{name, errors.New("its digest is not the one recorded")}
		}
		files[name] = data
	}
	return files, nil
}

// replaceFile replaces a file atomically: readers find the old content or the new one. It is first written as name.
func (s *Store) replaceFile(final, name string, data []byte) error {
	stage := filepath.Join(s.dir, stageDir, name+"-"+filepath.Base(final)+"-"+rand.Text())
	err := writeSynced(stage, data)
	if err == nil {
		err = os.Rename(stage, final)
	}
	if err != nil {
		return errors.Join(err, removeIfThere(stage))
	}
	return durable.SyncDir(filepath.Dir(final))
}

func writeSynced(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

// mover holds the system calls by which a folder is moved, for tests to stand in for a file system that refuses some.
type mover struct {
	rename func(from, to string) error
	sync   func(path string) error // a file or a folder
	remove func(path string) error // with all that is in it
}

func systemMover() mover { return mover{os.Rename, durable.SyncDir, os.RemoveAll} }

// folder moves a folder of files. One that lies in the lower layer of an overlay, as in a container's image, cannot be
// renamed: it is copied, the copy is synced, and then it is removed, which hides it. Where it cannot be removed, the
// copy goes: there would be one more each time.
func (m mover) folder(from, to string) error {
	err := m.rename(from, to)
	if !errors.Is(err, syscall.EXDEV) {
		return err
	}
	if err = os.CopyFS(to, os.DirFS(from)); err == nil {
		err = m.syncAll(to)
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(to))
	}
	if err := m.remove(from); err != nil {
		return errors.Join(fmt.Errorf("%s can be copied but not removed: %w", from, err), os.RemoveAll(to))
	}
	return m.sync(filepath.Dir(from))
}

// syncAll makes a folder, all that is in it and its name survive a power cut.
func (m mover) syncAll(dir string) error {
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return m.sync(path)
	})
	return errors.Join(err, m.sync(filepath.Dir(dir)))
}
