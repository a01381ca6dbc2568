package transfer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/train"
	"coadapt/transfer/store"

	"github.com/gomlx/compute"
)

// Config says what a Lab trains, how, and where results are kept.
type Config struct {
	Setting
	// Backend trains the nets. A Lab that has a Class in its place names, prices and looks up nets, and trains none.
	Backend compute.Backend
	Store   *store.Store
	// nets that Curve trains beside each other; 0 is one a core, or for two where the net is large, at most 4, and at
	// least one an accelerator
	Workers int
	Devices int // of each net, which divide its batches (see [train.New]); 0 is 1. Workers take devices in turn
	// Together is how many nets each worker trains in one graph (see [train.Together]), where they are too small to
	// fill a GPU; 0 is 1. They are those of the curve that have the same layers frozen, as far as there are any.
	// Their sums are rounded in another order than one net's, and which nets meet depends on when each is ready: they
	// are of a class of their own in the store, and what is trained again, or gone on from, agrees to rounding.
	Together int
	// Bytes has steps take pictures as bytes, which the graph cuts, mirrors and normalises, in place of floats that the
	// host makes of them: less to copy to a device, by a quarter of the size, and less for the host to do, for a GPU
	// that would wait for it. Nets come to the same bits, and keys do not tell. Tests, and frozen layers that are run
	// once on each picture, take floats either way.
	Bytes bool
	// Checkpoint is the time after which a net being trained keeps weights, momentum and where it is, so that a
	// worker that is killed, or stopped, is gone on from: 0 is 30 s, or thirty times as long as keeping the last one
	// took if that is more; below 0 never. CheckpointSteps, above 0, does so after that many steps, too.
	Checkpoint      time.Duration
	CheckpointSteps int
	Retries         int         // of a net whose training fails, in Curve; 0 is 2, below 0 none
	Progress        func(Event) // may be nil; never called by two goroutines at once
}

// Lab trains nets on one source and keeps what it trained. A net that is in
// the store is a hit; a parent is trained when a child needs it. The methods
// are for one goroutine at a time; Curve makes goroutines of its own.
type Lab struct {
	cfg        Config
	experiment *Experiment
	slots      []*slot // of Curve
	alone      *slot   // of one net, which may be one of them
	run        func(context.Context, *slot, *Plan, *donated, *keeper) (*outcome, error)
	pause      time.Duration               // before a net that failed is tried again, doubled each time
	maxSettled int                         // most bytes that a net in training holds of what its frozen layers gave
	prefixes   *Outputs                    // of what they gave, what is kept for other nets
	weights    *memo[string, arch.Weights] // of parents, by key
	told       *told

	making sync.Mutex        // guards parts, and the graphs that slots share
	parts  []compute.Backend // into which the backend is divided between the slots; made for the first net

	mu    sync.Mutex // guards count, and how far slots are
	count counts
}

// NewLab checks the configuration. Nothing is decoded or compiled yet.
func NewLab(cfg Config) (*Lab, error) {
	if cfg.Backend == nil && cfg.Class == "" || cfg.Store == nil {
		return nil, errors.New("lab: a backend, or its class, and a store are needed")
	}
	if cfg.Workers < 0 || cfg.Devices < 0 || cfg.Together < 0 {
		return nil, fmt.Errorf("lab: %d workers with %d devices and %d nets each, want 1 or more, or 0 for the default",
			cfg.Workers, cfg.Devices, cfg.Together)
	}
	devices, err := cfg.share()
	if err != nil {
		return nil, err
	}
	if cfg.Retries == 0 {
		cfg.Retries = 2
	}
	cfg.Class = cfg.backendClass()
	l := &Lab{
		cfg:        cfg,
		pause:      time.Second,
		maxSettled: 1 << 30,
		prefixes:   NewOutputs(cfg.Store, 1<<29),
		weights:    newMemo[string, arch.Weights](),
		told:       newTold(cfg.Progress),
	}
	if l.experiment, err = NewExperiment(cfg.Setting, l.report); err != nil {
		return nil, err
	}
	l.run = l.trainNet
	if cfg.Backend == nil {
		l.run = func(context.Context, *slot, *Plan, *donated, *keeper) (*outcome, error) {
			return nil, errNoBackend
		}
	}
	l.makeSlots(devices)
	return l, nil
}

// errNoBackend says that a Lab was made to look up only.
var errNoBackend = errors.New("lab: it has no backend, so that it can look nets up and not train them")

// Experiment is what all results of the Lab have as Result.Experiment.
func (l *Lab) Experiment() string { return l.experiment.id }

// Plan is that of a net of the Lab's [Experiment].
func (l *Lab) Plan(ctx context.Context, net Net) (*Plan, error) { return l.experiment.Plan(ctx, net) }

// Workers is how many nets Curve trains beside each other.
func (l *Lab) Workers() int { return len(l.slots) }

