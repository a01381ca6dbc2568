package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"coadapt/transfer"
	"coadapt/transfer/figure"
	"coadapt/transfer/probing"

	"github.com/spf13/cobra"
)

// probeFields are the options that one probe has alone.
type probeFields struct {
	matched bool
	layer   string
	units   []int
}

func (o *probeFields) flags(c *cobra.Command) {
	c.Flags().BoolVar(&o.matched, "matched", false, "path: bring the second net's units into the order of the first's")
	c.Flags().StringVar(&o.layer, "layer", "", "maximise: the layer whose units are looked at (default: the last one)")
	c.Flags().IntSliceVar(&o.units, "units", nil,
		"maximise: the numbers of the units, from 0 (default: the first four)")
}

// set is the probe with what was asked for. It fails for an option that the probe of the name does not have.
func (o probeFields) set(name string, p probing.Probe) (probing.Probe, error) {
	switch p := p.(type) {
	case probing.Path:
		if o.layer == "" && o.units == nil {
			p.Matched = o.matched
			return p, nil
		}
	case probing.Maximise:
		if !o.matched {
			p.Layer, p.Units = o.layer, o.units
			return p, nil
		}
	}
	switch {
	case o.matched:
		return nil, fmt.Errorf("-matched: only the probe path has that, and not %s", name)
	case o.layer != "":
		return nil, fmt.Errorf("-layer %s: only the probe maximise has that, and not %s", o.layer, name)
	case o.units != nil:
		return nil, fmt.Errorf("-units %v: only the probe maximise has that, and not %s", o.units, name)
	}
	return p, nil
}

// enoughNets refuses numbers of nets that a probe, or its figure, cannot take, before any is trained.
func enoughNets(p probing.Probe, name, given string, nets int, drawn bool) error {
	_, made := p.(probing.Maximise)
	switch {
	case nets < p.Nets():
		return fmt.Errorf("-nets %s: probe %s compares nets, want two at least", given, name)
	case p.Nets() == 0 && nets < 3:
		return fmt.Errorf("-nets %s: probe %s places nets to each other, want three at least", given, name)
	case made && drawn && nets > 1:
		return fmt.Errorf("-nets %s: a figure of the probe %s shows the units of one net, want one", given, name)
	}
	return nil
}

// isFigure says whether a file is drawn.
func isFigure(file string) bool {
	switch strings.ToLower(filepath.Ext(file)) {
	case "", csvEnding, ".json":
		return false
	}
	return true
}

// writeMade draws the pictures that were made for a net's units.
func writeMade(ctx context.Context, file string, p probing.Maximise, r *probing.Runner, of transfer.Result) error {
	made, err := p.Made(ctx, r, of)
	if err != nil {
		return err
	}
	layer := p.Layer
	if layer == "" {
		layer = "the output"
	}
	fig, err := figure.Made(of.Net.String(), layer, made, figure.Options{})
	if err != nil {
		return err
	}
	return write(fig, file)
}
