package nb

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"syscall"
	"testing"

	"coadapt/transfer"
	"coadapt/transfer/store"
	"coadapt/transfer/sweep"
)

// Nets that diverged, failed or are blocked are among the results in the order asked for, without a number, and are
// named; nets that are still being trained are not results.
func TestResultsThatAreNoNumbers(t *testing.T) {
	cfg, err := configure(t.Context(), with(t, tiny, Steps(2)).set)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Class = "go"
	if cfg.Store, err = store.Open(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	l := &Lab{source: cfg.Source, config: cfg}
	if l.lab, err = transfer.NewLab(cfg); err != nil {
		t.Fatal(err)
	}
	ok, diverged := made("base", 0, 600), made("BnB", 3, 900)
	diverged.Status, diverged.Reason = transfer.Diverged, "the loss is NaN at step 7"
	r := &background{
		lab:  l,
		nets: []transfer.Net{Net("AnB", 3, 0), Net("base", 0, 0), Net("BnB", 3, 0), Net("AnB", 4, 0), Net("RnB", 1, 0)},
	}
	st := &sweep.Status{Nets: []sweep.NetStatus{
		{
			Member: sweep.Member{Net: ok.Net},
			Phase:  sweep.Done,
			Result: &ok,
		}, {Member: sweep.Member{Net: diverged.Net}, Phase: sweep.Done, Result: &diverged},
		{
			Member: sweep.Member{Net: Net("AnB", 3, 0), Key: "k"},
			Phase:  sweep.Failed,
			Reason: "no memory",
		}, {Member: sweep.Member{Net: Net("AnB", 4, 0)}, Phase: sweep.Blocked, Reason: "its parent"},
		{Member: sweep.Member{Net: Net("RnB", 1, 0)}, Phase: sweep.Running}}}
	got := r.results(st)
	var all []string
	for _, x := range got {
		all = append(all, fmt.Sprint(x.Net, " ", x.Status))
		if x.Experiment != l.lab.Experiment() {
			t.Errorf("%s is of experiment %q", x.Net, x.Experiment)
		}
	}
	if want := []string{"0/A3B failed", "0/baseB ok", "0/B3B diverged", "0/A4B blocked"}; !slices.Equal(all, want) {
		t.Errorf("%q, want %q", all, want)
	}
	lines := notNumbers(got)
	want := []string{
		"in no mean, failed (no memory): 0/A3B",
		"in no mean, diverged (the loss is NaN at step 7): 0/B3B",
		"in no mean, blocked: 0/A4B",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("%q, want %q", lines, want)
	}
	if _, err := l.nets(These(Net("base", 0, 0), transfer.Net{Split: "nosuch", Target: transfer.B})); err == nil ||
		!strings.Contains(err.Error(), "nosuch/baseB") {
		t.Errorf("a split that the data do not have: %v", err)
	}
}

// A full disk is one sentence, whatever said so: the program that trains, or the nets' own reasons.
func TestFullDisk(t *testing.T) {
	l := &Lab{}
	var err error
	if l.store, err = store.Open(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	r := &background{lab: l}
	failed := func(reason string) *sweep.Status {
		return &sweep.Status{Nets: []sweep.NetStatus{{Phase: sweep.Done}, {Phase: sweep.Failed, Reason: reason}}}
	}
	other := errors.New("the run in the background ended twice before its time")
	for _, c := range []struct {
		st   *sweep.Status
		err  error
		full bool
	}{
		{failed("no memory"), nil, false},
		{failed("no memory"), other, false},
		{failed("writing 25c5: write weights.safetensors: no space left on device"), nil, true},
		{failed("writing 25c5: write weights.safetensors: no space left on device"), other, true},
		{&sweep.Status{}, fmt.Errorf("saving: %w", &fs.PathError{Op: "write", Path: "a", Err: syscall.ENOSPC}), true},
		{&sweep.Status{}, errors.New("it ended at once (exit status 1): error: write a: no space left on device"),
			true},
	} {
		got := r.full(c.st, c.err)
		if is := got != nil &&
			strings.HasPrefix(got.Error(), "the disk of the store "+l.store.Dir()+" is full: "); is != c.full ||
			!c.full && got != c.err {
			t.Errorf("%+v, %v: %v", c.st, c.err, got)
		}
	}
}
