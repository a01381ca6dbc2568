package stats_test

import (
	"strings"
	"testing"

	"coadapt/transfer"
	"coadapt/transfer/stats"
)

// spread is a dip of three seeds that is beyond doubt, and rescaled nets which differ so much that they may have it,
// too.
func spread(t *testing.T) (all []transfer.Result) {
	for seed, name := range []string{"", "#1", "#2"} {
		all = append(all, toy(t, "0/baseB"+name, 0.95), toy(t, "0/B4B"+name, 0.70+0.001*float64(seed)),
			toy(t, "0/B4Br"+name, []float64{0.80, 0.99, 0.95}[seed]))
	}
	return all
}

// TestReading: each sentence that the nets can call for, and none where there is nothing to read.
func TestReading(t *testing.T) {
	nets := func(accuracies map[string]float64) (all []transfer.Result) {
		for _, name := range []string{"0/baseB", "0/B1B", "0/B4B", "0/B7B", "0/B4Br"} {
			if a, ok := accuracies[name]; ok {
				all = append(all, toy(t, name, a))
			}
		}
		return all
	}
	for name, c := range map[string]struct {
		results []transfer.Result
		want    []string
	}{
		"failed, and back when rescaled": {cliff(t),
			[]string{"cut at n = 4", "in 4 of 5 cases", "it is back (+0.3 points", "is the scale"}},
		"one net failed, no control": {nets(map[string]float64{"0/baseB": 0.95, "0/B4B": 0.1, "0/B7B": 0.95}),
			[]string{"cut at n = 4", "chance or near it, though", "BnBr", "would tell"}},
		"failed, rescaled too": {nets(map[string]float64{"0/baseB": 0.95, "0/B4B": 0.1, "0/B4Br": 0.1}),
			[]string{"1 of 1 fail still"}},
		"dip, rescaled too": {nets(map[string]float64{"0/baseB": 0.95, "0/B1B": 0.94, "0/B4B": 0.7,
			"0/B4Br": 0.8}), []string{"cut at n = 4", "25.0 points below its base",
			"15.0 points below: their scale is not all"}},
		"dip that goes": {nets(map[string]float64{"0/baseB": 0.95, "0/B4B": 0.7, "0/B4Br": 0.95}),
			[]string{"25.0 points below its base", "it is back (+0.0 points"}},
		"a dip, and nets that say little": {spread(t), []string{"points below its base", "too few nets to tell"}},
		"no dip": {nets(map[string]float64{"0/baseB": 0.95, "0/B4B": 0.95}),
			[]string{"nowhere below their base"}},
		"no selffer": {nets(map[string]float64{"0/baseB": 0.95}), nil},
	} {
		got, err := stats.Reading(c.results, 0.95)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(c.want) == 0 && got != "" {
			t.Errorf("%s: %q, want nothing", name, got)
		}
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q does not say %q", name, got, want)
			}
		}
	}
	if _, err := stats.Reading(append(cliff(t),
		func() transfer.Result { r := toy(t, "0/B4B", 0.5); r.Key = "other"; return r }()), 0.95); err == nil {
		t.Error("two experiments are read as one")
	}
}
