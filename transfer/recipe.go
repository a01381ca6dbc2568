package transfer

import (
	"fmt"

	"coadapt/gomlxnet"
	"coadapt/gomlxnet/dataset"
)

// Recipe is how a net is trained, whatever its treatment: every net, base or
// transferred, gets the whole recipe from a fresh momentum, as in the paper.
// Everything in it is part of a result's key.
type Recipe struct {
	Name        string            `json:"name"`
	Steps       int               `json:"steps"`
	Batch       int               `json:"batch"`
	Rate        gomlxnet.Schedule `json:"rate"`
	Momentum    float64           `json:"momentum"`
	Decay       float64           `json:"decay"`        // Caffe's weight_decay
	Pad         int               `json:"pad"`          // zeros around the image before a random crop of the net's size
	Mirror      bool              `json:"mirror"`       // left to right, half the time
	ChannelMean bool              `json:"channel_mean"` // subtract one mean a channel instead of the mean image
	Scale       float64           `json:"scale"`        // of pixels 0..255 after the mean
}

// Check says what is wrong with the recipe.
func (r Recipe) Check() error {
	if r.Steps < 1 || r.Batch < 1 {
		return fmt.Errorf("recipe %q: %d steps of %d images, want at least 1 of each", r.Name, r.Steps, r.Batch)
	}
	if r.Momentum < 0 || r.Momentum >= 1 || r.Decay < 0 || r.Scale <= 0 || r.Pad < 0 {
		return fmt.Errorf("recipe %q: momentum %v, decay %v, scale %v, pad %d; want momentum in [0, 1), decay and pad from 0, scale above 0",
			r.Name, r.Momentum, r.Decay, r.Scale, r.Pad)
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
		Rate:     gomlxnet.Schedule{Policy: gomlxnet.Poly, Base: 0.01, Power: 1},
		Momentum: 0.9, Decay: 0.0005,
		Pad: 2, Mirror: true, Scale: 1.0 / 64,
	}
}

// MiniConfig is the miniature experiment that suits a source: arch, recipe and
// epochs. Backend, store and progress are left to the caller.
//
// Pictures get fifteen passes. Shapes get three of small batches, so that a
// whole curve takes minutes on two cores: 750 steps of 16 leave base nets less
// dependent on their seed than 250 steps of 64 would. They are drawn at random
// places already, so they are neither shifted nor mirrored.
func MiniConfig(src dataset.Source) Config {
	h, _, c := src.Shape()
	cfg := Config{Source: src, Arch: gomlxnet.Mini(len(src.Classes()), gomlxnet.MiniOptions{Size: h, Channels: c}), Recipe: MiniRecipe(), Epochs: 15}
	if src.Name() == "shapes" {
		cfg.Recipe.Batch, cfg.Recipe.Rate.Base, cfg.Recipe.Pad, cfg.Recipe.Mirror, cfg.Epochs = 16, 0.005, 0, false, 3
	}
	return cfg
}

// WithSteps is the recipe over the given number of steps, a rate that falls to
// zero falling to zero there.
func (r Recipe) WithSteps(steps int) Recipe {
	r.Steps = steps
	if r.Rate.Policy == gomlxnet.Poly {
		r.Rate.Max = steps
	}
	return r
}

// Epochs is the number of steps that show every one of images about epochs
// times, at least one.
func (r Recipe) Epochs(images int, epochs float64) int {
	return max(1, int(epochs*float64(images)/float64(r.Batch)+0.5))
}
