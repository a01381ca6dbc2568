package transfer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"coadapt/gomlxnet"
	"coadapt/gomlxnet/dataset"
	"coadapt/transfer/store"

	"github.com/gomlx/compute"
)

// Config says what a Lab trains, how, and where results are kept.
type Config struct {
	Backend  compute.Backend
	Class    string // instead of Backend, its class (see [gomlxnet.ClassOf]): such a Lab names, prices and looks up nets, and trains none
	Store    *store.Store
	Source   dataset.Source
	Arch     gomlxnet.Arch // Classes is set to each task's number
	Recipe   Recipe
	Reduced  *Recipe // of nets with Net.PerClass, as in 2014; nil is Recipe
	Epochs   float64 // above 0: Recipe's steps, and the end of its rate, follow from the images of the target task
	PerClass int     // the first PerClass training images of each class; 0 is all
	// Pretrained is base A of nets with [PretrainedSplit]; nil where there are none.
	Pretrained *Pretrained
	Splits     []dataset.Split   // of the user's own, see [OwnSplits]; the experiment is another one for each list of them
	Bad        dataset.BadPolicy // pictures that do not decode
	Workers    int               // nets that Curve trains beside each other; 0 is one a core, or for two where the net is large, at most 4, and at least one an accelerator
	Devices    int               // of each net, which divide its batches (see [gomlxnet.NewTrainer]); 0 is 1. Workers take devices in turn
	// Together is how many nets each worker trains in one graph (see [gomlxnet.StepsTogether]), where they are too small
	// to fill a GPU; 0 is 1. They are those of the curve that have the same layers frozen, as far as there are any. Their
	// sums are rounded in another order than one net's, and which nets meet depends on when each is ready: they are of a
	// class of their own in the store, and what is trained again, or gone on from, agrees to rounding.
	Together int
	// Checkpoint is the time after which a net being trained keeps weights, momentum and where it is, so that a worker
	// that is killed, or stopped, is gone on from: 0 is 30 s, below 0 never. CheckpointSteps, above 0, does so after that
	// many steps, too.
	Checkpoint      time.Duration
	CheckpointSteps int
	Retries         int         // of a net whose training fails, in Curve; 0 is 2, below 0 none
	Progress        func(Event) // may be nil; never called by two goroutines at once
}

// Event is a sign of life while a Lab works.
type Event struct {
	Net             Net
	Step, Steps     int     // of the net; Step counts those done
	Loss            float64 // of the last step
	ImagesPerSecond float64
	Decoded, Images int           // while a task's images are being decoded
	Done, Total     int           // nets of the curve
	Share           float64       // of the curve that is done, 0..1: whole nets and the steps of those being trained
	Left            time.Duration // until the curve is done, as an estimate; 0 while nothing is known
	Result          *Result       // the net is finished
	Ended           bool          // the net is no longer in training here, finished or not
	Notice          string        // something the user should read
}

// Lab trains nets on one source and keeps what it trained. A net that is in
// the store is a hit; a parent is trained when a child needs it. The methods
// are for one goroutine at a time; Curve makes goroutines of its own.
type Lab struct {
	cfg        Config
	backend    string
	experiment string    // of all results
	pretrained string    // key of Config.Pretrained; "" where there is none
	workers    []*worker // of Curve
	alone      *worker   // of one net, which may be one of them
	run        func(context.Context, *worker, *plan, *donated, *keeper) (*outcome, error)
	pause      time.Duration // before a net that failed is tried again, doubled each time
	maxSettled int           // most bytes that a net in training holds of what its frozen layers gave
	prefixes   *prefixes     // of what they gave, what is kept for other nets

	mu      sync.Mutex        // guards what follows
	parts   []compute.Backend // into which the backend is divided between the workers; made for the first net
	splits  map[string]dataset.Split
	tasks   map[string]*dataset.Task    // by split and half
	weights map[string]gomlxnet.Weights // of base nets, by key
	count   counts
}

