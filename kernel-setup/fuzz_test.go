package main

import (
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
	for _, want := range []fuzzTarget{{"gomlxnet/dataset/picture", "FuzzDecode"},
		{"gomlxnet/dataset/formats", "FuzzArchives"},
		{"transfer", "FuzzWeights"}, {"transfer/store", "FuzzImport"}} {
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

// Go's own flaw at the end of the time is told from an input that fails, by what go 1.26.8 printed for each.
func TestEndedByTheClock(t *testing.T) {
	const clock = "fuzz: elapsed: 3s, execs: 40400 (0/sec), new interesting: 98 (total: 102)\n" +
		"--- FAIL: FuzzDecode (3.10s)\n    context deadline exceeded\nFAIL\nexit status 1\n"
	const input = "--- FAIL: FuzzDecode (0.02s)\n    --- FAIL: FuzzDecode (0.00s)\n        decode_test.go:9: context " +
		"deadline exceeded\n" +
		"    \n    Failing input written to testdata/fuzz/FuzzDecode/771e938e4458e983\n" +
		"    To re-run:\n    go test -run=FuzzDecode/771e938e4458e983\nFAIL\nexit status 1\n"
	const seed = "--- FAIL: FuzzDecode (0.00s)\n    --- FAIL: FuzzDecode/seed#0 (0.00s)\n        decode_test.go:9: " +
		"wrong\nFAIL\n"
	for out, want := range map[string]bool{clock: true, input: false, seed: false, clock + input: false} {
		if got := endedByTheClock([]byte(out)); got != want {
			t.Errorf("%v, want %v, of\n%s", got, want, out)
		}
	}
}
