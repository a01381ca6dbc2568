package transfer

import (
	"fmt"
	"sync"

	"coadapt/gomlxnet"
)

// table is where the workers of one device meet whose nets are trained in one graph (Config.Together). Nets whose
// graphs are one take
// their blocks of steps together: the first that comes waits until all others that have a seat have come, too.
type table struct {
	take func(above bool, nets []*gomlxnet.Trainer, blocks []gomlxnet.StepBlock) ([][]float64, error)

	mu      sync.Mutex // guards what follows
	parties map[partyKey]*party
}

// partyKey tells apart which nets may be in one graph.
type partyKey struct {
	trainerKey
	shape gomlxnet.Cut // see Lab.shape
	above bool         // on what frozen layers gave
}

// party is nets that are being trained in one graph.
type party struct {
	members int
	waiting []*turn
}

// turn is a net's block of steps, and what came of it when done is closed.
type turn struct {
	trainer *gomlxnet.Trainer
	block   gomlxnet.StepBlock
	losses  []float64
	err     error
	done    chan struct{}
}

func newTable() *table { return &table{take: takeTogether, parties: map[partyKey]*party{}} }

func takeTogether(above bool, nets []*gomlxnet.Trainer, blocks []gomlxnet.StepBlock) ([][]float64, error) {
	if above {
		return gomlxnet.StepsAboveTogether(nets, blocks)
	}
	return gomlxnet.StepsTogether(nets, blocks)
}

// seat is a net's place at a table, from before it is made ready, so that others wait for it, to its last step. One
// that is nil is at no table.
type seat struct {
	table *table
	key   partyKey
	party *party
	left  sync.Once
}

// join gives a net a seat. It has to leave it.
func (t *table) join(key partyKey) *seat {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.parties[key]
	if p == nil {
		p = new(party)
		t.parties[key] = p
	}
	p.members++
	return &seat{table: t, key: key, party: p}
}

// steps are those of the net in its seat, where steps are its own, as of [gomlxnet.Trainer.Steps].
func (s *seat) steps(trainer *gomlxnet.Trainer, steps stepsFunc) stepsFunc {
	if s == nil {
		return steps
	}
	return func(values []float32, labels []int32, rates []float64, seed uint64, iteration int) ([]float64, error) {
		mine := &turn{
			trainer: trainer,
			block:   gomlxnet.StepBlock{Values: values, Labels: labels, Rates: rates, Seed: seed, Iteration: iteration},
			done:    make(chan struct{}),
		}
		s.table.mu.Lock()
		s.party.waiting = append(s.party.waiting, mine)
		all := s.party.complete()
		s.table.mu.Unlock()
		s.table.serve(s.key.above, all)
		<-mine.done
		return mine.losses, mine.err
	}
}

// leave has others wait for the net no more. A second time it does nothing.
func (s *seat) leave() {
	if s == nil {
		return
	}
	s.left.Do(func() {
		s.table.mu.Lock()
		s.party.members--
		all := s.party.complete()
		s.table.mu.Unlock()
		go s.table.serve(s.key.above, all) // the others' steps, for which this net need not wait
	})
}

// complete gives the turns of all members, where all have come, which then wait no more.
func (p *party) complete() []*turn {
	if len(p.waiting) < p.members {
		return nil
	}
	all := p.waiting
	p.waiting = nil
	return all
}

// serve takes the steps of turns, and tells those that wait for them.
func (t *table) serve(above bool, turns []*turn) {
	if len(turns) == 0 {
		return
	}
	var nets []*gomlxnet.Trainer
	var blocks []gomlxnet.StepBlock
	for _, of := range turns {
		nets, blocks = append(nets, of.trainer), append(blocks, of.block)
	}
	losses, err := t.take(above, nets, blocks)
	for i, of := range turns {
		if err != nil {
			of.err = fmt.Errorf("in one graph with %d others: %w", len(turns)-1, err)
		} else {
			of.losses = losses[i]
		}
		close(of.done)
	}
}