// NewLab checks the configuration. Nothing is decoded or compiled yet.
func NewLab(cfg Config) (*Lab, error) {
	if cfg.Backend == nil && cfg.Class == "" || cfg.Store == nil || cfg.Source == nil {
		return nil, errors.New("lab: a backend, a store and a source of images are needed")
	}
	if _, err := cfg.Arch.Dims(); err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	h, w, c := cfg.Source.Shape()
	if h != w || c != cfg.Arch.Channels {
		return nil, fmt.Errorf(
			"lab: %s has images of %dx%dx%d, %s wants square ones of %d channels",
			cfg.Source.Name(),
			h,
			w,
			c,
			cfg.Arch.Name,
			cfg.Arch.Channels,
		)
	}
	if h+2*cfg.Recipe.Pad < cfg.Arch.Size {
		return nil, fmt.Errorf(
			"lab: %s has images of %d px, with padding %d too small for %s of %d px; resize them (-size %d) or make the net smaller",
			cfg.Source.Name(),
			h,
			cfg.Recipe.Pad,
			cfg.Arch.Name,
			cfg.Arch.Size,
			cfg.Arch.Size,
		)
	}
	if cfg.Epochs <= 0 {
		if err := cfg.Recipe.Check(); err != nil {
			return nil, err
		}
	}
	if cfg.Workers < 0 || cfg.Devices < 0 || cfg.Together < 0 {
		return nil, fmt.Errorf(
			"lab: %d workers with %d devices and %d nets each, want 1 or more, or 0 for the default",
			cfg.Workers,
			cfg.Devices,
			cfg.Together,
		)
	}
	if err := errors.Join(cfg.checkSplits(), cfg.Pretrained.check(cfg.Arch)); err != nil {
		return nil, err
	}
	devices, err := cfg.share()
	if err != nil {
		return nil, err
	}
	if cfg.Retries == 0 {
		cfg.Retries = 2
	}
	l := &Lab{
		cfg:        cfg,
		pause:      time.Second,
		maxSettled: 1 << 30,
		prefixes:   newPrefixes(1 << 29),
		splits:     map[string]dataset.Split{},
		tasks:      map[string]*dataset.Task{},
		weights:    map[string]gomlxnet.Weights{},
	}
	l.prefixes.disk = cfg.Store
	l.run = l.trainNet
	if cfg.Backend == nil {
		l.run = func(context.Context, *worker, *plan, *donated, *keeper) (*outcome, error) {
			return nil, errNoBackend
		}
	}
	l.backend = cfg.backendClass()
	if cfg.Pretrained != nil {
		if l.pretrained, err = cfg.Pretrained.key(); err != nil {
			return nil, err
		}
	}
	if l.experiment, err = cfg.experiment(l.backend, l.pretrained); err != nil {
		return nil, err
	}
	one := newCompiled()
	divided := cfg.Devices <= 1 && len(devices) > 1 && gomlxnet.Divisible(cfg.Backend)
	for i, d := range devices {
		part, shared := -1, one
		switch {
		case divided:
			part, d, shared = i, []int{0}, newCompiled()
		case len(d) > 1:
			shared = newCompiled()
		}
		var at *table
		if cfg.Together > 1 {
			at = newTable()
		}
		for range cfg.Together {
			l.workers = append(l.workers, newWorker(part, d, shared, at))
		}
	}
	if l.alone = l.workers[0]; divided {
		l.alone = newWorker(-1, devices[0], one, nil)
	}
	return l, nil
}

// errNoBackend says that a Lab was made to look up only.
var errNoBackend = errors.New("lab: it has no backend, so that it can look nets up and not train them")

// Experiment is what all results of the Lab have as Result.Experiment.
func (l *Lab) Experiment() string { return l.experiment }

// Workers is how many nets Curve trains beside each other.
func (l *Lab) Workers() int { return len(l.workers) }

