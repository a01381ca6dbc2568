package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Every fuzz test of the clone is found, and is run without minimising.
func TestFuzzTargets(t *testing.T) {
	targets, err := fuzzTargets("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []fuzzTarget{{filepath.Join("gomlxnet", "dataset", "picture"), "FuzzDecode"}, {filepath.Join("gomlxnet", "dataset", "formats"), "FuzzArchives"},
		{"transfer", "FuzzWeights"}, {filepath.Join("transfer", "store"), "FuzzImport"}} {
		if !slices.Contains(targets, want) {
			t.Errorf("%v is not found among %v", want, targets)
		}
	}
	for _, f := range targets {
		if args := f.args(time.Minute); !slices.Contains(args, "-fuzzminimizetime=1x") ||
			!slices.Contains(args, "-fuzztime=1m0s") ||
			!slices.Contains(args, "-fuzz=^"+f.name+"$") ||
			!strings.HasPrefix(args[len(args)-1], "./") {
			t.Errorf("%v is run by go %q", f, args)
		}
	}
}

// The default run has every fuzz test for a few seconds; who asks for them has them longer.
func TestFuzzTime(t *testing.T) {
	if !slices.Contains(testParts(), "fuzz") {
		t.Errorf("test runs %v by default, without fuzz", testParts())
	}
	for want, o := range map[time.Duration]testOptions{fuzzBriefly: {}, fuzzAlone: {only: []string{"vet", "fuzz"}},
		time.Minute: {only: []string{"fuzz"}, fuzz: time.Minute}} {
		if got := o.fuzzTime(); got != want {
			t.Errorf("%+v: %v a fuzz test, want %v", o, got, want)
		}
	}
}
