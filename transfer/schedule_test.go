package transfer

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"coadapt/gomlxnet/arch"
	"coadapt/transfer/store"
)

// unit is the cost of nets by their number of layers that learn.
func unit(n Net) float64 {
	if n.Treatment.Frozen() {
		return float64(8 - n.N)
	}
	return 8
}

func no(arch.Cut) bool { return false }

// shapeOf is the cut of a net in an arch of seven cuts.
func shapeOf(n Net) arch.Cut { return n.Treatment.cut(n.N, 7).Learning() }

// drain takes everything from a schedule in the order in which one worker would.
func drain(t *testing.T, s *schedule) (order []string) {
	t.Helper()
	for s.left > 0 {
		j, wait := s.next(time.Now(), no, no)
		if j == nil {
			t.Fatalf("%d left and none ready, wait %v", s.left, wait)
		}
		order = append(order, j.net.String())
		s.finish(j)
	}
	return order
}

// TestScheduleOrder: the longest chain first, parents before children, parents that nobody asked for added once.
func TestScheduleOrder(t *testing.T) {
	s := newSchedule([]Net{net(t, "0/R1B"), net(t, "0/A2B"), net(t, "0/A5B+"), net(t, "0/B6B"), net(t, "0/B1B")}, unit,
		shapeOf)
	silent := 0
	for _, j := range s.ready {
		if j.silent {
			silent++
		}
	}
	if silent != 2 || s.left != 7 || s.total != 7+6+8+2+7+8+8 {
		t.Errorf("%d silent, %d jobs of cost %v; want 2, 7 and 46", silent, s.left, s.total)
	}
	// baseA leads to A5B+ (16), baseB to B1B (15); then by what is left of their own.
	want := []string{"0/baseA", "0/baseB", "0/A5B+", "0/R1B", "0/B1B", "0/A2B", "0/B6B"}
	if got := drain(t, s); !slices.Equal(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}
}

// TestScheduleOfGenerations: AnB+p waits for its AnB, which waits for its base; each is added once.
func TestScheduleOfGenerations(t *testing.T) {
	s := newSchedule([]Net{net(t, "0/A7B+p"), net(t, "0/A7B"), net(t, "0/A6B+p")}, unit, shapeOf)
	if s.left != 5 || s.total != 8+1+8+2+8 {
		t.Errorf("%d jobs of cost %v, want 5 of 27", s.left, s.total)
	}
	// A6B leads to more than A7B.
	want := []string{"0/baseA", "0/A6B", "0/A7B", "0/A7B+p", "0/A6B+p"}
	if got := drain(t, s); !slices.Equal(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}
}

// TestScheduleAffinity: a worker takes what it has compiled, else what nobody has.
func TestScheduleAffinity(t *testing.T) {
	s := newSchedule([]Net{net(t, "0/R1B"), net(t, "0/R2B"), net(t, "0/R3B")}, unit, shapeOf)
	is := func(n int) func(arch.Cut) bool { return func(shape arch.Cut) bool { return shape.N == n } }
	for i, want := range []string{"0/R3B", "0/R2B", "0/R1B"} {
		j, _ := s.next(time.Now(), is([]int{3, 9, 9}[i]), is([]int{3, 1, 1}[i]))
		if j == nil || j.net.String() != want {
			t.Errorf("%d: %+v, want %s", i, j, want)
		}
	}
}

// TestScheduleWaits: what must wait is passed over, and its time is known.
func TestScheduleWaits(t *testing.T) {
	s := newSchedule([]Net{net(t, "0/R1B"), net(t, "0/R2B")}, unit, shapeOf)
	now := time.Now()
	s.ready[0].waits = now.Add(time.Minute)
	if j, _ := s.next(now, no, no); j == nil || j.net.N != 2 {
		t.Errorf("%+v, want R2B", j)
	}
	if j, wait := s.next(now, no, no); j != nil || !wait.Equal(now.Add(time.Minute)) {
		t.Errorf("%+v until %v, want none until the minute is over", j, wait)
	}
	if j, _ := s.next(now.Add(time.Hour), no, no); j == nil {
		t.Error("not ready when its time has come")
	}
}

// collect runs a curve to its end.
func collect(t *testing.T, l *Lab, nets ...string) (map[string]Result, error) {
	t.Helper()
	var list []Net
	for _, n := range nets {
		list = append(list, net(t, n))
	}
	out := make(map[string]Result)
	for r, err := range l.Curve(t.Context(), list) {
		if err != nil {
			return out, err
		}
		out[r.Net.String()] = r
	}
	return out, nil
}

