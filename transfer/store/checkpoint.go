package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// keptCheckpoints is how many are kept: the last, and the one before it in case
// the last is torn.
const keptCheckpoints = 2

// Checkpoint keeps files as the state after step, atomically, and removes all but
// the last two checkpoints. It fails with ErrLost where another worker has taken
// the work over.
func (l *Lease) Checkpoint(step int, files Files) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.check(); err != nil {
		return err
	}
	name := fmt.Sprintf("step-%09d", step)
	final := filepath.Join(l.dir, name)
	// A checkpoint of this name may exist and be torn: then some worker had to go on from an earlier one.
	if err := os.RemoveAll(final); err != nil {
		return fmt.Errorf("checkpoint of %s: %w", l.key, err)
	}
	if err := l.store.writeFolder(final, l.key+"-"+name, files); err != nil {
		return fmt.Errorf("checkpoint of %s: %w", l.key, err)
	}
	all, err := l.checkpoints()
	for _, old := range all[min(keptCheckpoints, len(all)):] {
		err = errors.Join(err, os.RemoveAll(old))
	}
	return err
}

// checkpoints lists the folders of checkpoints, the last one first.
func (l *Lease) checkpoints() ([]string, error) {
	list, err := os.ReadDir(l.dir) // sorted by name
	var all []string
	for _, e := range slices.Backward(list) {
		if strings.HasPrefix(e.Name(), "step-") {
			all = append(all, filepath.Join(l.dir, e.Name()))
		}
	}
	return all, err
}

// Latest reads the last intact checkpoint. Torn ones are removed and returned as
// faults. Without a checkpoint, files is nil.
func (l *Lease) Latest() (step int, files Files, faults []error, err error) {
	all, err := l.checkpoints()
	if err != nil {
		return 0, nil, nil, err
	}
	for _, dir := range all {
		files, err := readFolder(dir, nil)
		var torn *tornError
		switch {
		case errors.As(err, &torn) || errors.Is(err, ErrMissing):
			faults = append(faults, fmt.Errorf("checkpoint %s is torn and was removed: %w", filepath.Base(dir), err))
			if err := os.RemoveAll(dir); err != nil {
				return 0, nil, faults, err
			}
			continue
		case err != nil:
			return 0, nil, faults, fmt.Errorf("checkpoint of %s: %w", l.key, err)
		}
		step, err = strconv.Atoi(strings.TrimPrefix(filepath.Base(dir), "step-"))
		return step, files, faults, err
	}
	return 0, nil, faults, nil
}

const logFile = "log.txt"

// Log appends a line to the log of the work under the key.
func (l *Lease) Log(line string) error {
	f, err := os.OpenFile(filepath.Join(l.dir, logFile), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	_, err = f.WriteString(strings.TrimSuffix(line, "\n") + "\n")
	return errors.Join(err, f.Close())
}

// Log reads what the workers of a key have logged. It is empty where nothing was.
func (s *Store) Log(key string) ([]byte, error) {
	dir, err := s.workPath(key)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(filepath.Join(dir, logFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}
