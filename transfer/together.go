package transfer

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/train"
)

// meeting is where the slots of one device meet whose nets are trained in one graph (Config.Together). Sessions of one
// kind take their blocks of steps together: the first that comes waits until all others of its kind have come.
type meeting struct {
	train func(nets []*train.Trainer, blocks []train.Steps) ([][]float64, error)

	mu    sync.Mutex // guards what follows, and the seats
	seats map[kind][]*seat
}

// kind tells apart which nets may be in one graph.
type kind struct {
	trainerKey
	shape arch.Cut // see Lab.shape
	above bool     // on what frozen layers gave
}

// seat is a session's place in a meeting, from before its net is made ready, so that others wait for it, to its last
// step. One that is nil is in no meeting.
type seat struct {
	meeting *meeting
	kind    kind
	turn    *turn // nil while the session has no block to take
}

// turn is a block of steps that a session takes with those of others, and what came of it when done is closed.
type turn struct {
	trainer *train.Trainer
	block   train.Steps
	losses  []float64
	err     error
	done    chan struct{}
}

func newMeeting() *meeting {
	return &meeting{train: train.Together, seats: map[kind][]*seat{}}
}

// join gives a session a seat. It has to leave it.
func (m *meeting) join(k kind) *seat {
	if m == nil {
		return nil
	}
	s := &seat{meeting: m, kind: k}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.seats[k] = append(m.seats[k], s)
	return s
}

// train takes a block with those of all others of the kind. It waits for these until ctx ends.
func (s *seat) train(ctx context.Context, trainer *train.Trainer, block train.Steps) ([]float64, error) {
	if s == nil {
		return trainer.Train(block)
	}
	m, mine := s.meeting, &turn{trainer: trainer, block: block, done: make(chan struct{})}
	m.mu.Lock()
	s.turn = mine
	all := m.complete(s.kind)
	m.mu.Unlock()
	m.serve(all)
	select {
	case <-mine.done:
		return mine.losses, mine.err
	case <-ctx.Done():
	}
	m.mu.Lock()
	waiting := s.turn == mine
	if waiting {
		s.turn = nil
	}
	m.mu.Unlock()
	if waiting {
		return nil, ctx.Err()
	}
	<-mine.done // the step is being taken, and is kept
	return mine.losses, mine.err
}

// leave has others wait for the session no more. A second time it does nothing.
func (s *seat) leave() {
	if s == nil {
		return
	}
	m := s.meeting
	m.mu.Lock()
	m.seats[s.kind] = slices.DeleteFunc(m.seats[s.kind], func(x *seat) bool { return x == s })
	all := m.complete(s.kind)
	m.mu.Unlock()
	go m.serve(all) // the others' steps, for which this session need not wait
}

// complete gives the turns of a kind where all of it have come. They then wait no more.
func (m *meeting) complete(k kind) []*turn {
	var all []*turn
	for _, s := range m.seats[k] {
		if s.turn == nil {
			return nil
		}
		all = append(all, s.turn)
	}
	for _, s := range m.seats[k] {
		s.turn = nil
	}
	return all
}

// serve takes the steps of turns, and tells those that wait for them.
func (m *meeting) serve(turns []*turn) {
	if len(turns) == 0 {
		return
	}
	var nets []*train.Trainer
	var blocks []train.Steps
	for _, of := range turns {
		nets, blocks = append(nets, of.trainer), append(blocks, of.block)
	}
	losses, err := m.train(nets, blocks)
	for i, of := range turns {
		if err != nil {
			of.err = fmt.Errorf("in one graph with %d others: %w", len(turns)-1, err)
		} else {
			of.losses = losses[i]
		}
		close(of.done)
	}
}
