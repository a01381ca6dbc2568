package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"

	"coadapt/gomlxnet"
	"coadapt/gomlxnet/dataset"
	"coadapt/transfer/store"
)

// semantics is raised by hand when the code comes to compute another number
// from the same spec; it is part of every key.
const semantics = 4

// plan is all that is settled about a net before it is trained.
type plan struct {
	net    Net
	arch   gomlxnet.Arch
	cut    gomlxnet.Cut
	recipe Recipe
	task   *dataset.Task
	view   dataset.View
	spec   spec
	key    string
}

// spec is what a result depends on, and nothing else: its hash is the key.
// Names are left empty; the words of a split are covered by the task's digest.
type spec struct {
	Semantics int           `json:"semantics"`
	Treatment string        `json:"treatment"`
	N         int           `json:"n"`
	Seed      int           `json:"seed"`
	Target    string        `json:"target"`
	Arch      gomlxnet.Arch `json:"arch"`
	Recipe    Recipe        `json:"recipe"`
	Data      string        `json:"data"`
	Parent    string        `json:"parent,omitempty"`
	Backend   string        `json:"backend"`
}

// experiment names what all nets of a Lab have in common: everything but the
// split, the net's name and what follows from them. Twelve hexadecimal digits.
func (c Config) experiment(backend, pretrained string) (string, error) {
	c.Arch.Name, c.Arch.Classes, c.Recipe.Name = "", 0, ""
	if c.Epochs > 0 {
		c.Recipe = c.Recipe.WithSteps(0)
	}
	key, err := store.Key(struct {
		Semantics int           `json:"semantics"`
		Arch      gomlxnet.Arch `json:"arch"`
		Recipe    Recipe        `json:"recipe"`
		Epochs    float64       `json:"epochs"`
		PerClass  int           `json:"per_class"`
		InTurn    bool          `json:"in_turn,omitempty"` // pictures of a superclass: its fine classes give one in turn
		Data      string        `json:"data"`
		Backend   string        `json:"backend"`
		Reduced   *Recipe       `json:"reduced,omitempty"`
		// Splits are those of the user's own, so that nets of two files are not averaged under one name.
		Splits     []dataset.Split `json:"splits,omitempty"`
		Pretrained string          `json:"pretrained,omitempty"`
	}{semanticsOf(c.Arch), c.Arch, c.Recipe, max(0, c.Epochs), c.PerClass,
		c.PerClass > 0 && dataset.Superclasses(c.Source), c.Source.Digest(), backend, c.Reduced, c.Splits, pretrained})
	if err != nil {
		return "", err
	}
	return key[:12], nil
}

// result is what is known of a net before it is trained.
func (p *plan) result(l *Lab) Result {
	return Result{
		Net:        p.net,
		Status:     OK,
		Classes:    p.task.NumClasses(),
		Data:       l.cfg.Source.Name(),
		Arch:       l.cfg.Arch.Name,
		Layers:     Layers(l.cfg.Arch),
		Key:        p.key,
		Experiment: l.experiment,
	}
}

func (l *Lab) plan(ctx context.Context, net Net) (*plan, error) {
	if err := net.Check(); err != nil {
		return nil, err
	}
	task, err := l.task(ctx, net, net.Target)
	if err != nil {
		return nil, err
	}
	p := &plan{net: net, task: task, arch: l.cfg.Arch, recipe: l.cfg.Recipe, cut: net.cut(l.cfg.Arch)}
	if net.PerClass > 0 && l.cfg.Reduced != nil {
		p.recipe = *l.cfg.Reduced
	}
	if p.arch.Classes, err = p.recipe.outputs(task.NumClasses()); err != nil {
		return nil, err
	}
	if err := (gomlxnet.Cut{N: net.N}).Check(p.arch); err != nil {
		return nil, err
	}
	if l.cfg.Epochs > 0 {
		images := task.NumTrain()
		if net.PerClass > 0 { // as in 2014, nets on fewer images take as many steps as one on all
			if images, err = l.images(net); err != nil {
				return nil, err
			}
		}
		p.recipe = p.recipe.WithSteps(p.recipe.Epochs(images, l.cfg.Epochs))
	}
	if err := p.recipe.Check(); err != nil {
		return nil, err
	}
	p.recipe = p.recipe.Of(net.Treatment)
	// As in 2014, a transferred net keeps the mean of the task its layers come from.
	if p.view, err = l.view(ctx, p); err != nil {
		return nil, err
	}

	p.spec = spec{
		Semantics: semanticsOf(p.arch),
		Treatment: net.Treatment.String(),
		N:         net.N,
		Seed:      net.Seed,
		Target:    net.Target.String(),
		Arch:      p.arch,
		Recipe:    p.recipe,
		Data:      task.Digest(),
		Backend:   l.backend,
	}
	p.spec.Arch.Name, p.spec.Recipe.Name = "", ""
	if net.given() {
		p.spec.Parent = l.pretrained
	}
	if parent, ok := net.Parent(); ok {
		pp, err := l.plan(ctx, parent)
		if err != nil {
			return nil, fmt.Errorf("parent %s: %w", parent, err)
		}
		p.spec.Parent = pp.key
	}
	p.key, err = store.Key(p.spec)
	return p, err
}

// view is what a planned net is shown of a picture.
func (l *Lab) view(ctx context.Context, p *plan) (dataset.View, error) {
	if p.net.given() {
		if l.cfg.Pretrained == nil {
			return dataset.View{}, fmt.Errorf("net %s: %w", p.net, errNotGiven)
		}
		return l.cfg.Pretrained.view(p.arch.Size, p.recipe), nil
	}
	source, err := l.task(ctx, p.net.root(), p.net.Source())
	if err != nil {
		return dataset.View{}, err
	}
	return dataset.View{Size: p.arch.Size, Crop: true, Pad: p.recipe.Pad, Mirror: p.recipe.Mirror,
		Mean: source.Mean(), MeanPerChannel: p.recipe.ChannelMean, Scale: float32(p.recipe.Scale)}, nil
}

// cut is what learns of the net, at first, in an arch.
func (n Net) cut(arch gomlxnet.Arch) gomlxnet.Cut { return n.Treatment.cut(n.N, arch.Cuts()) }

// stages are those of the net's training.
func (p *plan) stages() []stage {
	return p.net.Treatment.stages(p.net.N, p.arch.Cuts(), p.recipe.Steps)
}

// images counts all training images of a net's target task.
func (l *Lab) images(net Net) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	classes, err := l.classes(net.Split, net.Target)
	if err != nil {
		return 0, err
	}
	count := 0
	for i := range l.cfg.Source.Len(dataset.Train) {
		if _, ok := slices.BinarySearch(classes, l.cfg.Source.Label(dataset.Train, i)); ok {
			count++
		}
	}
	return count, nil
}

// stream is the seed of one source of randomness of a net. Base nets of the
// two tasks draw apart from each other; all nets above a cut draw alike,
// whatever their treatment and cut, so that they are paired by seed, and apart
// from the base nets, so that a selffer's new layers are not its own base's
// old initial values.
func (n Net) stream(what string) uint64 {
	role := "new"
	if n.Treatment.First() {
		role = "base" + n.Target.String()
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%s/%d", what, role, n.Seed))
	return binary.BigEndian.Uint64(sum[:8])
}
