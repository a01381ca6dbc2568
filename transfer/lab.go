package transfer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"coadapt/gomlxnet"
	"coadapt/gomlxnet/dataset"
	"coadapt/transfer/store"

	"github.com/gomlx/compute"
)

// Config says what a Lab trains, how, and where results are kept.
type Config struct {
	Backend  compute.Backend
	Store    *store.Store
	Source   dataset.Source
	Arch     gomlxnet.Arch // Classes is set to each task's number
	Recipe   Recipe
	Epochs   float64           // above 0: Recipe's steps, and the end of its rate, follow from the images of the target task
	PerClass int               // the first so many training images of each class; 0 is all
	Bad      dataset.BadPolicy // pictures that do not decode
	Progress func(Event)       // may be nil; never called by two goroutines at once
}

// Event is a sign of life while a Lab works.
type Event struct {
	Net             Net
	Step, Steps     int     // of the net; Step counts those done
	Loss            float64 // of the last step
	ImagesPerSecond float64
	Decoded, Images int     // while a task's images are being decoded
	Done, Total     int     // nets of the curve
	Result          *Result // the net is finished
	Notice          string  // something the user should read
}

// Lab trains nets on one source and keeps what it trained. A net that is in
// the store is a hit; a parent is trained when a child needs it. A Lab is for
// one goroutine at a time.
type Lab struct {
	cfg      Config
	backend  string
	splits   map[string]dataset.Split
	tasks    map[string]*dataset.Task    // by split and half
	trainers map[int]*gomlxnet.Trainer   // by number of classes
	weights  map[string]gomlxnet.Weights // of base nets, by key
	done     int
	total    int
}

// NewLab checks the configuration. Nothing is decoded or compiled yet.
func NewLab(cfg Config) (*Lab, error) {
	if cfg.Backend == nil || cfg.Store == nil || cfg.Source == nil {
		return nil, errors.New("lab: a backend, a store and a source of images are needed")
	}
	h, w, c := cfg.Source.Shape()
	if h != w || c != cfg.Arch.Channels {
		return nil, fmt.Errorf("lab: %s has images of %dx%dx%d, %s wants square ones of %d channels", cfg.Source.Name(), h, w, c, cfg.Arch.Name, cfg.Arch.Channels)
	}
	if h+2*cfg.Recipe.Pad < cfg.Arch.Size {
		return nil, fmt.Errorf("lab: %s has images of %d px, with padding %d too small for %s of %d px; resize them (-size %d) or make the net smaller",
			cfg.Source.Name(), h, cfg.Recipe.Pad, cfg.Arch.Name, cfg.Arch.Size, cfg.Arch.Size)
	}
	if cfg.Epochs <= 0 {
		if err := cfg.Recipe.Check(); err != nil {
			return nil, err
		}
	}
	return &Lab{cfg: cfg, backend: gomlxnet.BackendClass(cfg.Backend), splits: map[string]dataset.Split{}, tasks: map[string]*dataset.Task{},
		trainers: map[int]*gomlxnet.Trainer{}, weights: map[string]gomlxnet.Weights{}}, nil
}

// Close frees what the Lab compiled.
func (l *Lab) Close() {
	for _, t := range l.trainers {
		t.Close()
	}
	clear(l.trainers)
}

// Curve yields the results of nets in their order, training what is missing.
// It ends at the first error; what was finished before it is in the store. A
// net that diverges is a result, not an error.
func (l *Lab) Curve(ctx context.Context, nets []Net) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		l.done, l.total = 0, len(nets)
		for _, net := range nets {
			r, err := l.Train(ctx, net)
			if err != nil {
				yield(Result{Net: net}, fmt.Errorf("net %s: %w", net, err))
				return
			}
			l.done++
			l.report(Event{Net: net, Result: &r})
			if !yield(r, nil) {
				return
			}
		}
	}
}

