package nb

import (
	"fmt"
	"math"
	"strconv"

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
	Arch     string  `json:"arch,omitempty"` // a registered name with options
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

// Arch trains another net than the miniature, by a name that coadapt arch knows, with options: "resnet20:depth=32" or
// "mini:norm=batch", as coadapt's -arch. Pictures are made as large as the net takes them.
func Arch(name string) Option { return func(s *settings) { s.dials.Arch = name } }

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
	if err := d.checkArch(); err != nil {
		return err
	}
	if d.Steps2 < 0 || d.PerClass < 0 {
		return fmt.Errorf("nb.SecondSteps(%d), nb.PerClass(%d): want numbers from 1", d.Steps2, d.PerClass)
	}
	return nil
}

// turn has cfg be as the dials say.
func (d dials) turn(cfg *transfer.Config) error {
	if d.Rate > 0 {
		cfg.Recipe.Rate.Base = d.Rate
	}
	if d.Rate2 > 0 || d.Steps2 > 0 {
		cfg.Recipe.Second = &transfer.Second{Rate: d.Rate2, Steps: d.Steps2}
	}
	cfg.PerClass = d.PerClass
	if d.Dropout == 0 && !d.NoLRN && d.Arch == "" {
		return nil
	}
	var err error
	cfg.Arch, err = d.net(cfg.Source, cfg.Arch.Classes)
	return err
}

// option is one that was given, as a flag of coadapt and as Go.
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
	number("test-share", "TestShare", s.TestShare)
	if s.dials.Arch != "" {
		out = append(out, option{"--arch=" + s.dials.Arch, fmt.Sprintf("nb.Arch(%q)", s.dials.Arch)})
	}
	if s.SplitFile != "" {
		out = append(out, option{"--split-file=" + s.SplitFile, fmt.Sprintf("nb.SplitFile(%q)", s.SplitFile)})
	}
	if s.SkipBad {
		out = append(out, option{"--skip-bad", "nb.SkipBad()"})
	}
	if s.dials.NoLRN {
		out = append(out, option{"--no-lrn", "nb.NoLRN()"})
	}
	return out
}