// failing makes training of the nets whose name has a part fail that many times.
func failing(l *Lab, part string, times int) (tried map[string]int) {
	tried = make(map[string]int)
	var mu sync.Mutex
	run := l.run
	l.pause = time.Millisecond
	l.run = func(ctx context.Context, w *slot, p *Plan, donor *donated, k *keeper) (*outcome, error) {
		mu.Lock()
		tried[p.Net.String()]++
		fails := strings.Contains(p.Net.String(), part) && tried[p.Net.String()] <= times
		mu.Unlock()
		if fails {
			return nil, errors.New("the machine caught fire")
		}
		return run(ctx, w, p, donor, k)
	}
	return tried
}

// TestFailedNetDoesNotStopItsSiblings: a net that fails each time is a result with its reason, its children are
// blocked, and all others are trained.
func TestFailedNetDoesNotStopItsSiblings(t *testing.T) {
	cfg := tiny(t)
	cfg.Workers = 2
	l := lab(t, cfg)
	tried := failing(l, "baseA", 99)
	got, err := collect(t, l, "baseB", "A1B", "A2B+", "B3B", "R1B")
	if err != nil {
		t.Fatal(err)
	}
	for name, blocked := range map[string]bool{"0/baseB": false, "0/A1B": true, "0/A2B+": true, "0/B3B": false,
		"0/R1B": false} {
		r := got[name]
		if r.HasWeights() == blocked || (r.Status == Blocked) != blocked ||
			blocked != strings.Contains(r.Reason, "0/baseA failed: the machine caught fire") {
			t.Errorf("%s: %s (%s), want blocked %v, else trained", name, r.Status, r.Reason, blocked)
		}
	}
	if tried["0/baseA"] != 3 || tried["0/A1B"] != 0 {
		t.Errorf("tried %v, want baseA three times and A1B never", tried)
	}
	if len(got) != 5 {
		t.Errorf("%d results, want 5", len(got))
	}
	p, err := l.Plan(t.Context(), net(t, "baseA"))
	if err != nil {
		t.Fatal(err)
	}
	key := p.Key
	if st, err := cfg.Store.State(key); err != nil || st.Status != store.Failed || st.Tries != 3 ||
		st.Failure != "the machine caught fire" {
		t.Errorf("state of baseA %+v, %v; want that it failed three times and why", st, err)
	}
	if st, err := cfg.Store.State(got["0/A1B"].Key); err != nil || st.Status != store.None {
		t.Errorf("state of its child %+v, %v; want that it was never begun", st, err)
	}
	// What failed is not kept: the next run tries again.
	l = lab(t, cfg)
	failing(l, "baseA", 2)
	again, err := collect(t, l, "baseA", "A1B", "B3B")
	if err != nil || !again["0/baseA"].HasWeights() || !again["0/A1B"].HasWeights() || !again["0/B3B"].Hit {
		t.Errorf("again: %v, %v", again, err)
	}
	if st, err := cfg.Store.State(key); err != nil || st.Status != store.Stored {
		t.Errorf("state of baseA at last %+v, %v", st, err)
	}
}

// TestStoreThatCannotBeWritten ends the curve: no other net would fare better.
func TestStoreThatCannotBeWritten(t *testing.T) {
	cfg := tiny(t)
	l := lab(t, cfg)
	run := l.run
	l.run = func(ctx context.Context, w *slot, p *Plan, donor *donated, k *keeper) (*outcome, error) {
		t.Errorf("%s was trained", p.Net)
		return run(ctx, w, p, donor, k)
	}
	noFolder(t, cfg.Store, "work")
	if _, err := collect(t, l, "baseB", "B1B"); err == nil || !strings.Contains(err.Error(), "0/baseB") {
		t.Errorf("%v, want an error that names the net", err)
	}
}

// TestTwoRunners: two that run the same nets at once train each of them once, and get the same.
func TestTwoRunners(t *testing.T) {
	cfg := tiny(t)
	names := []string{"baseA", "baseB", "A1B", "A2B", "B2B+", "R3B"}
	var (
		wg      sync.WaitGroup
		results [2]map[string]Result
	)
	for i := range results {
		other := cfg
		var err error
		if other.Store, err = store.Open(cfg.Store.Dir()); err != nil { // as another process would
			t.Fatal(err)
		}
		l := lab(t, other)
		wg.Go(func() {
			got, err := collect(t, l, names...)
			if err != nil {
				t.Error(err)
			}
			results[i] = got
		})
	}
	wg.Wait()
	if !slices.Equal(slices.Sorted(maps.Keys(results[0])), slices.Sorted(maps.Keys(results[1]))) ||
		len(results[0]) != len(names) {
		t.Fatalf("%v\n%v", results[0], results[1])
	}
	for name, a := range results[0] {
		b := results[1][name]
		if a.Hit == b.Hit && !a.Hit {
			t.Errorf("%s was trained twice", name)
		}
		if a.Hit = b.Hit; a != b {
			t.Errorf("%+v\n%+v", a, b)
		}
	}
}
