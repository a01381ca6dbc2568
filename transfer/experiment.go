package transfer

import (
	"context"
	"errors"
	"fmt"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/dataset"
	"coadapt/transfer/store"
)

// Setting is what the nets of one experiment have in common.
type Setting struct {
	Source   dataset.Source
	Arch     arch.Arch // Classes is set to each task's number
	Recipe   Recipe
	Reduced  *Recipe // of nets with Net.PerClass, as in 2014; nil is Recipe
	Epochs   float64 // above 0: Recipe's steps, and the end of its rate, follow from the images of the target task
	PerClass int     // the first PerClass training images of each class; 0 is all
	// Pretrained is base A of nets with [PretrainedSplit]; nil where there are none.
	Pretrained *Pretrained
	// of the user's own, see [OwnSplits]; the experiment is another one for each list of them
	Splits []dataset.Split
	Bad    dataset.BadPolicy // pictures that do not decode
	// of the backend that trains the nets (see [backend.ClassOf]); a Lab with a Backend sets it
	Class string
}

// Experiment plans the nets of a setting. It needs neither a backend nor a store. Each task is decoded once and each
// net planned once. Its methods may be called by several goroutines.
type Experiment struct {
	Setting
	id         string
	pretrained string      // key of Setting.Pretrained; "" where there is none
	hear       func(Event) // whom it tells of decoding

	tasks *memo[string, *dataset.Task] // by split, half and pictures
	archs *memo[int, *sized]           // by outputs
	plans *memo[Net, *Plan]
}

// NewExperiment checks a setting. hear is told of pictures being decoded, and of those left out; it may be nil. Nothing
// is decoded yet.
func NewExperiment(s Setting, hear func(Event)) (*Experiment, error) {
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	e := &Experiment{Setting: s, hear: hear, tasks: newMemo[string, *dataset.Task](), archs: newMemo[int, *sized](),
		plans: newMemo[Net, *Plan]()}
	if hear == nil {
		e.hear = func(Event) {}
	}
	var err error
	if s.Pretrained != nil {
		if e.pretrained, err = s.Pretrained.key(); err != nil {
			return nil, err
		}
	}
	e.id, err = s.id(e.pretrained)
	return e, err
}

// ID is what all results of the experiment have as Result.Experiment: twelve hexadecimal digits.
func (e *Experiment) ID() string { return e.id }

// check says what no net can be trained with.
func (s Setting) check() error {
	if s.Source == nil || s.Class == "" {
		return errors.New("a source of images and the class of a backend are needed")
	}
	if _, err := s.Arch.Dims(); err != nil {
		return err
	}
	h, w, c := s.Source.Shape()
	if h != w || c != s.Arch.Channels {
		return fmt.Errorf("%s has images of %dx%dx%d, %s wants square ones of %d channels",
			s.Source.Name(), h, w, c, s.Arch.Name, s.Arch.Channels)
	}
	if h+2*s.Recipe.Pad < s.Arch.Size {
		return fmt.Errorf("%s has images of %d px, with padding %d too small for %s of %d px; "+
			"resize them (-size %d) or make the net smaller", s.Source.Name(), h, s.Recipe.Pad, s.Arch.Name,
			s.Arch.Size, s.Arch.Size)
	}
	if s.Epochs <= 0 {
		if err := s.Recipe.Check(); err != nil {
			return err
		}
	}
	return errors.Join(s.checkSplits(), s.Pretrained.check(s.Arch))
}

// id names what all nets of the setting have in common: everything but the split, the net's name and what follows from
// them.
func (s Setting) id(pretrained string) (string, error) {
	s.Arch.Name, s.Arch.Classes, s.Recipe.Name = "", 0, ""
	if s.Epochs > 0 {
		s.Recipe = s.Recipe.WithSteps(0)
	}
	key, err := store.Key(struct {
		Semantics int       `json:"semantics"`
		Arch      arch.Arch `json:"arch"`
		Recipe    Recipe    `json:"recipe"`
		Epochs    float64   `json:"epochs"`
		PerClass  int       `json:"per_class"`
		InTurn    bool      `json:"in_turn,omitempty"` // pictures of a superclass: its fine classes give one in turn
		Data      string    `json:"data"`
		Backend   string    `json:"backend"`
		Reduced   *Recipe   `json:"reduced,omitempty"`
		// Splits are those of the user's own, so that nets of two files are not averaged under one name.
		Splits     []dataset.Split `json:"splits,omitempty"`
		Pretrained string          `json:"pretrained,omitempty"`
	}{semanticsOf(s.Arch), s.Arch, s.Recipe, max(0, s.Epochs), s.PerClass,
		s.PerClass > 0 && dataset.Fine(s.Source) != nil, s.Source.Digest(), s.Class, s.Reduced, s.Splits, pretrained})
	if err != nil {
		return "", err
	}
	return key[:12], nil
}