// team is who trains a number of nets: one net has the whole backend.
func (l *Lab) team(nets int) []*worker {
	if nets == 1 {
		return []*worker{l.alone}
	}
	return l.workers
}

// everyone is all workers.
func (l *Lab) everyone() []*worker {
	if slices.Contains(l.workers, l.alone) {
		return l.workers
	}
	return append(slices.Clone(l.workers), l.alone)
}

// Close frees what the Lab compiled, and the parts of a backend that it divided.
func (l *Lab) Close() {
	l.prefixes.drop()
	for _, w := range l.everyone() {
		for _, t := range w.trainers {
			t.Close()
		}
		clear(w.trainers)
		clear(w.shared.trainers)
		clear(w.shared.shapes)
	}
	if !gomlxnet.Compiling() { // else it was interrupted, and its parts go with the process
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

// trainOn is Train on one of the workers.
func (l *Lab) trainOn(ctx context.Context, w *worker, net Net) (Result, error) {
	said := false
	for {
		r, err := l.attempt(ctx, w, net, 1)
		var held *store.HeldError
		switch {
		case errors.As(err, &held):
		case errors.Is(err, store.ErrLost):
		default:
			return r, err
		}
		if !said {
			said = true
			l.report(Event{Net: net, Notice: fmt.Sprintf("%s: %v; waiting for it", net, err)})
		}
		select {
		case <-ctx.Done():
			return Result{}, ctx.Err()
		case <-time.After(heldPoll):
		}
	}
}

// heldPoll is how often a net that another worker has is asked for again.
const heldPoll = time.Second

// attempt is Train that fails with a store.HeldError where another worker
// has the net, and with store.ErrLost where one took it over. The store notes
// a failure as that of the try of this number, from 1.
func (l *Lab) attempt(ctx context.Context, w *worker, net Net, try int) (Result, error) {
	p, err := l.plan(ctx, net)
	if err != nil {
		return Result{}, err
	}
	if r, hit, err := l.hit(p); hit || err != nil {
		if hit {
			_ = l.cfg.Store.Tidy(p.key) // what stays does no harm
		}
		return r, err
	}
	donor, blocked, err := l.donor(ctx, w, net)
	if err != nil {
		return Result{}, err
	}
	if blocked != nil {
		return p.blocked(l, *blocked), nil
	}
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	lease, err := l.cfg.Store.Claim(p.key)
	if err != nil {
		return Result{}, err
	}
	defer lease.Release()
	if r, hit, err := l.hit(p); hit || err != nil { // finished by the last holder
		return r, errors.Join(err, lease.Finish())
	}
	keep := l.keeper(lease, p)
	defer keep.stop()
	out, err := l.run(ctx, w, p, donor, keep)
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
	if files[logFile], err = l.cfg.Store.Log(p.key); err != nil {
		return Result{}, err
	}
	if err := l.cfg.Store.Put(p.key, files); err != nil {
		return Result{}, keep.failed(err, try)
	}
	keep.stop()
	return out.result.Judged(), lease.Finish()
}

// hit is the result that the store has. An entry that is broken is set aside.
func (l *Lab) hit(p *plan) (Result, bool, error) {
	entry, err := l.cfg.Store.Get(p.key, resultFile)
	var broken *store.BrokenError
	switch {
	case err == nil:
		r, err := decodeResult(entry[resultFile])
		r.Hit, r.Net, r.Experiment = true, p.net, l.experiment
		return r, true, err
	case errors.As(err, &broken):
		l.report(Event{Net: p.net, Notice: err.Error()})
	case !errors.Is(err, store.ErrMissing):
		return Result{}, false, err
	}
	return Result{}, false, nil
}

// blocked is the result of a net whose parent has no weights.
func (p *plan) blocked(l *Lab, parent Result) Result {
	r := p.result(l)
	r.Status, r.Reason = Blocked, fmt.Sprintf("its parent %s %s: %s", parent.Net, parent.Status, parent.Reason)
	return r
}
