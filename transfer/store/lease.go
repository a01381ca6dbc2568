package store

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A lease that was not renewed for leaseTTL has no living holder. This is long
// enough for the caches of network file systems, which may hide a change for a
// minute. A holder that died on the same machine is noticed at once.
const (
	leaseTTL  = 90 * time.Second
	leaseBeat = 10 * time.Second
	minLease  = time.Second
)

// ErrLost says that another worker has taken over a lease that was not renewed.
var ErrLost = errors.New("the lease was taken over by another worker")

// Holder is the worker that holds a key, and its progress.
type Holder struct {
	Process
	Token    string          `json:"token"`              // unique to this lease
	Beat     int             `json:"beat"`               // renewals so far
	Progress json.RawMessage `json:"progress,omitempty"` // as the holder reports it
	Released bool            `json:"released,omitempty"` // the holder gave the lease back
}

// String is "host, process 123".
func (h Holder) String() string {
	if h.Token == "" {
		return "a worker whose lease cannot be read"
	}
	return fmt.Sprintf("%s, process %d", h.Host, h.PID)
}

// HeldError names the worker that holds a key.
type HeldError struct {
	Key    string
	Holder Holder
}

// Error names the holder.
func (e *HeldError) Error() string {
	return fmt.Sprintf("%s is being worked on by %s", e.Key, e.Holder)
}

// Lease is the right to work on a key, and the folder for that work: checkpoints
// and a log. Holders renew it with Beat. It is not a lock: a holder that falls
// silent and comes back finds that it was replaced (ErrLost). Two that finish the
// same entry do no harm, as entries never change.
//
// The valid lease is the file lease.N of the highest N. It is created with
// O_EXCL, which is atomic on network file systems too. So if several workers try
// to take over a dead holder's lease, exactly one creates lease.N+1.
type Lease struct {
	store *Store
	key   string
	dir   string
	gen   int

	mu   sync.Mutex
	self Holder
	lost error
}

// sightings records when this process last saw the leases of others change, by a
// monotonic clock of its own: clocks of other machines and jumps of this one's do
// not matter.
type sightings struct {
	mu   sync.Mutex
	seen map[string]sighting
}

type sighting struct {
	content string
	at      time.Time
}

// still says for how long the content under a name has not changed.
func (s *sightings) still(name, content string, now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if was, ok := s.seen[name]; ok && was.content == content {
		return now.Sub(was.at)
	}
	if s.seen == nil {
		s.seen = make(map[string]sighting)
	}
	s.seen[name] = sighting{content, now}
	return 0
}

func (s *sightings) forget(name string) {
	s.mu.Lock()
	delete(s.seen, name)
	s.mu.Unlock()
}

// workPath is the folder of unfinished work on a key.
func (s *Store) workPath(key string) (string, error) {
	if _, err := s.path(key); err != nil {
		return "", err
	}
	return filepath.Join(s.dir, workDir, key), nil
}

// Claim takes the lease of a key. If another worker holds it, the error is a
// HeldError. A holder is replaced if its process is gone, or if this process has
// seen its lease unchanged for 90 s. To wait for a holder, call Claim again every
// few seconds.
func (s *Store) Claim(key string) (*Lease, error) {
	dir, err := s.workPath(key)
	if err != nil {
		return nil, err
	}
	l, err := s.claim(key, dir)
	var held *HeldError
	if err != nil && !errors.As(err, &held) {
		return nil, fmt.Errorf("store %s: claiming %s: %w", s.dir, key, err)
	}
	return l, err
}

