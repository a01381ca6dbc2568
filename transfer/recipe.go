package transfer

import (
	"fmt"

	"coadapt/gomlxnet"
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

// MiniRecipe trains Mini for the given number of steps, at least 1: Caffe's
// solver with a rate that falls in a straight line to zero, which makes the
// most of a short run.
func MiniRecipe(steps int) Recipe {
	return Recipe{
		Name: "mini", Steps: steps, Batch: 64,
		Rate:     gomlxnet.Schedule{Policy: gomlxnet.Poly, Base: 0.02, Max: steps, Power: 1},
		Momentum: 0.9, Decay: 0.0005,
		Pad: 2, Mirror: true, Scale: 1.0 / 64,
	}
}

// Epochs is the number of steps that show every one of images about epochs
// times, at least one.
func (r Recipe) Epochs(images int, epochs float64) int {
	return max(1, int(epochs*float64(images)/float64(r.Batch)+0.5))
}
