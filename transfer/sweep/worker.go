package sweep

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"coadapt/transfer"
	"coadapt/transfer/store"
)

const (
	workersDir = "workers"
	stopFile   = "stop"
	tick       = time.Second
	slowSave   = 10 * time.Second // how often an old worker renews its file
	slowAsk    = 3 * time.Second  // how often it looks whether it is to stop
)

// Worker is a process that works on a run. It keeps a file that says so, renews it
// and listens for requests to stop: once a second at first, and less often as it grows older ([pace]).
type Worker struct {
	dir, file string
	asked     string // the request to stop that was there when the work began

	mu    sync.Mutex
	state WorkerState

	quit context.CancelFunc
	done chan struct{}
}

// WorkerState is what a worker reports about itself.
type WorkerState struct {
	store.Process
	Since time.Time           `json:"since"`
	Beat  int                 `json:"beat"` // grows while the process lives
	Nets  []transfer.Progress `json:"nets"` // being trained
	Left  time.Duration       `json:"left"` // this process's estimate of the time that it still needs; 0: unknown
	Said  string              `json:"said,omitempty"`
}

// ErrStopped is the cause of a context that ended because of a request to stop.
var ErrStopped = errors.New("stopped by coadapt stop")

// Begin registers this process as a worker of a run, and removes workers of this machine that were killed. The returned
// context ends when the run is asked to stop ([Stop]).
func Begin(ctx context.Context, s *store.Store, r Record) (*Worker, context.Context, error) {
	self := store.ThisProcess()
	w := &Worker{dir: Folder(s, r.ID), done: make(chan struct{}),
		state: WorkerState{Process: self, Since: time.Now().UTC()}}
	w.file = filepath.Join(w.dir, workersDir, fmt.Sprintf("%s-%d.json", slug(self.Host), self.PID))
	w.asked = asked(w.dir)
	bury(filepath.Join(w.dir, workersDir))
	if err := w.save(); err != nil {
		return nil, nil, fmt.Errorf("run %s: %w", r.ID, err)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	live, quit := context.WithCancel(context.Background())
	w.quit = quit
	go w.keep(live, cancel)
	return w, ctx, nil
}

// bury removes the files of workers that have certainly ended. A file that cannot be removed does no harm.
func bury(dir string) {
	list, _ := os.ReadDir(dir)
	for _, e := range list {
		file := filepath.Join(dir, e.Name())
		var w WorkerState
		if data, err := os.ReadFile(file); err == nil && json.Unmarshal(data, &w) == nil && w.Gone() {
			_ = os.Remove(file)
		}
	}
}

// keep renews the worker's file. If it cannot be written, the work goes on.
func (w *Worker) keep(live context.Context, stop context.CancelCauseFunc) {
	defer close(w.done)
	t := time.NewTicker(tick)
	defer t.Stop()
	began := time.Now()
	saved, looked := began, began
	for {
		now := began
		select {
		case <-live.Done():
			return
		case now = <-t.C:
		}
		if now.Sub(saved) >= pace(now.Sub(began), slowSave) {
			saved = now
			_ = w.save()
		}
		if now.Sub(looked) < pace(now.Sub(began), slowAsk) {
			continue
		}
		looked = now
		if request := asked(w.dir); request != "" && request != w.asked {
			stop(ErrStopped)
		}
	}
}

// pace is how much time a worker of an age lets pass between two looks at the file system: a sixtieth of its age,
// within a second and most, less what a ticker may be early. So many workers of nets that take hours leave a shared
// file system alone.
func pace(age, most time.Duration) time.Duration { return min(max(age/60, tick), most) - tick/10 }

// Asked identifies the last request to stop a run: it changes with each [Stop], and is "" before the first.
func Asked(s *store.Store, id string) string { return asked(Folder(s, id)) }

// asked reads the request to stop from a run's folder; "" without one.
func asked(dir string) string {
	data, _ := os.ReadFile(filepath.Join(dir, stopFile)) // if this fails, there is none, or it is read a second later
	return string(data)
}

// save writes the worker's file. The file system may take its time: nobody who reports waits for it.
func (w *Worker) save() error {
	w.mu.Lock()
	w.state.Beat++
	data, err := json.MarshalIndent(w.state, "", " ")
	w.mu.Unlock()
	if err != nil {
		return err
	}
	return replace(w.file, data)
}

// replace replaces a file atomically, without a sync: after a power cut no worker needs its file.
func replace(file string, data []byte) (err error) {
	stage := file + "." + rand.Text()
	if err = os.WriteFile(stage, append(data, '\n'), 0o666); err == nil {
		err = os.Rename(stage, file)
	}
	if err != nil {
		_ = os.Remove(stage) // it may not exist
	}
	return err
}

// Event receives what a Lab reports.
func (w *Worker) Event(e transfer.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if e.Total > 0 {
		w.state.Left = e.Left
	}
	at := slices.IndexFunc(w.state.Nets, func(p transfer.Progress) bool { return p.Net == e.Net })
	switch {
	case e.Ended:
		if at >= 0 {
			w.state.Nets = slices.Delete(w.state.Nets, at, at+1)
		}
	case e.Steps > 0:
		if at < 0 {
			w.state.Nets = append(w.state.Nets, e.Progress)
		} else {
			w.state.Nets[at] = e.Progress
		}
		w.state.Said = ""
	case e.Images > 0:
		w.state.Said = fmt.Sprintf("reading images: %d of %d", e.Decoded, e.Images)
	}
}

// End removes this process from the run's workers.
func (w *Worker) End() error {
	w.quit()
	<-w.done
	if err := os.Remove(w.file); !errors.Is(err, fs.ErrNotExist) { // a run's folder may be removed at any time
		return err
	}
	return nil
}

// Workers lists the processes that work on a run, without those that have died. Of
// a process on another machine only its silence tells, so it is listed for a while.
func Workers(s *store.Store, id string) ([]WorkerState, error) {
	dir := filepath.Join(Folder(s, id), workersDir)
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("run %s: %w", id, err)
	}
	var all []WorkerState
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".json") {
			continue // being written
		}
		file := filepath.Join(dir, e.Name())
		var w WorkerState
		data, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue // ended just now
		}
		if err != nil || json.Unmarshal(data, &w) != nil {
			continue
		}
		silent := w.Gone()
		if info, err := e.Info(); err == nil && !silent && time.Since(info.ModTime()) > silence {
			silent = true
		}
		if !silent {
			all = append(all, w)
		}
	}
	return all, nil
}

// silence is how long a worker may be silent: file servers may show a change late, and their clocks differ.
const silence = 5 * time.Minute

// Stop asks all workers of a run, wherever they are, to finish their step, keep a
// checkpoint and end. It does not wait. Workers that begin later are not asked.
func Stop(s *store.Store, id string) error {
	return writeJSON(filepath.Join(Folder(s, id), stopFile), struct {
		At   time.Time     `json:"at"`
		From store.Process `json:"from"`
	}{time.Now().UTC(), store.ThisProcess()})
}
