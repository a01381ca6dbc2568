package transfer

import (
	"fmt"
	"math"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/shapes"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/train"
)

// Recipe is how a net is trained, whatever its treatment: every net, base or
// transferred, gets the whole recipe from a fresh momentum, as in the paper.
// Everything in it is part of a result's key.
type Recipe struct {
	Name        string         `json:"name"`
	Steps       int            `json:"steps"`
	Batch       int            `json:"batch"`
	Rate        train.Schedule `json:"rate"`
	Momentum    float64        `json:"momentum"`
	Decay       float64        `json:"decay"`        // Caffe's weight_decay
	Pad         int            `json:"pad"`          // zeros around the image before a random crop of the net's size
	Mirror      bool           `json:"mirror"`       // left to right, half the time
	ChannelMean bool           `json:"channel_mean"` // subtract one mean a channel instead of the mean image
	Scale       float64        `json:"scale"`        // of pixels 0..255 after the mean
	// Outputs of the last layer; 0 is one a class. More than there are classes is allowed: the others never get a
	// positive label.
	Outputs int `json:"outputs,omitempty"`
	// The net is tested after every TestEvery steps, for the best-10 rule of 2014; 0 is after the last step only.
	TestEvery int `json:"test_every,omitempty"`
	// Second, where it is given, changes the recipe for nets that are not trained from scratch. It is part of their
	// key and not of their base's, so that experiments that differ in it share their base nets.
	Second *Second `json:"second,omitempty"`
}

// Second is what the second training, that of new layers above a cut, has of its own. Zero fields are as in the first.
type Second struct {
	Rate  float64 `json:"rate,omitempty"`  // at the first step
	Steps int     `json:"steps,omitempty"` // of a rate that falls over them as it does in the first training
}

// Of is the recipe of a net with this treatment: with the second training's rate and steps where it has them, and
// twice the steps for [BaseTwice].
func (r Recipe) Of(t Treatment) Recipe {
	second := r.Second
	r.Second = nil
	switch {
	case t.row().times > 1:
		return r.Shortened(t.row().times * r.Steps)
	case t.First() || second == nil:
		return r
	}
	if second.Rate > 0 {
		r.Rate.Base = second.Rate
	}
	if second.Steps > 0 {
		r = r.Shortened(second.Steps)
	}
	return r
}

// Check says what is wrong with the recipe.
func (r Recipe) Check() error {
	if r.Steps < 1 || r.Batch < 1 {
		return fmt.Errorf("recipe %q: %d steps of %d images, want at least 1 of each", r.Name, r.Steps, r.Batch)
	}
	if r.Momentum < 0 || r.Momentum >= 1 || r.Decay < 0 || r.Scale <= 0 || r.Pad < 0 {
		return fmt.Errorf("recipe %q: momentum %v, decay %v, scale %v, pad %d; want momentum in [0, 1), decay and "+
			"pad from 0, scale above 0", r.Name, r.Momentum, r.Decay, r.Scale, r.Pad)
	}
	if r.Outputs < 0 || r.TestEvery < 0 {
		return fmt.Errorf("recipe %q: %d outputs, a test every %d steps; want 0 for the default or more", r.Name,
			r.Outputs, r.TestEvery)
	}
	if s := r.Second; s != nil && (!(s.Rate >= 0) || math.IsInf(s.Rate, 1) || s.Steps < 0) {
		return fmt.Errorf("recipe %q: second training at rate %v over %d steps, want 0 for those of the first, or more",
			r.Name, s.Rate, s.Steps)
	}
	if err := r.Rate.Check(); err != nil {
		return fmt.Errorf("recipe %q: %w", r.Name, err)
	}
	return nil
}

// MiniRecipe trains Mini on pictures: Caffe's solver with a rate that falls in
// a straight line to zero, which makes the most of a short run. Its steps are
// left open, see [Config].Epochs.
func MiniRecipe() Recipe {
	return Recipe{
		Name: "mini", Batch: 64,
		Rate:     train.Schedule{Policy: train.Poly, Base: 0.01, Power: 1},
		Momentum: 0.9, Decay: 0.0005,
		Pad: 2, Mirror: true, Scale: 1.0 / 64,
	}
}

// FewPictures are fewer training pictures, of both tasks together, than [MiniConfig] trains in batches of 64.
const FewPictures = 20000

