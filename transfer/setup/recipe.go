package setup

import (
	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/train"
	"coadapt/transfer"
)

// trainingDials are options that the recipe of 2014 settles, beside those of the net.
var trainingDials = []string{"arch", "epochs", "rate", "coarse", "momentum", "decay", "schedule", "warmup", "rate2",
	"steps2", "no-augment"}

// The largest numbers that options take: of what is counted, so that products of two hold, and of what a net computes
// with in 32 bits.
const (
	maxCount  = 1e12
	maxNumber = 1e38
)

// Check says what is wrong with the options, as far as is known without the data. The error is a [Fault] where it is
// one option's.
func (o *Options) Check() error {
	if o.Recipe != Mini && o.Recipe != Recipe2014 {
		return fault("recipe", o.Recipe, "want mini or 2014")
	}
	if o.Recipe == Recipe2014 {
		for _, dial := range append(trainingDials, miniDials...) {
			if o.Said(dial) {
				return fault(dial, nil, "the recipe of 2014 settles it; leave one of the two flags out")
			}
		}
	}
	for _, n := range []struct {
		option      string
		value, most float64
	}{{"epochs", o.Epochs, maxCount}, {"steps", float64(o.Steps), maxCount}, {"batch", float64(o.Batch), maxCount},
		{"rate", o.Rate, maxNumber}, {"per-class", float64(o.PerClass), maxCount}, {"size", float64(o.Size), maxCount},
		{"rate2", o.Rate2, maxNumber}, {"steps2", float64(o.Steps2), maxCount},
		{"warmup", float64(o.Warmup), maxCount}} {
		if !(n.value >= 0) {
			return fault(n.option, n.value, "want a number above 0, or 0 for the default")
		}
		if n.value > n.most {
			return fault(n.option, n.value, "want at most %g", n.most)
		}
	}
	switch {
	case o.Epochs > 0 && o.Steps > 0:
		return fault("epochs", o.Epochs, "with -steps, each settles how long a net trains; leave one of the two out")
	case !(o.Momentum >= 0 && o.Momentum < 1):
		return fault("momentum", o.Momentum, "want a number from 0 to below 1")
	case !(o.Decay >= 0 && o.Decay <= maxNumber):
		return fault("decay", o.Decay, "want a number from 0 to %g", maxNumber)
	case o.Schedule != "poly" && o.Schedule != "fixed":
		return fault("schedule", o.Schedule, "want poly or fixed")
	}
	for _, check := range []func() error{func() error { return CheckParts(&o.Parts) }, o.checkElsewhere, o.checkNet} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// trained is how nets are trained on a source.
func (o Options) trained(src dataset.Source, n chosen) (transfer.Config, error) {
	if most := src.Len(dataset.Train); o.Batch > most {
		return transfer.Config{}, fault("batch", o.Batch, "%s has %d training pictures, want at most as many",
			src.Name(), most)
	}
	if o.Recipe == Recipe2014 {
		return o.paper(src), nil
	}
	cfg := transfer.MiniConfig(src)
	var err error
	if cfg.Arch, err = o.arch(src, n); err != nil {
		return cfg, err
	}
	o.shared(&cfg)
	r := &cfg.Recipe
	if o.NoAugment {
		r.Pad, r.Mirror = 0, false
	}
	r.Momentum, r.Decay, r.Rate.Warmup = o.Momentum, o.Decay, o.Warmup
	if o.Schedule == "fixed" {
		r.Rate = train.Schedule{Policy: train.Fixed, Base: r.Rate.Base, Warmup: o.Warmup}
	}
	if o.Rate2 > 0 || o.Steps2 > 0 {
		r.Second = &transfer.Second{Rate: o.Rate2, Steps: o.Steps2}
	}
	return cfg, nil
}

// shared is what both recipes can be told.
func (o Options) shared(cfg *transfer.Config) {
	if o.Precision == string(arch.BFloat16) {
		cfg.Arch.Precision = arch.BFloat16
		cfg.Arch.Name += "-" + o.Precision
	}
	if o.Batch > 0 {
		cfg.Recipe.Batch = o.Batch
	}
	if o.Rate > 0 {
		cfg.Recipe.Rate.Base = o.Rate
	}
	if o.Epochs > 0 {
		cfg.Epochs = o.Epochs
	}
	if o.Steps > 0 {
		cfg.Epochs, cfg.Recipe = 0, cfg.Recipe.Shortened(o.Steps)
	}
}

// paper is the experiment of 2014, over fewer steps where Steps says so.
func (o Options) paper(src dataset.Source) transfer.Config {
	cfg := transfer.PaperConfig(src)
	if o.Steps > 0 {
		reduced := cfg.Reduced.Shortened(o.Steps)
		cfg.Reduced = &reduced
	}
	if o.Batch > 0 {
		cfg.Reduced.Batch = o.Batch
	}
	o.shared(&cfg)
	return cfg
}
