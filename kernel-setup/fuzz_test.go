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
			!slices.Contains(args, "-fuzz=^"+f.name+"$") || !strings.HasPrefix(args[len(args)-1], "./") {
			t.Errorf("%v is run by go %q", f, args)
		}
	}
}

// The part fuzz runs a target of a clone for real, and tells one that passes from one that fails.
func TestFuzzPart(t *testing.T) {
	s, out := testSite(t)
	write(t, filepath.Join(s.home.Root, "good", "a_test.go"), `package good

import "testing"

func FuzzGood(f *testing.F) {
	f.Add("seed")
	f.Fuzz(func(t *testing.T, s string) {})
}
`)
	write(t, filepath.Join(s.home.Root, "bad", "a_test.go"), `package bad

import "testing"

func FuzzBad(f *testing.F) {
	f.Add("seed")
	f.Fuzz(func(t *testing.T, s string) { t.Error("no input is right") })
}
`)
	tests := &tally{}
	if err := s.fuzz(t.Context(), goEnv(), time.Millisecond, tests); err != nil {
		t.Fatal(err)
	}
	passed, failed := tests.of("pass"), tests.of("fail")
	if len(passed) != 1 || passed[0].name != "good FuzzGood" || len(failed) != 1 || failed[0].name != "bad FuzzBad" ||
		!strings.Contains(failed[0].output, "no input is right") {
		t.Errorf("passed %v, failed %v\n%s", passed, failed, out)
	}
}