// Close frees what the Lab compiled, and the parts of a backend that it divided.
func (l *Lab) Close() {
	l.prefixes.Drop()
	for _, s := range l.everySlot() {
		for _, t := range s.trainers {
			t.Close()
		}
		clear(s.trainers)
		clear(s.shared.trainers)
		clear(s.shared.shapes)
	}
	if !train.Compiling() { // else it was interrupted, and its parts go with the process
		for _, b := range l.parts {
			b.Finalize()
		}
	}
	l.parts = nil
}

// Train returns the result of one net, from the store or by training it, its
// parent first. When ctx ends the step is finished and kept, as are all
// finished nets: the next Train of the net goes on from there, to the same
// weights. A net that another worker is training is waited for.
func (l *Lab) Train(ctx context.Context, net Net) (Result, error) {
	return l.trainOn(ctx, l.alone, net)
}

// trainOn is Train in one of the slots.
func (l *Lab) trainOn(ctx context.Context, s *slot, net Net) (Result, error) {
	said, began := false, time.Now()
	for {
		r, err := l.attempt(ctx, s, net, 1)
		var held *store.HeldError
		switch {
		case errors.As(err, &held):
		case errors.Is(err, store.ErrLost):
		default:
			return r, err
		}
		if !said {
			said = true
			l.report(notice(net, fmt.Sprintf("%s: %v; waiting for it", net, err)))
		}
		select {
		case <-ctx.Done():
			return Result{}, ctx.Err()
		case <-time.After(l.heldPoll(time.Since(began))):
		}
	}
}

// heldPoll is how long to wait until a net that another worker has is asked for again: a second at first, then an
// eighth of the time that it has been waited for, and half a minute at most, or a third of a lease. So many workers
// that wait for long nets leave the file system alone.
func (l *Lab) heldPoll(waited time.Duration) time.Duration {
	return max(time.Second, min(waited/8, 30*time.Second, l.cfg.Store.Lease()/3))
}

// attempt is Train that fails with a store.HeldError where another worker
// has the net, and with store.ErrLost where one took it over. The store notes
// a failure as that of the try of this number, from 1.
func (l *Lab) attempt(ctx context.Context, s *slot, net Net, try int) (Result, error) {
	p, err := l.Plan(ctx, net)
	if err != nil {
		return Result{}, err
	}
	if r, hit, err := l.hit(p); hit || err != nil {
		if hit {
			_ = l.cfg.Store.Tidy(p.Key) // what stays does no harm
		}
		return r, err
	}
	donor, blocked, err := l.donor(ctx, s, net)
	if err != nil {
		return Result{}, err
	}
	if blocked != nil {
		return p.blocked(l, *blocked), nil
	}
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	lease, err := l.cfg.Store.Claim(p.Key)
	if err != nil {
		return Result{}, err
	}
	defer lease.Release()
	if r, hit, err := l.hit(p); hit || err != nil { // finished by the last holder
		return r, errors.Join(err, lease.Finish())
	}
	keep := l.keeper(lease, p)
	defer keep.stop()
	out, err := l.run(ctx, s, p, donor, keep)
	switch {
	case err != nil && ctx.Err() != nil:
		keep.log("stopped, to go on later")
		return Result{}, err
	case errors.Is(err, store.ErrLost):
		keep.log("lost to another worker")
		return Result{}, err
	case err != nil:
		return Result{}, keep.failed(err, try)
	}
	keep.log("finished: %s", out.result.Status)
	files, err := out.files(p)
	if err != nil {
		return Result{}, err
	}
	if files[logFile], err = l.cfg.Store.Log(p.Key); err != nil {
		return Result{}, err
	}
	if err := l.cfg.Store.Put(p.Key, files); err != nil {
		return Result{}, keep.failed(err, try)
	}
	keep.stop()
	return out.result.Judged(), lease.Finish()
}

// hit is the result that the store has. An entry that is broken is set aside.
func (l *Lab) hit(p *Plan) (Result, bool, error) {
	r, err := Lookup(l.cfg.Store, p.Key)
	var broken *store.BrokenError
	switch {
	case err == nil:
		r.Net, r.Experiment = p.Net, l.experiment.id
		return r, true, nil
	case errors.As(err, &broken):
		l.report(notice(p.Net, err.Error()))
	case !errors.Is(err, store.ErrMissing):
		return Result{}, false, err
	}
	return Result{}, false, nil
}

// result is what is known of a net before it is trained.
func (p *Plan) result(l *Lab) Result {
	return Result{
		Net:        p.Net,
		Status:     OK,
		Classes:    p.Task.NumClasses(),
		Data:       l.cfg.Source.Name(),
		Arch:       l.cfg.Arch.Name,
		Layers:     Layers(l.cfg.Arch),
		Key:        p.Key,
		Experiment: l.experiment.id,
	}
}

// blocked is the result of a net whose parent has no weights.
func (p *Plan) blocked(l *Lab, parent Result) Result {
	r := p.result(l)
	r.Status, r.Reason = Blocked, fmt.Sprintf("its parent %s %s: %s", parent.Net, parent.Status, parent.Reason)
	return r
}
