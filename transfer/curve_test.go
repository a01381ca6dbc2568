package transfer

import (
	"testing"
	"time"
)

// TestLeft: of ten nets' cost two were hits and three trained in 30 s: five are left.
func TestLeft(t *testing.T) {
	c := counts{began: time.Now().Add(-30 * time.Second), spent: 5, hits: 2, costs: 10}
	if got := c.left(5); got < 50*time.Second || got > 51*time.Second {
		t.Errorf("left %v, want 50 s", got)
	}
	c.hits = 5
	if got := c.left(5.01); got != 0 {
		t.Errorf("left %v before a hundredth was trained, want 0", got)
	}
}
