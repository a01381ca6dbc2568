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
// nothing but its key. Of a store with many entries, those that an earlier call has read are taken from an index in the
// store's cache where their files have the same size and time.
func All(s *store.Store) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		var keys []string
		var fault error
		for key, err := range s.Keys() {
			if err != nil {
				fault = err
				break
			}
			keys = append(keys, key)
		}
		if len(keys) >= indexFrom {
			if !indexed(s, keys, yield) {
				return
			}
			keys = nil
		}
		for _, key := range keys {
			r, err := Lookup(s, key)
			if errors.Is(err, store.ErrMissing) {
				continue // removed just now
			}
			if !yield(r, err) {
				return
			}
		}
		if fault != nil {
			yield(Result{}, fault)
		}
	}
}

// Lookup is the result that the store has under a key: store.ErrMissing where
// there is none, store.BrokenError where it had to be set aside.
func Lookup(s *store.Store, key string) (Result, error) {
	_, r, err := lookup(s, key)
	return r, err
}

// lookup is Lookup with the record as the entry has it.
func lookup(s *store.Store, key string) (rec Record, r Result, err error) {
	r.Key = key
	entry, err := s.Get(key, resultFile)
	if err != nil {
		return rec, r, err
	}
	var read Result
	if err = json.Unmarshal(entry[resultFile], &rec); err == nil {
		read, err = rec.result()
	} else {
		err = fmt.Errorf("result: %w", err)
	}
	if err != nil {
		return rec, r, fmt.Errorf("store entry %s, %s: %w", key, resultFile, err)
	}
	read.Key, read.Hit = key, true
	return rec, read, nil
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
	var metrics []Metric
	err := readFile(s, key, metricsFile, &metrics)
	return metrics, err
}
