package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// wantState compares all but the holder and the time.
func wantState(t *testing.T, s *Store, when string, want State) State {
	t.Helper()
	got, err := s.State(key)
	if err != nil {
		t.Fatal(err)
	}
	bare := got
	if bare.Holder, bare.Heard = (Holder{}), (time.Time{}); fmt.Sprint(bare) != fmt.Sprint(want) {
		t.Errorf("%s: %+v, want %+v", when, bare, want)
	}
	return got
}

// TestState follows a key from never begun to stored.
func TestState(t *testing.T) {
	s := open(t)
	wantState(t, s, "at first", State{Status: None})
	l, err := s.Claim(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Beat(map[string]int{"step": 7}); err != nil {
		t.Fatal(err)
	}
	st := wantState(t, s, "claimed", State{Status: Running})
	if st.Holder.PID != os.Getpid() || string(st.Holder.Progress) != `{"step":7}` ||
		time.Since(st.Heard) > time.Minute {
		t.Errorf("holder %+v heard at %v, want this process at step 7 just now", st.Holder, st.Heard)
	}
	for _, step := range []int{5, 40} {
		if err := l.Checkpoint(step, Files{"state": nil}); err != nil {
			t.Fatal(err)
		}
	}
	wantState(t, s, "with checkpoints", State{Status: Running, Step: 40})
	if err := l.Fail("the machine caught fire", 2); err != nil {
		t.Fatal(err)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	failed := State{Status: Failed, Step: 40, Failure: "the machine caught fire", Tries: 2}
	if st := wantState(t, s, "failed", failed); st.Holder.PID != os.Getpid() {
		t.Errorf("who failed is %+v, want this process", st.Holder)
	}
	if l.Fail("again", 3) == nil {
		t.Error("one that gave the lease back noted a failure")
	}
	if l, err = s.Claim(key); err != nil {
		t.Fatal(err)
	}
	wantState(t, s, "tried again", State{Status: Running, Step: 40})
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	if st := wantState(t, s, "given back", State{Status: Stopped, Step: 40}); st.Holder.PID != os.Getpid() {
		t.Errorf("who stopped is %+v, want this process", st.Holder)
	}
	if err := s.Put(key, Files{"f": nil}); err != nil {
		t.Fatal(err)
	}
	wantState(t, s, "in the end", State{Status: Stored})
	if left, err := os.ReadDir(filepath.Join(s.Dir(), stageDir)); err != nil || len(left) != 0 {
		t.Errorf("stage holds %v, %v", left, err)
	}
	if _, err := s.State("../../etc"); err == nil {
		t.Error("a path was taken for a key")
	}
}

// TestStateOfTheDead: a holder here that is dead is known at once, one elsewhere when it was seen silent for the time.
func TestStateOfTheDead(t *testing.T) {
	s := open(t)
	l, err := s.Claim(key)
	if err != nil {
		t.Fatal(err)
	}
	living := l.self
	if living.Space == "" {
		t.Log("this system does not tell processes apart")
	} else {
		l.self.PID, l.self.Began = 1<<22+1, "1" // above the largest process number of Linux
		if err := l.Beat(nil); err != nil {
			t.Fatal(err)
		}
		wantState(t, s, "dead here", State{Status: Stopped})
	}
	l.self.Host = "elsewhere"
	if err := l.Beat(nil); err != nil {
		t.Fatal(err)
	}
	if st := wantState(t, s, "elsewhere", State{Status: Running}); st.Holder.Host != "elsewhere" {
		t.Errorf("holder %+v", st.Holder)
	}
	s.ttl = 0 // so that it is silent at the second look
	if st := wantState(t, s, "silent", State{Status: Stopped}); st.Holder.Host != "elsewhere" {
		t.Errorf("last holder %+v", st.Holder)
	}
}

// TestStateOfDamage: what is torn is said or taken for somebody's, never for nothing.
func TestStateOfDamage(t *testing.T) {
	s := open(t)
	l, err := s.Claim(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(leaseFile(l.dir, l.gen), []byte(`{"host":`), 0o644); err != nil {
		t.Fatal(err)
	}
	wantState(t, s, "a lease being written", State{Status: Running})
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	for _, torn := range []string{"{", ""} {
		if err := os.WriteFile(filepath.Join(l.dir, failedFile), []byte(torn), 0o644); err != nil {
			t.Fatal(err)
		}
		if st, err := s.State(key); err != nil || st.Status != Failed || !strings.Contains(st.Failure, failedFile) {
			t.Errorf("a torn note %q: %+v, %v; want a failure whose reason names the note", torn, st, err)
		}
	}
	again, err := s.Claim(key)
	if err != nil {
		t.Fatal(err)
	}
	wantState(t, s, "claimed again", State{Status: Running})
	third, err := takeOver(s)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Fail("late", 1); !errors.Is(err, ErrLost) {
		t.Errorf("the failure of a replaced holder: %v, want ErrLost", err)
	}
	if err := third.Release(); err != nil {
		t.Fatal(err)
	}
	wantState(t, s, "after all", State{Status: Stopped})
}

// takeOver claims as if the holder had been silent for too long.
func takeOver(s *Store) (*Lease, error) {
	other := &Store{dir: s.dir}
	return other.Claim(key)
}

// TestStateIsJSON: a status prints it.
func TestStateIsJSON(t *testing.T) {
	for want, st := range map[string]State{
		`{"status":"none","step":0}`: {Status: None},
		`{"status":"failed","step":3,"failure":"no disk","tries":2}`: {Status: Failed, Step: 3, Failure: "no disk",
			Tries: 2},
	} {
		if got, err := json.Marshal(st); err != nil || string(got) != want {
			t.Errorf("%s, %v; want %s", got, err, want)
		}
	}
}

// BenchmarkState asks for the state of keys of which a third each is stored, unfinished and not begun: what it
// reports as µs/key must not grow with their number.
func BenchmarkState(b *testing.B) {
	for _, size := range []int{10, 100, 1000, 10000} {
		b.Run(fmt.Sprintf("keys=%d", size), func(b *testing.B) {
			s, err := Open(b.TempDir())
			if err != nil {
				b.Fatal(err)
			}
			keys := make([]string, size)
			for i := range keys {
				if keys[i], err = Key(i); err != nil {
					b.Fatal(err)
				}
				switch i % 3 {
				case 0:
					err = s.Put(keys[i], Files{"f": nil})
				case 1:
					var l *Lease
					if l, err = s.Claim(keys[i]); err == nil {
						err = l.Checkpoint(3, Files{"f": nil})
					}
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			for b.Loop() {
				for _, k := range keys {
					if _, err := s.State(k); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*size), "µs/key")
		})
	}
}

// TestTidy: what a worker left that ended between its entry and the end of its work goes with the next look; that of an
// unfinished net and that of a live worker stay.
func TestTidy(t *testing.T) {
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.Claim(key)
	if err != nil {
		t.Fatal(err)
	}
	there := func(want bool, when string) {
		t.Helper()
		if err := s.Tidy(key); err != nil {
			t.Errorf("%s: %v", when, err)
		}
		if _, err := os.Stat(l.dir); (err == nil) != want {
			t.Errorf("%s: %v, want it there %v", when, err, want)
		}
	}
	if err := l.Checkpoint(1, Files{"f": []byte("x")}); err != nil {
		t.Fatal(err)
	}
	there(true, "unfinished")
	if err := s.Put(key, Files{"f": []byte("x")}); err != nil {
		t.Fatal(err)
	}
	there(true, "its worker is about to finish")
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	there(false, "its worker is gone")
}