// Train returns the result of one net, from the store or by training it, its
// parent first. When ctx ends, the net being trained is lost and all finished
// ones are kept.
func (l *Lab) Train(ctx context.Context, net Net) (Result, error) {
	p, err := l.plan(ctx, net)
	if err != nil {
		return Result{}, err
	}
	entry, err := l.cfg.Store.Get(p.key, resultFile)
	var broken *store.BrokenError
	switch {
	case err == nil:
		r, err := decodeResult(entry[resultFile])
		r.Hit, r.Net = true, net
		return r, err
	case errors.As(err, &broken):
		l.report(Event{Net: net, Notice: err.Error()})
	case !errors.Is(err, store.ErrMissing):
		return Result{}, err
	}
	donor, blocked, err := l.donor(ctx, net)
	if err != nil {
		return Result{}, err
	}
	if blocked != nil {
		return Result{Net: net, Status: Blocked, Key: p.key, Classes: p.arch.Classes,
			Reason: fmt.Sprintf("its parent %s %s: %s", blocked.Net, blocked.Status, blocked.Reason)}, nil
	}
	out, err := l.run(ctx, p, donor)
	if err != nil {
		return Result{}, err
	}
	files, err := out.files(p)
	if err != nil {
		return Result{}, err
	}
	return out.result, l.cfg.Store.Put(p.key, files)
}

// donor returns the parent's weights, or the parent's result where that is not OK.
func (l *Lab) donor(ctx context.Context, net Net) (gomlxnet.Weights, *Result, error) {
	parent, ok := net.Parent()
	if !ok {
		return nil, nil, nil
	}
	r, err := l.Train(ctx, parent)
	if err != nil {
		return nil, nil, fmt.Errorf("parent %s: %w", parent, err)
	}
	if r.Status != OK {
		return nil, &r, nil
	}
	if w := l.weights[r.Key]; w != nil {
		return w, nil, nil
	}
	entry, err := l.cfg.Store.Get(r.Key, weightsFile)
	if err != nil {
		return nil, nil, fmt.Errorf("parent %s: %w", parent, err)
	}
	w, err := decodeWeights(entry[weightsFile])
	if err != nil {
		return nil, nil, fmt.Errorf("parent %s, entry %s: %w", parent, r.Key, err)
	}
	l.weights[r.Key] = w
	return w, nil, nil
}

// task returns one half of a split, decoded once.
func (l *Lab) task(ctx context.Context, split string, half Half) (*dataset.Task, error) {
	name := split + half.String()
	if t := l.tasks[name]; t != nil {
		return t, nil
	}
	s, ok := l.splits[split]
	if !ok {
		var err error
		if s, err = dataset.SplitFor(l.cfg.Source, split); err != nil {
			return nil, err
		}
		l.splits[split] = s
	}
	classes := s.A
	if half == B {
		classes = s.B
	}
	t, err := dataset.NewTask(ctx, l.cfg.Source, classes, dataset.TaskOptions{
		Name: l.cfg.Source.Name() + " " + name, PerClass: l.cfg.PerClass, Bad: l.cfg.Bad,
		Progress: func(done, total int) { l.report(Event{Decoded: done, Images: total}) },
	})
	if err != nil {
		return nil, err
	}
	for _, bad := range t.Bad() {
		l.report(Event{Notice: fmt.Sprintf("%s: left out %s: %v", t.Name(), bad.Name, bad.Err)})
	}
	l.tasks[name] = t
	return t, nil
}

func (l *Lab) trainer(arch gomlxnet.Arch, r Recipe) (*gomlxnet.Trainer, error) {
	if t := l.trainers[arch.Classes]; t != nil {
		return t, nil
	}
	t, err := gomlxnet.NewTrainer(l.cfg.Backend, arch, gomlxnet.SGD{Momentum: r.Momentum, Decay: r.Decay}, r.Batch)
	if err != nil {
		return nil, err
	}
	l.trainers[arch.Classes] = t
	return t, nil
}

func (l *Lab) report(e Event) {
	if l.cfg.Progress == nil {
		return
	}
	e.Done, e.Total = l.done, l.total
	l.cfg.Progress(e)
}

// Results lists everything in a store, entries that are not results left out.
func Results(s *store.Store) ([]Result, error) {
	var all []Result
	for key, err := range s.Keys() {
		if err != nil {
			return nil, err
		}
		entry, err := s.Get(key, resultFile)
		if err != nil {
			return all, err
		}
		r, err := decodeResult(entry[resultFile])
		if err != nil {
			return all, fmt.Errorf("store entry %s: %w", key, err)
		}
		r.Hit = true
		all = append(all, r)
	}
	return all, nil
}

// throttle lets a report through every so often.
type throttle struct {
	every time.Duration
	last  time.Time
}

func (t *throttle) due() bool {
	now := time.Now()
	if now.Sub(t.last) < t.every {
		return false
	}
	t.last = now
	return true
}
