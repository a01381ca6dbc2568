package sweep

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"coadapt/transfer"
	"coadapt/transfer/store"
)

func open(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// net parses a name.
func net(t testing.TB, name string) transfer.Net {
	t.Helper()
	n, err := transfer.ParseNet(name)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// priced makes plans with keys, as a Lab would: parents by their own key.
func priced(t testing.TB, names ...string) []*transfer.Plan {
	t.Helper()
	plans := map[transfer.Net]*transfer.Plan{}
	var all []*transfer.Plan
	for _, name := range names {
		n := net(t, name)
		key, err := store.Key(name)
		if err != nil {
			t.Fatal(err)
		}
		p := &transfer.Plan{Net: n, Key: key, Recipe: transfer.Recipe{Steps: 10, Batch: 2},
			Cost: transfer.Cost{
				TrainImage:  8,
				TestImage:   3,
				Tests:       1,
				Train:       160,
				Test:        15,
				WeightBytes: 100,
			}}
		if parent, ok := n.Parent(); ok {
			p.Parent = plans[parent]
		}
		plans[n], all = p, append(all, p)
	}
	return all
}

// finish puts a result under a net's key.
func finish(t testing.TB, s *store.Store, p *transfer.Plan, status transfer.Status) {
	t.Helper()
	r := transfer.Result{
		Net:       p.Net,
		Status:    status,
		Accuracy:  0.5,
		Loss:      1,
		TrainLoss: 0.5,
		Correct:   1,
		Tested:    2,
		Classes:   2,
		Seconds:   3,
		Key:       p.Key,
	}
	if status != transfer.OK {
		r.Reason = "the loss is NaN at step 7"
	}
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Put(p.Key, store.Files{"result.json": data}); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, s *store.Store, r Record) *Status {
	t.Helper()
	st, err := NewReader(s, r).Read()
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// TestPhases: every phase that a net can be in, from what the store has of it alone.
func TestPhases(t *testing.T) {
	s := open(t)
	plans := priced(t, "0/baseA", "0/baseB", "0/A1B", "0/B1B", "0/R1B", "0/R2B", "0/R3B")
	rec := NewRecord("nets", "shapes", "e", plans)
	finish(t, s, plans[0], transfer.OK)
	finish(t, s, plans[1], transfer.Diverged)
	held, err := s.Claim(plans[4].Key) // R1B, in training by this process
	if err != nil {
		t.Fatal(err)
	}
	if err := held.Beat(transfer.Progress{Net: net(t, "0/R1B"), Step: 4, Steps: 10, Loss: 1.5}); err != nil {
		t.Fatal(err)
	}
	for i, end := range []func(*store.Lease) error{
		func(l *store.Lease) error { return l.Fail("no memory", 3) },
		func(l *store.Lease) error { return l.Checkpoint(6, store.Files{"state.json": nil}) },
	} {
		l, err := s.Claim(plans[5+i].Key) // R2B failed, R3B stopped
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(end(l), l.Release()); err != nil {
			t.Fatal(err)
		}
	}
	st := read(t, s, rec)
	want := map[string]string{
		"0/baseA": "done", "0/baseB": "diverged: the loss is NaN at step 7", "0/A1B": "waiting",
		"0/B1B": "blocked: its parent 0/baseB diverged: the loss is NaN at step 7", "0/R1B": "running",
		"0/R2B": "failed: no memory", "0/R3B": "stopped",
	}
	for _, n := range st.Nets {
		got := n.Word()
		if n.Reason != "" {
			got += ": " + n.Reason
		}
		if got != want[n.Net.String()] {
			t.Errorf("%s: %q, want %q", n.Net, got, want[n.Net.String()])
		}
	}
	if n := st.Nets[4]; n.Step != 4 || n.Loss == nil || *n.Loss != 1.5 || !strings.Contains(n.Worker, "process") {
		t.Errorf("running net: %+v, want step 4 and loss 1.5 of its lease", n)
	}
	if n := st.Nets[6]; n.Step != 6 {
		t.Errorf("stopped net at step %d, want that of its checkpoint, 6", n.Step)
	}
	// Of seven nets of one cost: four ended, one at 4 and one at 6 of 10 steps.
	if want := (4 + 0.4 + 0.6) / 7; st.Share < want-1e-9 || st.Share > want+1e-9 {
		t.Errorf("share %v, want %v", st.Share, want)
	}
	// Two nets' cost is left, at the 3 s that the one that is OK took, by one worker.
	if want := 6 * time.Second; st.Left < want-time.Millisecond || st.Left > want+time.Millisecond {
		t.Errorf("%v left, want %v", st.Left, want)
	}
	if st.Finished() || st.Summary() != "2 of 7 done, 1 running, 1 stopped, 1 waiting, 1 failed, 1 blocked" {
		t.Errorf("finished %v, %q", st.Finished(), st.Summary())
	}
}

// TestBrokenEntry: an entry whose digest is wrong is not done, and status goes on.
func TestBrokenEntry(t *testing.T) {
	s := open(t)
	plans := priced(t, "0/baseA", "0/baseB")
	for _, p := range plans {
		finish(t, s, p, transfer.OK)
	}
	key := plans[0].Key
	if err := os.WriteFile(filepath.Join(s.Dir(), "entries", key[:2], key, "result.json"), []byte("{}"),
		0o644); err != nil {
		t.Fatal(err)
	}
	st := read(t, s, NewRecord("nets", "x", "e", plans))
	if st.Nets[0].Phase != Waiting || !strings.Contains(st.Nets[0].Reason, "result.json") || st.Nets[1].Phase != Done {
		t.Errorf("%+v", st.Nets)
	}
}

// TestRecords: the same nets are the same run; runs are found by the beginning of their name and by who worked last.
func TestRecords(t *testing.T) {
	s := open(t)
	if _, err := Load(s, ""); err == nil || !strings.Contains(err.Error(), "coadapt run") {
		t.Errorf("no run: %v", err)
	}
	a := NewRecord("mini", "my pictures!", "e", priced(t, "0/baseA", "0/baseB"))
	b := NewRecord("mini", "my pictures!", "e", priced(t, "0/baseA"))
	if same := NewRecord("mini", "my pictures!", "e", priced(t, "0/baseB", "0/baseA")); same.ID != a.ID ||
		a.ID == b.ID ||
		!strings.HasPrefix(a.ID, "mini-my-pictures-") {
		t.Errorf("%s, %s in another order, %s with fewer nets", a.ID, same.ID, b.ID)
	}
	for i, r := range []Record{a, b} {
		if err := r.Save(s); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(time.Duration(i-5) * time.Hour)
		if err := os.Chtimes(filepath.Join(Folder(s, r.ID), workersDir), at, at); err != nil {
			t.Fatal(err)
		}
	}
	for id, want := range map[string]string{"": b.ID, a.ID: a.ID, b.ID[:len(b.ID)-1]: b.ID} {
		got, err := Load(s, id)
		if err != nil || got.ID != want || got.Nets[0].Net != net(t, "0/baseA") {
			t.Errorf("%q: %s, %v; want %s", id, got.ID, err, want)
		}
	}
	for id, want := range map[string]string{"mini": "begins the names of", "other": "no such run"} {
		if _, err := Load(s, id); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", id, err, want)
		}
	}
	// A record that was torn is written again by the next start.
	file := filepath.Join(Folder(s, a.ID), recordFile)
	for _, text := range []string{`{"id":`, ""} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if got, err := Load(s, a.ID); err != nil || got.ID != a.ID || len(got.Nets) != 0 ||
			!strings.Contains(got.Torn, recordFile) {
			t.Errorf("torn %q: %+v, %v", text, got, err)
		}
		if got, err := Load(s, ""); err != nil || got.ID == a.ID || got.Torn != "" {
			t.Errorf("torn %q: the last run is %+v, %v; want one that can be read", text, got, err)
		}
	}
	if err := a.Save(s); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// So is one in which a bit flipped and that still reads well.
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), "0/baseB", "0/baseA", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := a.Save(s); err != nil {
		t.Fatal(err)
	}
	if got, err := Load(s, a.ID); err != nil || !slices.Equal(got.Nets, a.Nets) {
		t.Errorf("%+v, %v; want %+v", got.Nets, err, a.Nets)
	}
}

