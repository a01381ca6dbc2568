package transfer

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
)

func TestMemo(t *testing.T) {
	m := newMemo[string, int]()
	broken := errors.New("broken")
	if _, err := m.get(t.Context(), "a", func() (int, error) { return 0, broken }); !errors.Is(err, broken) {
		t.Fatalf("a value that cannot be made gives %v, want %v", err, broken)
	}
	var calls atomic.Int32
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			v, err := m.get(t.Context(), "a", func() (int, error) { calls.Add(1); return 7, nil })
			if v != 7 || err != nil {
				t.Errorf("got %d, %v, want 7", v, err)
			}
		})
	}
	group.Wait()
	if n := calls.Load(); n != 1 {
		t.Errorf("eight callers made the value %d times after a failure, want once", n)
	}
	m.drop("a")
	if v, err := m.get(t.Context(), "a", func() (int, error) { return 8, nil }); v != 8 || err != nil {
		t.Errorf("a dropped value is %d, %v, want one made again: 8", v, err)
	}
}

// A caller that is cancelled does not wait for a value that another one makes, and other keys are free meanwhile.
func TestMemoWaitsHeedTheirContext(t *testing.T) {
	m := newMemo[string, int]()
	making, end := make(chan struct{}), make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		v, err := m.get(t.Context(), "slow", func() (int, error) { close(making); <-end; return 1, nil })
		if v != 1 || err != nil {
			t.Errorf("the first caller got %d, %v, want 1", v, err)
		}
	})
	<-making
	ctx, cancel := context.WithCancel(t.Context())
	group.Go(func() {
		if _, err := m.get(ctx, "slow", func() (int, error) { return 2, nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("a cancelled caller got %v, want %v", err, context.Canceled)
		}
		close(end)
	})
	if v, err := m.get(t.Context(), "other", func() (int, error) { return 3, nil }); v != 3 || err != nil {
		t.Errorf("another key gave %d, %v while one was being made, want 3", v, err)
	}
	cancel()
	group.Wait()
}