// MiniConfig is the miniature experiment that suits a source: arch, recipe and
// epochs. Backend, store and progress are left to the caller.
//
// Pictures get fifteen passes. Shapes get three, so that a whole curve takes
// minutes on two cores; they are drawn at random places already, so they are
// neither shifted nor mirrored. Fewer than FewPictures for training come in
// small batches at half the rate: of 1200 images fifteen passes are 281 steps
// of 64, in which base nets do not get away from where they begin, and 1125 of
// 16; of the shapes, 750 steps of 16 leave them less dependent on their seed than
// 250 of 64 would.
//
// Plain shapes are the default experiment: a narrow net, 3000 steps of 32 at a
// rate of 0.0275. Its base nets are nearly done, so that what a cut costs can be
// seen, and it takes a minute or two. notebooks/results/fragility.md has how it
// was chosen.
func MiniConfig(src dataset.Source) Config {
	cfg := Config{
		Setting: Setting{
			Source: src,
			Arch:   nets.Mini(len(src.Classes()), MiniOptions(src)),
			Recipe: MiniRecipe(),
			Epochs: 15,
		},
	}
	if name := src.Name(); name == "shapes" || name == shapes.PlainName {
		cfg.Recipe.Pad, cfg.Recipe.Mirror, cfg.Epochs = 0, false, 3
	}
	if src.Name() == shapes.PlainName {
		cfg.Recipe.Batch, cfg.Recipe.Rate.Base = 32, 0.0275
		cfg.Epochs, cfg.Recipe = 0, cfg.Recipe.WithSteps(3000)
		return cfg
	}
	if src.Len(dataset.Train) < FewPictures {
		cfg.Recipe.Batch, cfg.Recipe.Rate.Base = 16, 0.005
	}
	return cfg
}

// MiniOptions are those of the Mini that suits a source: the size of its
// pictures, and for plain shapes narrow layers.
func MiniOptions(src dataset.Source) nets.MiniOptions {
	h, _, c := src.Shape()
	opt := nets.MiniOptions{Size: h, Channels: c}
	if src.Name() == shapes.PlainName {
		opt.Widths = [7]int{16, 24, 24, 24, 24, 64, 64}
	}
	return opt
}

// WithSteps is the recipe over the given number of steps, a rate that falls to
// zero falling to zero there.
func (r Recipe) WithSteps(steps int) Recipe {
	r.Steps = steps
	if r.Rate.Policy == train.Poly {
		r.Rate.Max = steps
	}
	return r
}

// Epochs is the number of steps that show every one of images about epochs
// times, at least one.
func (r Recipe) Epochs(images int, epochs float64) int {
	return max(1, int(epochs*float64(images)/float64(r.Batch)+0.5))
}

// outputs is how many the last layer has on a task of some number of classes.
func (r Recipe) outputs(classes int) (int, error) {
	switch {
	case r.Outputs == 0:
		return classes, nil
	case r.Outputs < classes:
		return 0, fmt.Errorf("recipe %q: %d outputs for a task of %d classes, want at least as many", r.Name, r.Outputs,
			classes)
	}
	return r.Outputs, nil
}

// PaperRecipe is the solver and data layer of the 2014 nets: 450,000 steps of
// 256 images, every net the whole schedule from fresh momentum; pixels 0..255
// less the mean image of the source's task, a random crop of 227 px out of 256,
// mirrored; 1000 outputs whatever the number of classes. Frozen or not, all
// layers below the cut and above it learn at one rate or none. The rest of the
// recipe is [nets.CaffeNet].
func PaperRecipe() Recipe {
	return Recipe{
		Name: "2014", Steps: 450000, Batch: 256,
		Rate:     train.Schedule{Policy: train.Step, Base: 0.01, Gamma: 0.1, Every: 100000},
		Momentum: 0.9, Decay: 0.0005,
		Mirror: true, Scale: 1, Outputs: 1000, TestEvery: 1000,
	}
}

// ReducedRecipe is that of the 12 nets on reduced data, by a solver of their
// own: 200,000 steps, a rate of 0.0125 that drops every 64,000.
func ReducedRecipe() Recipe {
	r := PaperRecipe()
	r.Name, r.Steps = "2014 reduced", 200000
	r.Rate.Base, r.Rate.Every = 0.0125, 64000
	return r
}

// PaperConfig is the 2014 experiment on a source of 256 px images: CaffeNet,
// and the recipes of the time. Backend, store and progress are left to the
// caller. For another source than ILSVRC12, set Recipe.Outputs where it has
// more than 1000 classes.
func PaperConfig(src dataset.Source) Config {
	reduced := ReducedRecipe()
	return Config{
		Setting: Setting{Source: src, Arch: nets.CaffeNet(1000), Recipe: PaperRecipe(), Reduced: &reduced},
	}
}

// Shortened is the recipe over another number of steps: where the rate drops in stairs,
// and where the net is tested, comes at the same share of the way.
func (r Recipe) Shortened(steps int) Recipe {
	share := func(every int) int { return max(1, int(float64(every)*float64(steps)/float64(r.Steps)+0.5)) }
	if r.Rate.Policy == train.Step {
		r.Rate.Every = share(r.Rate.Every)
	}
	if r.TestEvery > 0 {
		r.TestEvery = share(r.TestEvery)
	}
	return r.WithSteps(steps)
}
