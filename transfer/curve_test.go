package transfer

import (
	"testing"
	"time"
)

// TestLeft: ten nets, two of them hits, three trained in 30 s: five are left.
func TestLeft(t *testing.T) {
	c := counts{began: time.Now().Add(-30 * time.Second), done: 5, hits: 2, total: 10}
	if got := c.left(0.5); got < 50*time.Second || got > 51*time.Second {
		t.Errorf("left %v, want 50 s", got)
	}
	c.hits = 5
	if got := c.left(0.55); got != 0 {
		t.Errorf("left %v before one net's worth of steps, want 0", got)
	}
}
