package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/nets"
	netweights "coadapt/gomlxnet/weights"
)

var narrow = []string{"curve", "-widths", "4,4,4,4,4,8,8", "-steps", "2", "-batch", "4", "-backend", "go", "-cuts", "3"}

// TestTwoDataSets: all classes of one data set are task A, all of another are task B, and both names are shown.
func TestTwoDataSets(t *testing.T) {
	testStore(t)
	train := append(slices.Clone(narrow), "-data", "shapes:classes=4,train=12,test=8,size=24", "-data-b",
		"plain-shapes:classes=6,train=12,test=8,size=24")
	status, out, errs := coadapt(t, t.Context(), append(slices.Clone(train), "-conditions", "AnB", "-json")...)
	if status != 0 || !strings.Contains(out, `"pair/A3B"`) || strings.Contains(out, `"0/`) ||
		!strings.Contains(out, "shapes and plain-shapes") {
		t.Fatalf("status %d, %s%s; want nets of the split pair, of both data sets", status, out, errs)
	}
	for _, classes := range []string{`"classes":4`, `"classes":6`} {
		if !strings.Contains(out, classes) {
			t.Errorf("no net with %s: %s", classes, out)
		}
	}
	if status, out, errs := coadapt(t, t.Context(), "show"); status != 0 || !strings.Contains(out, "two data sets:") {
		t.Errorf("show: status %d, %s%s; want a table of two data sets", status, out, errs)
	}
	for want, more := range map[string][]string{
		`the split is "pair"`:    {"-splits", "0"},
		"leave one of the two":   {"-base-a", "net.safetensors"},
		"no pretrained net is":   {"-splits", "pretrained"},
		"there is none":          {"-preprocess", "imagenet"},
		"no/such: no such file":  {"-data-b", "no/such"},
		"are the same pictures;": {"-data-b", "shapes:classes=4,train=12,test=8,size=24"},
	} {
		if status, _, errs := coadapt(t, t.Context(), append(slices.Clone(train), more...)...); status == 0 ||
			!strings.Contains(errs, want) {
			t.Errorf("%v: status %d, %s; want an error with %q", more, status, errs, want)
		}
	}
}

// TestPretrainedBase: base A is a file of weights, whose preprocessing has to be said.
func TestPretrainedBase(t *testing.T) {
	testStore(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "net.safetensors")
	arch := nets.Mini(7, nets.MiniOptions{Size: 24, Widths: [7]int{4, 4, 4, 4, 4, 8, 8}})
	w, err := arch.Init(5)
	if err != nil {
		t.Fatal(err)
	}
	if err := netweights.Write(file, arch, w); err != nil {
		t.Fatal(err)
	}
	pre := filepath.Join(dir, "pre.json")
	if err := os.WriteFile(pre, []byte(`{"mean": [1, 2, 3], "bgr": true}`), 0o644); err != nil {
		t.Fatal(err)
	}
	train := append(slices.Clone(narrow), "-data", "shapes:classes=4,train=12,test=8,size=24", "-base-a", file)
	status, out, errs := coadapt(t, t.Context(),
		append(slices.Clone(train), "-conditions", "BnB,AnB+", "-json", "-preprocess", pre)...)
	if status != 0 {
		t.Fatalf("status %d, %s%s", status, out, errs)
	}
	for _, name := range []string{"pretrained/baseB", "pretrained/B3B", "pretrained/A3B+"} {
		if !strings.Contains(out, `"`+name+`"`) {
			t.Errorf("no net %s: %s", name, out)
		}
	}
	if strings.Contains(out, "baseA") {
		t.Errorf("base A was trained: %s", out)
	}
	bad := filepath.Join(dir, "bad.json")
	if err := os.WriteFile(bad, []byte(`{"means": [1, 2, 3]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	for want, more := range map[string][]string{
		"say by -preprocess":    nil,
		`"caffe"`:               {"-preprocess", "inception"},
		`unknown field "means"`: {"-preprocess", bad},
		"no/such.safetensors":   {"-preprocess", "none", "-base-a", "no/such.safetensors"},
	} {
		if status, _, errs := coadapt(t, t.Context(), append(slices.Clone(train), more...)...); status == 0 ||
			!strings.Contains(errs, want) {
			t.Errorf("%v: status %d, %s; want an error with %q", more, status, errs, want)
		}
	}
}
