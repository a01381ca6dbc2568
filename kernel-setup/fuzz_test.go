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
	for _, want := range []fuzzTarget{{filepath.Join("gomlxnet", "dataset"), "FuzzDecode"}, {filepath.Join("gomlxnet", "dataset"), "FuzzArchives"},
		{"transfer", "FuzzWeights"}, {filepath.Join("transfer", "store"), "FuzzImport"}} {
		if !slices.Contains(targets, want) {
			t.Errorf("%v is not found among %v", want, targets)
		}
	}
	for _, f := range targets {
		if args := f.args(time.Minute); !slices.Contains(args, "-fuzzminimizetime=1x") || !slices.Contains(args, "-fuzztime=1m0s") ||
			!slices.Contains(args, "-fuzz=^"+f.name+"$") ||
			!strings.HasPrefix(args[len(args)-1], "./") {
			t.Errorf("%v is run by go %q", f, args)
		}
	}
}
