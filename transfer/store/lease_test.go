package store

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// other claims in the name of a process of another machine.
func other(t *testing.T, s *Store) *Lease {
	t.Helper()
	l, err := s.Claim(key)
	if err != nil {
		t.Fatal(err)
	}
	l.self.Host = "elsewhere"
	if err := l.Beat(nil); err != nil {
		t.Fatal(err)
	}
	return l
}

func TestOneHolder(t *testing.T) {
	s := open(t)
	l, err := s.Claim(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Beat(map[string]int{"step": 7}); err != nil {
		t.Fatal(err)
	}
	_, err = s.Claim(key)
	var held *HeldError
	if !errors.As(err, &held) || held.Holder.PID != os.Getpid() || held.Holder.Beat != 1 ||
		string(held.Holder.Progress) != `{"step":7}` {
		t.Fatalf("claimed twice: %v, want HeldError with this process, one beat and step 7", err)
	}
	if h, ok := s.Holder(key); !ok || h.Beat != 1 {
		t.Errorf("holder %v, %v", h, ok)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Holder(key); ok {
		t.Error("a lease that was given back has a holder")
	}
	if l.Beat(nil) == nil {
		t.Error("a lease that was given back was renewed")
	}
	again, err := s.Claim(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Finish(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(filepath.Join(s.Dir(), workDir)); err != nil || len(left) != 0 {
		t.Errorf("after Finish: %v, %v", left, err)
	}
}

// TestOnlyOneOfManyWins: of many that claim at once, and again of many that take a dead holder's lease over, one holds.
func TestOnlyOneOfManyWins(t *testing.T) {
	s := open(t)
	for _, round := range []string{"new", "dead holder"} {
		var wg sync.WaitGroup
		won := make(chan *Lease, 50)
		for range 50 {
			wg.Go(func() {
				l, err := s.Claim(key)
				var held *HeldError
				if err == nil {
					won <- l
				} else if !errors.As(err, &held) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if len(won) != 1 {
			t.Fatalf("%s: %d hold the lease, want 1", round, len(won))
		}
		l := <-won
		l.self.PID, l.self.Began = 1<<22+1, "1" // above the largest process number of Linux
		if err := l.Beat(nil); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFinishAmongMany: a key is asked for all the time while its holder finishes. The holder's Finish succeeds, those
// who get the lease after it can give it back, and no work folder stays.
func TestFinishAmongMany(t *testing.T) {
	s := open(t)
	for range 100 {
		l, err := s.Claim(key)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Checkpoint(1, Files{"state.json": nil}); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		var over atomic.Bool
		for range 4 {
			all.Go(func() {
				for !over.Load() {
					late, err := s.Claim(key)
					var held *HeldError
					if errors.As(err, &held) {
						continue
					}
					if err == nil {
						err = late.Finish()
					}
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		err = l.Finish()
		over.Store(true)
		all.Wait()
		if err != nil {
			t.Fatal(err)
		}
		for _, dir := range []string{workDir, stageDir} {
			if left, err := os.ReadDir(filepath.Join(s.dir, dir)); err != nil || len(left) > 0 {
				t.Fatalf("%s holds %v, %v", dir, left, err)
			}
		}
	}
}

// TestSilentHolder: a holder elsewhere is replaced after its lease stood still for the time, and finds out.
func TestSilentHolder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t)
		first := other(t, s)
		var held *HeldError
		if _, err := s.Claim(key); !errors.As(err, &held) {
			t.Fatalf("claimed from a holder seen for the first time: %v", err)
		}
		time.Sleep(2 * s.ttl)
		if err := first.Beat(nil); err != nil { // it lives
			t.Fatal(err)
		}
		if _, err := s.Claim(key); !errors.As(err, &held) {
			t.Fatalf("claimed from a holder that moved: %v", err)
		}
		time.Sleep(2 * s.ttl)
		second, err := s.Claim(key)
		if err != nil {
			t.Fatalf("not claimed from a silent holder: %v", err)
		}
		for what, err := range map[string]error{"beat": first.Beat(nil),
			"checkpoint": first.Checkpoint(1, Files{"f": nil})} {
			if !errors.Is(err, ErrLost) {
				t.Errorf("%s of a replaced holder: %v, want ErrLost", what, err)
			}
		}
		if !first.Lost() {
			t.Error("a replaced holder does not know")
		}
		if err := errors.Join(first.Release(), first.Finish()); err != nil {
			t.Error(err)
		}
		if err := second.Beat(nil); err != nil {
			t.Errorf("the replaced holder's end took the lease along: %v", err)
		}
	})
}

// TestLateClaim: a worker that was about to take lease 4 over when the folder went and came again makes lease.5 beside
// lease.1. Its holder notices.
func TestLateClaim(t *testing.T) {
	s := open(t)
	first, err := s.Claim(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(leaseFile(first.dir, 5), []byte(`{"token":"late"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := first.Beat(nil); !errors.Is(err, ErrLost) {
		t.Errorf("%v, want ErrLost", err)
	}
}

// TestSetLease: the time and the beat change together, and none is so short that a slow disk would cost a lease.
func TestSetLease(t *testing.T) {
	s := open(t)
	if err := s.SetLease(9 * time.Second); err != nil || s.ttl != 9*time.Second || s.beat != time.Second {
		t.Errorf("%v: lease %v, beat %v; want 9s and a ninth of it", err, s.ttl, s.beat)
	}
	if err := s.SetLease(time.Millisecond); err == nil || s.ttl != 9*time.Second {
		t.Errorf("%v: lease %v; want a refusal and 9s as before", err, s.ttl)
	}
}

// TestReturnAfterAll: a holder that slept through another's whole work does not mistake a third one's lease for its
// own, though it has the same number.
func TestReturnAfterAll(t *testing.T) {
	s := open(t)
	s.ttl = 0
	first := other(t, s)
	second, err := s.Claim(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Finish(); err != nil {
		t.Fatal(err)
	}
	third, err := s.Claim(key)
	if err != nil {
		t.Fatal(err)
	}
	if third.gen != first.gen {
		t.Fatalf("numbers %d and %d, the test wants them equal", third.gen, first.gen)
	}
	if err := first.Beat(nil); !errors.Is(err, ErrLost) {
		t.Errorf("%v, want ErrLost", err)
	}
	if err := third.Beat(nil); err != nil {
		t.Error(err)
	}
}

// TestDeadProcess: the lease of a process of this machine that was killed is free at once.
func TestDeadProcess(t *testing.T) {
	if thisProcess().Space == "" {
		t.Skip("this system does not tell processes apart")
	}
	s := open(t)
	sleeper := exec.Command("sleep", "60")
	if err := sleeper.Start(); err != nil {
		t.Fatal(err)
	}
	l, err := s.Claim(key)
	if err != nil {
		t.Fatal(err)
	}
	l.self.PID = sleeper.Process.Pid
	l.self.Began, _ = began(l.self.PID)
	if err := l.Beat(nil); err != nil {
		t.Fatal(err)
	}
	var held *HeldError
	if _, err := s.Claim(key); !errors.As(err, &held) {
		t.Fatalf("claimed from a living process: %v", err)
	}
	if err := sleeper.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = sleeper.Wait() // it was killed
	if _, err := s.Claim(key); err != nil {
		t.Errorf("not claimed from a dead process: %v", err)
	}
}

// TestKeep: the lease is renewed while the work moves, and lost when it does not. The clock is synctest's, so a machine
// that stalls is no holder that does.
func TestKeep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t)
		l := other(t, s)
		var still atomic.Bool
		stop := l.Keep(func() (any, bool) { return nil, !still.Load() })
		defer stop()
		var held *HeldError
		for range 10 {
			if _, err := s.Claim(key); !errors.As(err, &held) {
				t.Fatalf("claimed from one that moves: %v", err)
			}
			time.Sleep(s.ttl / 2)
		}
		time.Sleep(s.beat / 2) // between two beats
		still.Store(true)
		if _, err := s.Claim(key); !errors.As(err, &held) {
			t.Fatalf("claimed from one that has just moved: %v", err)
		}
		time.Sleep(s.ttl - s.beat)
		if _, err := s.Claim(key); !errors.As(err, &held) {
			t.Fatalf("claimed %v after the last look at a change: %v", s.ttl-s.beat, err)
		}
		time.Sleep(2 * s.beat)
		if _, err := s.Claim(key); err != nil {
			t.Fatalf("one that stands still keeps its lease: %v", err)
		}
		still.Store(false)
		time.Sleep(2 * s.beat)
		if !l.Lost() {
			t.Fatal("it does not find out")
		}
	})
}

func TestCheckpoints(t *testing.T) {
	s := open(t)
	l, err := s.Claim(key)
	if err != nil {
		t.Fatal(err)
	}
	if step, files, faults, err := l.Latest(); step != 0 || files != nil || faults != nil || err != nil {
		t.Errorf("none: %d %v %v %v", step, files, faults, err)
	}
	for step := range 5 {
		if err := l.Checkpoint(10*step, Files{"state": {byte(step)}}); err != nil {
			t.Fatal(err)
		}
	}
	if all, err := l.checkpoints(); err != nil || len(all) != keptCheckpoints {
		t.Errorf("%v, %v: want %d", all, err, keptCheckpoints)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	next, err := s.Claim(key)
	if err != nil {
		t.Fatal(err)
	}
	if step, files, faults, err := next.Latest(); step != 40 || files["state"][0] != 4 || faults != nil || err != nil {
		t.Errorf("last: %d %v %v %v", step, files, faults, err)
	}
	// The last is torn: the one before it counts, and the torn one is named.
	if err := os.WriteFile(filepath.Join(next.dir, "step-000000040", "state"), []byte{9}, 0o644); err != nil {
		t.Fatal(err)
	}
	step, files, faults, err := next.Latest()
	if step != 30 || files["state"][0] != 3 || err != nil || len(faults) != 1 ||
		!strings.Contains(faults[0].Error(), "step-000000040") {
		t.Errorf("torn: %d %v %v %v, want step 30 and one fault", step, files, faults, err)
	}
	if err := os.Remove(filepath.Join(next.dir, "step-000000030", digestsFile)); err != nil {
		t.Fatal(err)
	}
	if step, files, faults, err := next.Latest(); step != 0 || files != nil || err != nil || len(faults) != 1 {
		t.Errorf("all torn: %d %v %v %v", step, files, faults, err)
	}
}

func TestLog(t *testing.T) {
	s := open(t)
	l, err := s.Claim(key)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"one", "two\n"} {
		if err := l.Log(line); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := s.Log(key); err != nil || string(got) != "one\ntwo\n" {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := s.Log("ffffffffffff"); err != nil || got != nil {
		t.Errorf("no log: %q, %v", got, err)
	}
}
