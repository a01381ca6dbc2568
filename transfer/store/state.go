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
	Failed  Status = "failed"  // the last try ended in an error, and nobody tries again now
	Stopped Status = "stopped" // it was begun, and nobody works on it
	None    Status = "none"    // never begun
)

// State is how far a key is. Of one that is stored only the status is known.
type State struct {
	Status  Status    `json:"status"`
	Holder  Holder    `json:"holder,omitzero"`   // who works on it, else who did last; zero where that is not known
	Heard   time.Time `json:"heard,omitzero"`    // when the lease was last renewed, by the clock of the file system
	Step    int       `json:"step"`              // of the last checkpoint, 0 where there is none; a running holder's Progress may be further
	Failure string    `json:"failure,omitempty"` // why the last try failed
	Tries   int       `json:"tries,omitempty"`   // failed ones, as Fail was told
}

// State says how far a key is, by a look at a few small files: weights and
// checkpoints are not read. A holder on this machine that is dead is known as such at
// once. One elsewhere counts as running until this process has seen its lease
// unchanged for 90 s, so that only who asks again and again, on the same
// Store, learns that it fell silent; Heard tells others.
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
	if st.Status == None && s.Has(key) { // finished between the two looks
		st.Status = Stored
	}
	return st, nil
}

// unfinished is the state that a work folder tells.
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
		// What does not parse is being written, or was torn: somebody's, until it stands still for too long.
		readable := json.Unmarshal([]byte(content), &st.Holder) == nil
		if info, err := os.Stat(leaseFile(dir, gen)); err == nil {
			st.Heard = info.ModTime()
		}
		if !st.Holder.Released && !(readable && st.Holder.Gone()) && s.seen.still(dir, fmt.Sprint(gen, content), time.Now()) < s.ttl {
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
	if json.Unmarshal(note, &f) != nil { // a full disk or a power cut left it torn; that the work failed is known all the same
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

// Fail notes that the work failed, why, and how many tries that makes, so that
// State can tell. The note stays when the lease is given back; the next Claim
// removes it. It fails with ErrLost where the work is another's.
func (l *Lease) Fail(reason string, tries int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost != nil {
		return l.lost
	}
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
