package transfer

import (
	"slices"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/backend"
	"coadapt/gomlxnet/train"
)

// slot is where one net at a time is trained. On a CPU a step of a small net takes less of a core's time on one core
// than spread over several, so that cores are for nets.
type slot struct {
	part     int       // of those into which the backend is divided, from 0; -1: on the whole of it
	devices  []int     // of the backend
	shared   *compiled // with other slots
	meeting  *meeting  // with those whose nets are trained in one graph with its own; nil: none
	trainers map[trainerKey]*train.Trainer
	share    float64 // of the net being trained that is done, 0..1; guarded by Lab.mu
	cost     float64 // of that net; guarded by Lab.mu
}

// compiled are graphs that slots share: all those whose nets are on one device each of the whole backend.
type compiled struct {
	trainers map[trainerKey]*train.Trainer // whose siblings the slots have; guarded by Lab.making
	shapes   map[arch.Cut]bool             // see Lab.shape: those that are being made, and, true, those that are
}

func newCompiled() *compiled {
	return &compiled{trainers: map[trainerKey]*train.Trainer{}, shapes: map[arch.Cut]bool{}}
}

// shape tells compiled graphs apart: what of a net learns. It is the same for base nets and those of which all learns.
func (l *Lab) shape(n Net) arch.Cut { return n.cut(l.cfg.Arch).Learning() }

// makeSlots makes one for each group of devices, or as many as are trained in one graph there.
func (l *Lab) makeSlots(devices [][]int) {
	newSlot := func(part int, devices []int, shared *compiled, at *meeting) *slot {
		return &slot{
			part:     part,
			devices:  devices,
			shared:   shared,
			meeting:  at,
			trainers: map[trainerKey]*train.Trainer{},
		}
	}
	one := newCompiled()
	divided := l.cfg.Devices <= 1 && len(devices) > 1 && backend.Divisible(l.cfg.Backend)
	for i, d := range devices {
		part, shared := -1, one
		switch {
		case divided:
			part, d, shared = i, []int{0}, newCompiled()
		case len(d) > 1:
			shared = newCompiled()
		}
		var at *meeting
		if l.cfg.Together > 1 {
			at = newMeeting()
		}
		for range l.cfg.Together {
			l.slots = append(l.slots, newSlot(part, d, shared, at))
		}
	}
	if l.alone = l.slots[0]; divided {
		l.alone = newSlot(-1, devices[0], one, nil)
	}
}

// slotsFor are those that train a number of nets: one net has the whole backend.
func (l *Lab) slotsFor(nets int) []*slot {
	if nets == 1 {
		return []*slot{l.alone}
	}
	return l.slots
}

// everySlot is all of them, that of one net alone among them.
func (l *Lab) everySlot() []*slot {
	if slices.Contains(l.slots, l.alone) {
		return l.slots
	}
	return append(slices.Clone(l.slots), l.alone)
}

// trainerKey is what a compiled graph depends on, of what the nets of a Lab
// differ in.
type trainerKey struct {
	outputs, batch  int
	momentum, decay float64
}

func (p *Plan) trainerKey() trainerKey {
	return trainerKey{p.Arch.Classes, p.Recipe.Batch, p.Recipe.Momentum, p.Recipe.Decay}
}

// trainer returns the slot's trainer for a net, made once: a sibling of those of slots it shares graphs with.
func (l *Lab) trainer(s *slot, p *Plan) (*train.Trainer, error) {
	key, r := p.trainerKey(), p.Recipe
	if t := s.trainers[key]; t != nil {
		return t, nil
	}
	l.making.Lock()
	defer l.making.Unlock()
	var t *train.Trainer
	var err error
	if first := s.shared.trainers[key]; first != nil {
		t, err = first.Sibling(s.devices[0])
	} else {
		on := l.cfg.Backend
		if s.part >= 0 {
			if l.parts == nil { // all at once, before any is at work
				if l.parts, err = backend.Divide(l.cfg.Backend, l.cfg.Workers); err != nil {
					return nil, err
				}
			}
			on = l.parts[s.part]
		}
		t, err = train.New(on, p.Arch, train.SGD{Momentum: r.Momentum, Decay: r.Decay}, r.Batch, s.devices...)
	}
	if err != nil {
		return nil, err
	}
	s.trainers[key], s.shared.trainers[key] = t, t
	return t, nil
}
