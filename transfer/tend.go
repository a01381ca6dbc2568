package transfer

import (
	"errors"
	"iter"

	"coadapt/transfer/store"
)

// Verify reads every file of every entry, checks its digest, and that the entry is what its key is the hash of. It
// yields the keys in order, each with its number of bytes or with the fault of an entry that is broken, which was set
// aside and will be computed again (store.BrokenError), or that could not be read.
func Verify(s *store.Store) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for key, err := range s.Keys() {
			if err != nil {
				yield(Entry{}, err)
				return
			}
			if !yield(readEntry(s, key)) {
				return
			}
		}
	}
}

// Entry is what the store has under a key.
type Entry struct {
	Key     string
	Result  Result
	Bytes   int64 // of the files there
	Weights bool  // whether they are still there
}

func readEntry(s *store.Store, key string) (Entry, error) {
	files, err := s.Get(key)
	if err != nil {
		return Entry{Key: key}, err
	}
	return decodeEntry(key, files)
}

// Prune drops the weights of all nets that can be nobody's parent: all but base nets on whole tasks. AnB+p trains its
// AnB again where that has none. Results, metrics and logs stay, so that a rerun is still a hit. It says of how many
// nets and how many bytes were freed; entries that cannot be read are passed over, and are the error.
func Prune(s *store.Store) (nets int, freed int64, err error) {
	results, faults := Results(s)
	for _, r := range results {
		if r.Net.Treatment == Base && r.Net.PerClass == 0 {
			continue
		}
		n, err := s.Drop(r.Key, weightsFile)
		if err != nil {
			return nets, freed, errors.Join(faults, err)
		}
		if n > 0 {
			nets, freed = nets+1, freed+n
		}
	}
	return nets, freed, faults
}

// Log is what was written down while the net under a key was trained, by all workers that had a part in it;
// it says store.ErrMissing where the net was never begun.
func Log(s *store.Store, key string) (string, error) {
	files, err := s.Get(key, logFile)
	if err == nil {
		return string(files[logFile]), nil
	}
	if !errors.Is(err, store.ErrMissing) {
		return "", err
	}
	data, workErr := s.Log(key)
	if workErr == nil && data == nil {
		return "", err
	}
	return string(data), workErr
}