// TestWorker: a worker is seen while it works, hears that it should stop, and later ones do not hear of it.
func TestWorker(t *testing.T) {
	s := open(t)
	rec := NewRecord("nets", "x", "e", priced(t, "0/baseA"))
	if err := rec.Save(s); err != nil {
		t.Fatal(err)
	}
	w, ctx, err := Begin(t.Context(), s, rec)
	if err != nil {
		t.Fatal(err)
	}
	w.Event(transfer.Event{
		Progress: transfer.Progress{Net: rec.Nets[0].Net, Step: 3, Steps: 10, Loss: 2, ImagesPerSecond: 50},
	})
	if err := w.save(); err != nil {
		t.Fatal(err)
	}
	st := read(t, s, rec)
	if len(st.Workers) != 1 || st.Workers[0].PID != os.Getpid() || st.Nets[0].Phase != Running ||
		st.Nets[0].Step != 3 ||
		st.Nets[0].Rate != 50 {
		t.Errorf("%+v", st)
	}
	w.Event(transfer.Event{Progress: transfer.Progress{Net: rec.Nets[0].Net}, Ended: true})
	if err := w.save(); err != nil {
		t.Fatal(err)
	}
	if st := read(t, s, rec); st.Nets[0].Phase != Waiting {
		t.Errorf("ended, and still %s", st.Nets[0].Phase)
	}
	if err := Stop(s, rec.ID); err != nil {
		t.Fatal(err)
	}
	<-ctx.Done()
	if context.Cause(ctx) != ErrStopped {
		t.Errorf("cause %v", context.Cause(ctx))
	}
	if err := w.End(); err != nil {
		t.Fatal(err)
	}
	if st := read(t, s, rec); len(st.Workers) != 0 {
		t.Errorf("%d workers after the end", len(st.Workers))
	}
	w, ctx, err = Begin(t.Context(), s, rec)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(3 * tick / 2) // it has looked at the old request once by now
	if ctx.Err() != nil {
		t.Error("a request made before it began stops a worker")
	}
	if err := w.End(); err != nil {
		t.Fatal(err)
	}
}

