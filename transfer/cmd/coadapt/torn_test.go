package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEmptyNotes: a run's record and a note of failure that a full disk left empty make no command fail.
func TestEmptyNotes(t *testing.T) {
	args := tiny(t)
	if status, _, errs := coadapt(t, t.Context(), args...); status != 0 {
		t.Fatal(errs)
	}
	files, err := filepath.Glob(filepath.Join(os.Getenv("COADAPT_STORE"), "runs", "*", "run.json"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v; want one record", files, err)
	}
	if err := os.WriteFile(files[0], nil, 0o644); err != nil {
		t.Fatal(err)
	}
	id := filepath.Base(filepath.Dir(files[0]))
	for _, args := range [][]string{{"status"}, {"status", id}, {"status", "-all"}, {"status", "-json"}, {"attach"},
		{"stop"}, {"store", "gc"}, {"store", "ls"}, {"show"}} {
		status, out, errs := coadapt(t, t.Context(), args...)
		if status != 0 {
			t.Errorf("%v: status %d: %s", args, status, errs)
		}
		if args[0] == "status" && !strings.Contains(out, id) {
			t.Errorf("%v does not name the run:\n%s", args, out)
		}
	}
	if status, _, errs := coadapt(t, t.Context(), args...); status != 0 {
		t.Error(errs)
	}
	if status, out, errs := coadapt(t, t.Context(), "status"); status != 0 || !strings.Contains(out, "4 of 4 done") {
		t.Errorf("begun again: status %d: %s%s", status, out, errs)
	}
}
