package transfer

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"coadapt/transfer/store"
)

// All yields what a store holds, by key, or the fault of an entry that is broken and was set
// aside (store.BrokenError) or cannot be read, and goes on; the result then has
// nothing but its key.
func All(s *store.Store) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		for key, err := range s.Keys() {
			if err != nil {
				yield(Result{}, err)
				return
			}
			r, err := Lookup(s, key)
			if errors.Is(err, store.ErrMissing) {
				continue // removed just now
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// Lookup is the result that the store has under a key: store.ErrMissing where
// there is none, store.BrokenError where it had to be set aside.
func Lookup(s *store.Store, key string) (Result, error) {
	entry, err := s.Get(key, resultFile)
	if err != nil {
		return Result{Key: key}, err
	}
	r, err := decodeResult(entry[resultFile])
	if err != nil {
		return Result{Key: key}, fmt.Errorf("store entry %s, %s: %w", key, resultFile, err)
	}
	r.Key, r.Hit = key, true
	return r, nil
}

// Results lists what a store holds, by key. Entries that are broken or cannot be
// read do not end the list: they are left out, and the error names all of
// them.
func Results(s *store.Store) ([]Result, error) {
	var (
		all    []Result
		faults []error
	)
	for r, err := range All(s) {
		if err != nil {
			faults = append(faults, err)
			continue
		}
		all = append(all, r)
	}
	return all, errors.Join(faults...)
}

// Metrics is the training curve of a net that is in the store.
func Metrics(s *store.Store, key string) ([]Metric, error) {
	entry, err := s.Get(key, metricsFile)
	if err != nil {
		return nil, err
	}
	var metrics []Metric
	if err := json.Unmarshal(entry[metricsFile], &metrics); err != nil {
		return nil, fmt.Errorf("store entry %s, %s: %w", key, metricsFile, err)
	}
	return metrics, nil
}
