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

// A lease that was not renewed for leaseTTL has no living holder. It is long
// enough for the caches of network file systems, which may hide a change for a
// minute; a holder that died on the same machine is noticed at once.
const (
	leaseTTL  = 90 * time.Second
	leaseBeat = 10 * time.Second
	minLease  = time.Second
)

// ErrLost says that a lease was taken over, its holder having been silent.
var ErrLost = errors.New("the lease was taken over by another worker")

// Holder is who works under a key, and how far it is.
type Holder struct {
	Process
	Token    string          `json:"token"`              // of this lease and no other
	Beat     int             `json:"beat"`               // renewals so far
	Progress json.RawMessage `json:"progress,omitempty"` // whatever the holder says of itself
	Released bool            `json:"released,omitempty"` // it gave the lease back
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

// Lease is the right to work under a key, and the folder to do it in:
// checkpoints and a log. Holders renew it with Beat. It is no lock: a holder
// that falls silent and comes back finds itself replaced (ErrLost), and as
// entries never change, two that finish do no harm.
//
// The file lease.N of the highest N counts. It is made with O_EXCL, which is
// atomic on network file systems too, so of several that take a dead holder's
// lease over exactly one makes lease.N+1.
type Lease struct {
	store *Store
	key   string
	dir   string
	gen   int

	mu   sync.Mutex
	self Holder
	lost error
}

// sightings are the leases of others as this process last saw them change, by
// its own clock: clocks of other machines and jumps of this one do not count.
type sightings struct {
	mu   sync.Mutex
	seen map[string]sighting
}

type sighting struct {
	content string
	at      time.Time
}

// still is how long the content under a name has been as it is.
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

// workPath is the folder of what is unfinished under a key.
func (s *Store) workPath(key string) (string, error) {
	if _, err := s.path(key); err != nil {
		return "", err
	}
	return filepath.Join(s.dir, workDir, key), nil
}

// Claim takes the lease of a key. Where another worker holds it the error is a
// HeldError; a holder whose process is gone, or whose lease this process has
// seen unchanged for 90 s, is replaced. To wait for a holder, ask again every
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
	for range 100 { // the folder may go, and others may come, between two looks at it
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return nil, err
		}
		gen, content, err := latestLease(dir)
		if err != nil {
			return nil, err
		}
		var h Holder
		readable := json.Unmarshal([]byte(content), &h) == nil
		if gen > 0 && !h.Released {
			still := s.seen.still(dir, fmt.Sprint(gen, content), time.Now())
			if still < s.ttl && !(readable && h.Gone()) {
				return nil, &HeldError{key, h}
			}
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
			// Between the look and the file others may have come, gone on to a higher number and taken this one away.
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

func removeIfThere(name string) error {
	if err := os.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func leaseFile(dir string, gen int) string { return filepath.Join(dir, fmt.Sprintf("lease.%d", gen)) }

// latestLease is the lease that counts: its number, 0 where there is none, and
// what it says.
func latestLease(dir string) (gen int, content string, err error) {
	for range 10 {
		list, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return 0, "", err
		}
		if gen, content, err = readLease(dir, list); !errors.Is(err, fs.ErrNotExist) {
			return gen, content, err
		}
		// Finished or taken over between the two looks.
	}
	// A network file system may list for a while what is gone. It says nothing then, as one being written does.
	return gen, "", nil
}

// readLease is latestLease of a folder that was listed just now; it says fs.ErrNotExist
// where that is no longer so.
func readLease(dir string, list []os.DirEntry) (gen int, content string, err error) {
	for _, e := range list {
		if n, ok := strings.CutPrefix(e.Name(), "lease."); ok {
			if n, err := strconv.Atoi(n); err == nil {
				gen = max(gen, n)
			}
		}
	}
	if gen == 0 {
		return 0, "", nil
	}
	data, err := os.ReadFile(leaseFile(dir, gen))
	return gen, string(data), err
}

// Holder is who works under a key now; ok is false where nobody does, as far
// as can be told without waiting.
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

// Beat renews the lease, saying how far the work is: any JSON, nil for what
// was said before. After ErrLost the work is another's.
func (l *Lease) Beat(progress any) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost != nil {
		return l.lost
	}
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
	// Not O_CREATE: a file that is gone was taken away by whoever took over.
	f, err := os.OpenFile(leaseFile(l.dir, l.gen), os.O_WRONLY|os.O_TRUNC, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// check says ErrLost where the lease is no longer the one that counts.
func (l *Lease) check() error {
	own, err := os.ReadFile(leaseFile(l.dir, l.gen))
	var h Holder
	_ = json.Unmarshal(own, &h) // a beat that was torn by a full disk names nobody, and so no other
	// Not only the next number: who took over may have looked at the folder before it was removed and made anew.
	last, _, lastErr := latestLease(l.dir)
	if errors.Is(err, fs.ErrNotExist) || h.Token != "" && h.Token != l.self.Token || lastErr == nil && last > l.gen {
		l.lost = fmt.Errorf("%s: %w", l.key, ErrLost)
		return l.lost
	}
	return nil
}

// Keep renews the lease every ten seconds until stop is called, for as long as
// alive says that the work moves. A holder that hangs so loses its lease.
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
				// A disk that is full now may not be at the next beat; the worker asks Lost.
				_ = l.Beat(progress)
			}
		}
	}()
	return sync.OnceFunc(func() { close(quit); <-done })
}

// Lost says, without a look at the disk, whether a beat found the lease gone.
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
	if l.lost != nil || l.check() != nil {
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

// Finish gives the lease back and removes the work folder, the entry being
// stored. A lease that was lost leaves the folder to its new holder.
func (l *Lease) Finish() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost != nil || l.check() != nil {
		return nil
	}
	l.lost = fmt.Errorf("%s: the work is finished", l.key)
	return os.RemoveAll(l.dir)
}
