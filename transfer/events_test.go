package transfer

import (
	"sync"
	"testing"
)

// While a listener is slow, other goroutines go on; nothing is lost, and events come in their order and one at a time.
func TestSlowListener(t *testing.T) {
	first, end := make(chan struct{}), make(chan struct{})
	var steps []int // written by one goroutine at a time: the race detector would tell
	told := newTold(func(e Event) {
		if steps = append(steps, e.Step); e.Step == 0 {
			close(first)
			<-end
		}
	})
	var group sync.WaitGroup
	say := func(step int) {
		told.add(Event{Progress: Progress{Step: step}})
		told.deliver()
	}
	group.Go(func() { say(0) })
	<-first
	for step := 1; step <= 5; step++ {
		say(step) // would hang if it waited for the listener
	}
	close(end)
	group.Wait()
	told.flush()
	if len(steps) != 6 {
		t.Fatalf("heard steps %v, want 0 to 5", steps)
	}
	for i, s := range steps {
		if s != i {
			t.Fatalf("heard steps %v, want them in their order", steps)
		}
	}
}

// A listener that is told of something by what it does itself hears of it next.
func TestListenerThatTells(t *testing.T) {
	var heard []string
	var told *told
	told = newTold(func(e Event) {
		if heard = append(heard, e.Notice); e.Notice == "a" {
			told.add(Event{Notice: "b"})
			told.deliver()
		}
	})
	told.add(Event{Notice: "a"})
	told.deliver()
	if len(heard) != 2 || heard[1] != "b" {
		t.Fatalf("heard %q, want a and then b", heard)
	}
}

// A listener that panics may be recovered from: others are heard afterwards.
func TestListenerThatPanics(t *testing.T) {
	var heard []string
	told := newTold(func(e Event) {
		if heard = append(heard, e.Notice); e.Notice == "a" {
			panic("the listener's own")
		}
	})
	told.add(Event{Notice: "a"})
	told.add(Event{Notice: "b"})
	func() {
		defer func() {
			if got := recover(); got != "the listener's own" {
				t.Errorf("recovered %v", got)
			}
		}()
		told.deliver()
	}()
	told.flush()
	if len(heard) != 2 || heard[1] != "b" {
		t.Errorf("heard %q, want a and then b", heard)
	}
}
