package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Status is what a store knows of a key.
type Status string

// The statuses.
const (
	Stored  Status = "stored"  // there is an entry
	Running Status = "running" // a worker that is not known to be dead holds its lease
	Failed  Status = "failed"  // the last try ended in an error, and no worker is trying again
	Stopped Status = "stopped" // work was begun, and no worker is at it
	None    Status = "none"    // never begun
)

// State says how far the work on a key is. For a stored key only Status is set.
type State struct {
	Status Status    `json:"status"`
	Holder Holder    `json:"holder,omitzero"` // the present or the last worker; zero if unknown
	Heard  time.Time `json:"heard,omitzero"`  // when the lease was last renewed, by the file system's clock
	// of the last checkpoint, 0 without one; Holder.Progress may be further
	Step    int    `json:"step"`
	Failure string `json:"failure,omitempty"` // why the last try failed
	Tries   int    `json:"tries,omitempty"`   // failed ones, as given to Fail
}

// State says how far the work on a key is. It reads a few small files, and neither
// weights nor checkpoints. A dead holder on this machine is recognised at once. One
// elsewhere counts as running until this process has seen its lease unchanged for
// 90 s. So only a caller that asks repeatedly, on the same Store, learns that it fell
// silent; others have Heard.
func (s *Store) State(key string) (State, error) {
	dir, err := s.workPath(key)
	if err != nil {
		return State{}, err
	}
	if s.Has(key) {
		return State{Status: Stored}, nil
	}
	st, err := s.unfinished(dir)
	if err != nil {
		return st, fmt.Errorf("store %s: state of %s: %w", s.dir, key, err)
	}
	if st.Status == None && s.Has(key) { // finished meanwhile
		st.Status = Stored
	}
	return st, nil
}

// unfinished reads the state of unfinished work from its folder.
func (s *Store) unfinished(dir string) (State, error) {
	list, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return State{Status: None}, nil
	}
	if err != nil {
		return State{}, err
	}
	st := State{Status: None}
	for _, e := range list {
		if step, ok := strings.CutPrefix(e.Name(), "step-"); ok {
			if n, err := strconv.Atoi(step); err == nil {
				st.Step, st.Status = max(st.Step, n), Stopped
			}
		}
	}
	gen, content, err := readLease(dir, list)
	if errors.Is(err, fs.ErrNotExist) {
		gen, content, err = latestLease(dir)
	}
	if err != nil {
		return st, err
	}
	if gen > 0 {
		st.Status = Stopped
		if info, err := os.Stat(leaseFile(dir, gen)); err == nil {
			st.Heard = info.ModTime()
		}
		var held bool
		if st.Holder, held = s.held(dir, gen, content); held {
			st.Status = Running
			return st, nil
		}
	}
	note, err := os.ReadFile(filepath.Join(dir, failedFile))
	if errors.Is(err, fs.ErrNotExist) {
		return st, nil
	}
	if err != nil {
		return st, err
	}
	var f failure
	// torn by a full disk or a power cut; that the work failed is known all the same
	if json.Unmarshal(note, &f) != nil {
		f.Reason = "unknown: " + failedFile + " cannot be read"
	}
	st.Status, st.Failure, st.Tries = Failed, f.Reason, f.Tries
	return st, nil
}

// failedFile is the note of a failed try in a work folder.
const failedFile = "failed.json"

type failure struct {
	Reason string `json:"reason"`
	Tries  int    `json:"tries"`
}

// Fail notes that the work failed, why, and how many tries that makes, for State
// to report. The note stays when the lease is given back; the next Claim removes
// it. Fail returns ErrLost where another worker has taken the work over.
func (l *Lease) Fail(reason string, tries int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.check(); err != nil {
		return err
	}
	data, err := json.Marshal(failure{reason, tries})
	if err != nil {
		return err
	}
	if err := l.store.replaceFile(filepath.Join(l.dir, failedFile), l.key, data); err != nil {
		return fmt.Errorf("store %s: noting that %s failed: %w", l.store.dir, l.key, err)
	}
	return nil
}
