package transfer

import (
	"sync"
	"time"
)

// Progress is how far the training of one net is. Leases and workers' files carry it, too.
type Progress struct {
	Net             Net     `json:"net"`
	Step            int     `json:"step"` // steps done
	Steps           int     `json:"steps"`
	Loss            float64 `json:"loss"` // of the last step
	ImagesPerSecond float64 `json:"images_per_second,omitempty"`
}

// Event is a sign of life while a Lab works.
type Event struct {
	Progress
	Decoded, Images int           // while a task's images are being decoded
	Done, Total     int           // nets of the curve
	Share           float64       // of the curve that is done, 0..1: whole nets and the steps of those being trained
	Left            time.Duration // until the curve is done, as an estimate; 0 while nothing is known
	Result          *Result       // the net is finished
	Ended           bool          // the net is no longer in training here, finished or not
	Notice          string        // something the user should read
}

// notice is an event of a net with something that the user should read.
func notice(n Net, text string) Event { return Event{Progress: Progress{Net: n}, Notice: text} }

// told delivers events in their order, one at a time and outside locks: whoever adds one while another goroutine
// delivers leaves it to that.
type told struct {
	hear func(Event) // nil: nobody

	mu      sync.Mutex
	waiting []Event
	busy    bool
	idle    *sync.Cond // signalled when nobody delivers any more
}

func newTold(hear func(Event)) *told {
	t := &told{hear: hear}
	t.idle = sync.NewCond(&t.mu)
	return t
}

// add queues an event for whoever delivers next.
func (t *told) add(e Event) {
	if t.hear == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting = append(t.waiting, e)
}

// deliver hands on what waits, unless another goroutine does.
func (t *told) deliver() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.busy {
		return
	}
	t.busy = true
	defer func() { // also where hear panics
		t.busy = false
		t.idle.Broadcast()
	}()
	for len(t.waiting) > 0 {
		e := t.waiting[0]
		t.waiting = t.waiting[1:]
		t.unlocked(func() { t.hear(e) })
	}
}

func (t *told) unlocked(f func()) {
	t.mu.Unlock()
	defer t.mu.Lock()
	f()
}

// flush returns when all that was added before has been delivered. It must not be called by hear.
func (t *told) flush() {
	t.deliver()
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.busy {
		t.idle.Wait()
	}
}
