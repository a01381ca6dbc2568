package nb

import (
	"fmt"
	"math"
	"strconv"

	"coadapt/gomlxnet"
	"coadapt/transfer"
)

// dials are what can be turned of the net and of its training; the zero value is what suits the data. Each is a flag of
// coadapt curve, too.
type dials struct {
	Rate     float64 `json:"rate,omitempty"`
	Rate2    float64 `json:"rate2,omitempty"` // of the second training
	Steps2   int     `json:"steps2,omitempty"`
	PerClass int     `json:"per_class,omitempty"`
	Dropout  float64 `json:"dropout,omitempty"`
	NoLRN    bool    `json:"no_lrn,omitempty"`
}

// Rate is the learning rate at which a training begins, as coadapt's -rate.
func Rate(rate float64) Option { return func(s *settings) { s.dials.Rate = rate } }

// SecondRate is the rate of the second training alone, that of nets which begin from a base's layers: -rate2. Base nets
// stay as they are.
func SecondRate(rate float64) Option { return func(s *settings) { s.dials.Rate2 = rate } }

// SecondSteps is the number of steps of the second training alone: -steps2.
func SecondSteps(n int) Option { return func(s *settings) { s.dials.Steps2 = n } }

// PerClass trains on the first n pictures of each class: -per-class.
func PerClass(n int) Option { return func(s *settings) { s.dials.PerClass = n } }

// Dropout drops so large a share of the values of fc6 and fc7 in training: -dropout.
func Dropout(share float64) Option { return func(s *settings) { s.dials.Dropout = share } }

// NoLRN leaves out the response normalisation behind conv1 and conv2: -no-lrn.
func NoLRN() Option { return func(s *settings) { s.dials.NoLRN = true } }

func (d dials) check() error {
	for _, x := range []struct {
		name string
		v    float64
	}{{"Rate", d.Rate}, {"SecondRate", d.Rate2}} {
		if !(x.v >= 0) || math.IsInf(x.v, 1) {
			return fmt.Errorf("nb.%s(%v): want a rate above 0, such as 0.01", x.name, x.v)
		}
	}
	if !(d.Dropout >= 0 && d.Dropout < 1) {
		return fmt.Errorf("nb.Dropout(%v): want a share from 0 to below 1, such as 0.5", d.Dropout)
	}
	if d.Steps2 < 0 || d.PerClass < 0 {
		return fmt.Errorf("nb.SecondSteps(%d), nb.PerClass(%d): want numbers from 1", d.Steps2, d.PerClass)
	}
	return nil
}

// turn has cfg be as the dials say.
func (d dials) turn(cfg *transfer.Config) {
	if d.Rate > 0 {
		cfg.Recipe.Rate.Base = d.Rate
	}
	if d.Rate2 > 0 || d.Steps2 > 0 {
		cfg.Recipe.Second = &transfer.Second{Rate: d.Rate2, Steps: d.Steps2}
	}
	if d.Dropout > 0 || d.NoLRN {
		opt := transfer.MiniOptions(cfg.Source)
		opt.Dropout, opt.NoLRN = d.Dropout, d.NoLRN
		cfg.Arch = gomlxnet.Mini(cfg.Arch.Classes, opt)
	}
	cfg.PerClass = d.PerClass
}

// option is one that was given, as a flag of coadapt and as Go, "" where the Go is that of the flag before it.
type option struct{ flag, source string }

// options are those that were given, in one order.
func (s settings) options() []option {
	var out []option
	number := func(flag, name string, x float64) {
		if x != 0 {
			v := strconv.FormatFloat(x, 'g', -1, 64)
			out = append(out, option{"--" + flag + "=" + v, "nb." + name + "(" + v + ")"})
		}
	}
	number("epochs", "Epochs", float64(s.Epochs))
	number("steps", "Steps", float64(s.Steps))
	number("rate", "Rate", s.dials.Rate)
	number("rate2", "SecondRate", s.dials.Rate2)
	number("steps2", "SecondSteps", float64(s.dials.Steps2))
	number("per-class", "PerClass", float64(s.dials.PerClass))
	number("dropout", "Dropout", s.dials.Dropout)
	number("test-share", "TestShare", s.parts.TestShare)
	if s.parts.Folds > 0 {
		out = append(out, option{fmt.Sprintf("--folds=%d", s.parts.Folds), fmt.Sprintf("nb.Fold(%d, %d)",
			s.parts.Fold, s.parts.Folds)},
			option{flag: fmt.Sprintf("--fold=%d", s.parts.Fold)})
	}
	number("part-seed", "PartSeed", float64(s.parts.Seed))
	if s.parts.Groups != "" {
		out = append(out, option{"--groups=" + s.parts.Groups, fmt.Sprintf("nb.Groups(%q)", s.parts.Groups)})
	}
	if s.SplitFile != "" {
		out = append(out, option{"--split-file=" + s.SplitFile, fmt.Sprintf("nb.SplitFile(%q)", s.SplitFile)})
	}
	out = append(out, s.elsewhere.options()...)
	if s.SkipBad {
		out = append(out, option{"--skip-bad", "nb.SkipBad()"})
	}
	if s.dials.NoLRN {
		out = append(out, option{"--no-lrn", "nb.NoLRN()"})
	}
	return out
}