// TestDeadWorkers: one whose process is gone is left out at once, one of another machine when it was silent for long.
func TestDeadWorkers(t *testing.T) {
	s := open(t)
	rec := NewRecord("nets", "x", "e", priced(t, "0/baseA"))
	if err := rec.Save(s); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(Folder(s, rec.ID), workersDir)
	dead, far, old := WorkerState{Process: store.ThisProcess()}, WorkerState{}, WorkerState{}
	dead.PID, dead.Process.Began = 1<<22+1, "1" // above the largest process number of Linux
	far.Host, old.Host = "elsewhere", "long-ago"
	for name, w := range map[string]WorkerState{"dead.json": dead, "far.json": far, "old.json": old} {
		if err := writeJSON(filepath.Join(dir, name), w); err != nil {
			t.Fatal(err)
		}
	}
	at := time.Now().Add(-2 * silence)
	if err := os.Chtimes(filepath.Join(dir, "old.json"), at, at); err != nil {
		t.Fatal(err)
	}
	all, err := Workers(s, rec.ID)
	if err != nil || len(all) != 1 || all[0].Host != "elsewhere" {
		t.Errorf("%+v, %v; want the one elsewhere", all, err)
	}
	w, _, err := Begin(t.Context(), s, rec)
	if err != nil {
		t.Fatal(err)
	}
	if list, err := filepath.Glob(filepath.Join(dir, "*.json")); err != nil || len(list) != 3 ||
		slices.Contains(list, filepath.Join(dir, "dead.json")) {
		t.Errorf("%v, %v; want the dead one of this machine buried", list, err)
	}
	if err := os.RemoveAll(Folder(s, rec.ID)); err != nil {
		t.Fatal(err)
	}
	if err := w.End(); err != nil {
		t.Errorf("the run's folder was removed: %v", err)
	}
}
