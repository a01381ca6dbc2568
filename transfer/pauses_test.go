package transfer

import (
	"testing"
	"time"
)

// TestPauses: a net that another worker has is asked for less and less often, and never so seldom that a silent holder
// is missed; checkpoints that take long are kept less often, unless the user says how often.
func TestPauses(t *testing.T) {
	cfg := tiny(t)
	l := lab(t, cfg)
	for _, c := range []struct{ waited, want time.Duration }{
		{0, time.Second}, {8 * time.Second, time.Second}, {time.Minute, 7500 * time.Millisecond},
		{time.Hour, 30 * time.Second},
	} {
		if got := l.heldPoll(c.waited); got != c.want {
			t.Errorf("after %v: %v, want %v", c.waited, got, c.want)
		}
	}
	if err := cfg.Store.SetLease(9 * time.Second); err != nil {
		t.Fatal(err)
	}
	if got := l.heldPoll(time.Hour); got != 3*time.Second {
		t.Errorf("with a lease of 9 s: %v, want a third of it", got)
	}
	p, err := l.Plan(t.Context(), net(t, "baseA"))
	if err != nil {
		t.Fatal(err)
	}
	lease, err := cfg.Store.Claim(p.Key)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ every, took, want time.Duration }{
		{0, 0, 30 * time.Second},
		{0, 500 * time.Millisecond, 30 * time.Second},
		{0, 4 * time.Second, 2 * time.Minute},
		{10 * time.Second, 4 * time.Second, 10 * time.Second},
	} {
		l.cfg.Checkpoint = c.every
		k := l.keeper(lease, p)
		if k.took = c.took; k.pause() != c.want {
			t.Errorf("every %v, the last one took %v: %v, want %v", c.every, c.took, k.pause(), c.want)
		}
		k.stop()
	}
}
