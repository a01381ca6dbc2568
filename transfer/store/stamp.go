package store

import (
	"os"
	"path/filepath"
	"time"
)

// Stamp tells, without reading it, whether a file of an entry and the entry's list of digests are those that were seen
// before: by size and time. It does not see a change that keeps both, as [Store.Get] and a check of the store do.
type Stamp struct {
	Size, Time               int64 // bytes; nanoseconds since 1970
	DigestsSize, DigestsTime int64
}

// Stamp is that of a file of an entry.
func (s *Store) Stamp(key, file string) (Stamp, error) {
	dir, err := s.path(key)
	if err != nil {
		return Stamp{}, err
	}
	f, err := os.Stat(filepath.Join(dir, file))
	if err != nil {
		return Stamp{}, err
	}
	d, err := os.Stat(filepath.Join(dir, digestsFile))
	if err != nil {
		return Stamp{}, err
	}
	return Stamp{f.Size(), f.ModTime().UnixNano(), d.Size(), d.ModTime().UnixNano()}, nil
}

// Settled says whether both files are older than a clock's grain, so that a change after now would have another time.
func (s Stamp) Settled(now time.Time) bool {
	return max(s.Time, s.DigestsTime) < now.Add(-2*time.Second).UnixNano()
}
