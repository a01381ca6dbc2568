package main

import (
	"fmt"
	"math"

	"coadapt/gomlxnet"
	"coadapt/transfer"

	"github.com/spf13/pflag"
)

// dials are what the miniature's net and its training can be turned by, beside size, widths, rate, steps and batch.
type dials struct {
	dropout, momentum, decay, rate2 float64
	noLRN, noAugment                bool
	init, schedule                  string
	warmup, steps2                  int
}

// dialNames are the flags of dials.
var dialNames = []string{
	"dropout",
	"no-lrn",
	"init",
	"momentum",
	"decay",
	"schedule",
	"warmup",
	"rate2",
	"steps2",
	"no-augment",
}

func (d *dials) flags(fl *pflag.FlagSet) {
	fl.Float64Var(&d.dropout, "dropout", 0, "probability with which outputs of fc6 and fc7 are dropped in training")
	fl.BoolVar(&d.noLRN, "no-lrn", false, "leave out the response normalisation behind conv1 and conv2")
	fl.BoolVar(
		&d.noAugment,
		"no-augment",
		false,
		"show pictures as they are, neither shifted nor mirrored (shapes never are)",
	)
	fl.StringVar(
		&d.init,
		"init",
		"he",
		"initial values: he (variance 2/fan-in), gauss (standard deviation 0.01), or caffe (CaffeNet's, with its biases of 1)",
	)
	fl.Float64Var(&d.momentum, "momentum", 0.9, "of the solver, from 0 to below 1")
	fl.Float64Var(&d.decay, "decay", 0.0005, "weight decay of the solver")
	fl.StringVar(&d.schedule, "schedule", "poly", "how the rate goes: poly (in a line to zero) or fixed")
	fl.IntVar(&d.warmup, "warmup", 0, "steps over which the rate rises to its first value")
	fl.Float64Var(
		&d.rate2,
		"rate2",
		0,
		"rate of the second training, that of nets which begin from a base's layers (default: --rate)",
	)
	fl.IntVar(&d.steps2, "steps2", 0, "steps of the second training (default: as many as of the first)")
}

// arch turns the dials of the net.
func (d *dials) arch(opt *gomlxnet.MiniOptions) (err error) {
	if !(d.dropout >= 0 && d.dropout < 1) {
		return fmt.Errorf("-dropout %v: want a probability from 0 to below 1", d.dropout)
	}
	opt.Dropout, opt.NoLRN = d.dropout, d.noLRN
	if opt.Init, err = gomlxnet.ParseInit(d.init); err != nil {
		return fmt.Errorf("-init: %w", err)
	}
	return nil
}

// recipe turns the dials of the training; the zero dials are those of a command without these flags.
func (d *dials) recipe(r *transfer.Recipe) error {
	if d.init == "" {
		return nil
	}
	switch {
	case !(d.momentum >= 0 && d.momentum < 1):
		return fmt.Errorf("-momentum %v: want a number from 0 to below 1", d.momentum)
	case !(d.decay >= 0) || math.IsInf(d.decay, 1):
		return fmt.Errorf("-decay %v: want a number from 0", d.decay)
	case !(d.rate2 >= 0) || math.IsInf(d.rate2, 1):
		return fmt.Errorf("-rate2 %v: want a number above 0, or 0 for -rate", d.rate2)
	case d.steps2 < 0 || d.warmup < 0:
		return fmt.Errorf("-steps2 %d, -warmup %d: want numbers above 0, or 0 for none", d.steps2, d.warmup)
	case d.schedule != "poly" && d.schedule != "fixed":
		return fmt.Errorf("-schedule %q: want poly or fixed", d.schedule)
	}
	if r.Rate.Policy == gomlxnet.Poly { // the recipe of 2014 has its own
		if d.noAugment {
			r.Pad, r.Mirror = 0, false
		}
		r.Momentum, r.Decay, r.Rate.Warmup = d.momentum, d.decay, d.warmup
		if d.schedule == "fixed" {
			r.Rate = gomlxnet.Schedule{Policy: gomlxnet.Fixed, Base: r.Rate.Base, Warmup: d.warmup}
		}
	}
	if d.rate2 > 0 || d.steps2 > 0 {
		r.Second = &transfer.Second{Rate: d.rate2, Steps: d.steps2}
	}
	return nil
}