func (s *Store) claim(key, dir string) (*Lease, error) {
	self := Holder{Process: ThisProcess(), Token: rand.Text()}
	for range 100 { // the folder may vanish, and other workers may appear, between two looks at it
		if err := os.MkdirAll(dir, 0o777); errors.Is(err, fs.ErrExist) {
			continue // it was there, and is gone
		} else if err != nil {
			return nil, err
		}
		gen, content, err := latestLease(dir)
		if err != nil {
			return nil, err
		}
		if h, held := s.held(dir, gen, content); held {
			return nil, &HeldError{key, h}
		}
		l := &Lease{store: s, key: key, dir: dir, gen: gen + 1, self: self}
		data, err := json.Marshal(l.self)
		if err != nil {
			return nil, err
		}
		f, err := os.OpenFile(leaseFile(dir, l.gen), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
		if errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if _, err = f.Write(data); err == nil {
			// Since the look other workers may have made a lease of a higher number and removed this one.
			gen, _, err = latestLease(dir)
		}
		if err != nil || gen != l.gen {
			if err := errors.Join(err, f.Close(), removeIfThere(f.Name())); err != nil {
				return nil, err
			}
			continue
		}
		s.seen.forget(dir)
		for old := gen - 1; old > 0 && os.Remove(leaseFile(dir, old)) == nil; old-- {
		}
		return l, errors.Join(f.Close(), removeIfThere(filepath.Join(dir, failedFile)))
	}
	return nil, errors.New("its work folder keeps changing")
}

// held says whether the lease of a work folder, which is of this number and content, counts as held, and by whom. One
// that does not parse is being written, or is torn: it counts as held until it is unchanged for too long.
func (s *Store) held(dir string, gen int, content string) (h Holder, held bool) {
	readable := json.Unmarshal([]byte(content), &h) == nil
	if gen == 0 || h.Released || readable && h.Gone() {
		return h, false
	}
	return h, s.seen.still(dir, fmt.Sprint(gen, content), time.Now()) < s.ttl
}

func removeIfThere(name string) error {
	if err := os.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func leaseFile(dir string, gen int) string { return filepath.Join(dir, fmt.Sprintf("lease.%d", gen)) }

// latestLease reads the valid lease: its number, which is 0 where there is none,
// and its content.
func latestLease(dir string) (gen int, content string, err error) {
	for range 10 {
		list, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return 0, "", err
		}
		if gen, content, err = readLease(dir, list); !errors.Is(err, fs.ErrNotExist) {
			return gen, content, err
		}
		// The work was finished or taken over between the two looks.
	}
	// A network file system may list a removed file for a while. It then counts like one that is being written.
	return gen, "", nil
}

// readLease is latestLease for a folder that was just listed. It returns
// fs.ErrNotExist where the list is no longer true.
func readLease(dir string, list []os.DirEntry) (gen int, content string, err error) {
	gen = highest(list)
	if gen == 0 {
		return 0, "", nil
	}
	data, err := os.ReadFile(leaseFile(dir, gen))
	return gen, string(data), err
}

// highest is the number of the valid lease among the files of a work folder, 0 where there is none.
func highest(list []os.DirEntry) (gen int) {
	for _, e := range list {
		if n, ok := strings.CutPrefix(e.Name(), "lease."); ok {
			if n, err := strconv.Atoi(n); err == nil {
				gen = max(gen, n)
			}
		}
	}
	return gen
}

// Holder is the worker that holds a key now. ok is false where none does, as far
// as can be known without waiting.
func (s *Store) Holder(key string) (h Holder, ok bool) {
	dir, err := s.workPath(key)
	if err != nil {
		return h, false
	}
	gen, content, err := latestLease(dir)
	if err != nil || gen == 0 || json.Unmarshal([]byte(content), &h) != nil || h.Released {
		return h, false
	}
	return h, !h.Gone()
}

// Beat renews the lease and reports progress, which may be any JSON; nil repeats
// the last report. After ErrLost another worker has the work.
func (l *Lease) Beat(progress any) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.check(); err != nil {
		return err
	}
	l.self.Beat++
	if progress != nil {
		data, err := json.Marshal(progress)
		if err != nil {
			return err
		}
		l.self.Progress = data
	}
	data, err := json.Marshal(l.self)
	if err != nil {
		return err
	}
	// Not O_CREATE: a missing file was removed by the worker that took over.
	f, err := os.OpenFile(leaseFile(l.dir, l.gen), os.O_WRONLY|os.O_TRUNC, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// check returns ErrLost if the lease is no longer the valid one. Until it knows, it reads the folder once, and the
// lease's own file.
func (l *Lease) check() error {
	if l.lost != nil {
		return l.lost
	}
	own, err := os.ReadFile(leaseFile(l.dir, l.gen))
	var h Holder
	_ = json.Unmarshal(own, &h) // a file torn by a full disk names nobody, and so no other holder
	// Look at all higher numbers: a worker that took over may have listed the folder before it was removed and remade.
	list, listErr := os.ReadDir(l.dir)
	if errors.Is(err, fs.ErrNotExist) || h.Token != "" && h.Token != l.self.Token || listErr == nil &&
		highest(list) > l.gen {
		l.lost = fmt.Errorf("%s: %w", l.key, ErrLost)
		return l.lost
	}
	return nil
}

// Keep renews the lease every ten seconds until stop is called, as long as alive
// says that the work goes on. So a holder that hangs loses its lease.
func (l *Lease) Keep(alive func() (progress any, ok bool)) (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(l.store.beat)
		defer tick.Stop()
		for {
			select {
			case <-quit:
				return
			case <-tick.C:
			}
			if progress, ok := alive(); ok {
				// A full disk may have room at the next beat. The worker asks Lost.
				_ = l.Beat(progress)
			}
		}
	}()
	return sync.OnceFunc(func() { close(quit); <-done })
}

// Lost says whether a beat has found the lease gone. It does not look at the disk.
func (l *Lease) Lost() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lost != nil
}

// Release gives the lease back; checkpoints, log and a note of failure stay for
// the next worker.
func (l *Lease) Release() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.check() != nil {
		return nil
	}
	l.lost = fmt.Errorf("%s: the lease was given back", l.key)
	self := l.self
	self.Released = true
	data, err := json.Marshal(self)
	if err != nil {
		return err
	}
	return os.WriteFile(leaseFile(l.dir, l.gen), data, 0o666)
}

// Finish gives the lease back and removes the work folder once the entry is
// stored. If the lease was lost, the folder stays for the new holder. The folder is moved away first: workers that ask
// for the key meet the lease or no folder, and none makes a lease in a folder that is being removed.
func (l *Lease) Finish() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.check() != nil {
		return nil
	}
	l.lost = fmt.Errorf("%s: the work is finished", l.key)
	away := filepath.Join(l.store.dir, stageDir, l.key+"-finished-"+rand.Text())
	if err := l.store.move.rename(l.dir, away); err != nil { // where it may not be moved, it may be removed
		away = l.dir
	}
	return os.RemoveAll(away)
}