// Plan settles all about a net that can be known before it is trained. The images of its tasks are decoded, as its key
// depends on them; nothing is compiled.
func (e *Experiment) Plan(ctx context.Context, net Net) (*Plan, error) {
	p, err := e.plans.get(ctx, net, func() (*Plan, error) { return e.plan(ctx, net) })
	if err != nil {
		return nil, fmt.Errorf("net %s: %w", net, err)
	}
	return p, nil
}

func (e *Experiment) plan(ctx context.Context, net Net) (*Plan, error) {
	if err := net.Check(); err != nil {
		return nil, err
	}
	task, err := e.task(ctx, net, net.Target)
	if err != nil {
		return nil, err
	}
	p := &Plan{Net: net, Task: task, Cut: net.cut(e.Arch)}
	if p.Recipe, err = e.recipe(net, task); err != nil {
		return nil, err
	}
	outputs, err := p.Recipe.outputs(task.NumClasses())
	if err != nil {
		return nil, err
	}
	a, err := e.sized(ctx, outputs)
	if err != nil {
		return nil, err
	}
	p.Arch = a.Arch
	if err := (arch.Cut{N: net.N}).Check(p.Arch); err != nil {
		return nil, err
	}
	if parent, ok := net.Parent(); ok {
		if p.Parent, err = e.Plan(ctx, parent); err != nil {
			return nil, fmt.Errorf("parent: %w", err)
		}
	}
	// As in 2014, a transferred net keeps the mean of the task its layers come from.
	if p.View, err = e.view(ctx, p); err != nil {
		return nil, err
	}
	if p.Cost, err = newCost(net, a, p.Recipe, task.NumTest()); err != nil {
		return nil, err
	}
	p.spec = e.spec(p, a)
	p.Key, err = store.Key(p.spec)
	return p, err
}

// sized is the experiment's architecture with that many outputs.
func (e *Experiment) sized(ctx context.Context, outputs int) (*sized, error) {
	return e.archs.get(ctx, outputs, func() (*sized, error) {
		a := e.Arch
		a.Classes = outputs
		return newSized(a)
	})
}

// spec is that of a net of an architecture whose parent, recipe and task are planned.
func (e *Experiment) spec(p *Plan, a *sized) spec {
	s := spec{
		Semantics: semanticsOf(p.Arch),
		Treatment: p.Net.Treatment.String(),
		N:         p.Net.N,
		Seed:      p.Net.Seed,
		Target:    p.Net.Target.String(),
		Arch:      a,
		Recipe:    p.Recipe,
		Data:      p.Task.Digest(),
		Backend:   e.Class,
	}
	s.Recipe.Name = ""
	if s.Parent = p.ParentKey(); p.Parent == nil && p.Net.given() {
		s.Parent = e.pretrained
	}
	return s
}

// recipe is that of a net, its steps settled.
func (e *Experiment) recipe(net Net, task *dataset.Task) (Recipe, error) {
	r := e.Recipe
	if net.PerClass > 0 && e.Reduced != nil {
		r = *e.Reduced
	}
	if e.Epochs > 0 {
		images := task.NumTrain()
		if net.PerClass > 0 { // as in 2014, nets on fewer images take as many steps as one on all
			var err error
			if images, err = e.images(net); err != nil {
				return r, err
			}
		}
		r = r.WithSteps(r.Epochs(images, e.Epochs))
	}
	return r.Of(net.Treatment), r.Check()
}

// view is what a planned net is shown of a picture.
func (e *Experiment) view(ctx context.Context, p *Plan) (dataset.View, error) {
	if p.Net.given() {
		if e.Pretrained == nil {
			return dataset.View{}, errNotGiven
		}
		return e.Pretrained.view(p.Arch.Size, p.Recipe), nil
	}
	source, err := e.task(ctx, p.Net.root(), p.Net.Source())
	if err != nil {
		return dataset.View{}, err
	}
	return dataset.View{Size: p.Arch.Size, Crop: true, Pad: p.Recipe.Pad, Mirror: p.Recipe.Mirror,
		Mean: source.Mean(), MeanPerChannel: p.Recipe.ChannelMean, Scale: float32(p.Recipe.Scale)}, nil
}
