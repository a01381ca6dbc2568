package main

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

// TestDips2014 has the mean of the four paired differences of figure 2 at n = 5, by the paper's rule: 2.97 points
// (../../../shared/reference/figures.md), and that n = 7 lies on the base.
func TestDips2014(t *testing.T) {
	status, out, errs := coadapt(t, t.Context(), "dips", "-source", "2014", "-measure", "accuracy", "-json")
	if status != 0 {
		t.Fatalf("status %d: %s", status, errs)
	}
	found := 0
	for line := range strings.Lines(out) {
		var rec dipRecord
		if err := json.Unmarshal([]byte(line), &rec); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if want, ok := map[int]float64{5: -2.97, 7: 0}[rec.N]; ok && rec.Condition == "BnB" {
			found++
			if rec.Estimate == nil || math.Abs(*rec.Estimate-want) > 0.006 || rec.Units != 4 || rec.Failed != 0 ||
				rec.Of != 4 {
				t.Errorf("n = %d: %s; want %v points over 4 units", rec.N, line, want)
			}
		}
	}
	status, table, _ := coadapt(t, t.Context(), "dips", "-source", "2014", "-measure", "accuracy,loss")
	if status != 0 || !strings.Contains(table, "loss less base's") || !strings.Contains(table, "0 of 4") {
		t.Errorf("status %d: %s", status, table)
	}
	if found != 2 {
		t.Errorf("%d of 2 lines found in %s", found, out)
	}
}

// TestDials trains nets whose every dial is turned, and shows how they lie beside their base.
func TestDials(t *testing.T) {
	args := append(tiny(t), "-treatments", "BnB,BnBr,BnBs,base2x", "-dropout", "0.5", "-no-lrn", "-init", "caffe",
		"-momentum", "0.8", "-decay", "0", "-warmup", "2",
		"-rate2", "0.001", "-steps2", "5", "-no-augment", "-json")
	status, out, errs := coadapt(t, t.Context(), args...)
	if status != 0 {
		t.Fatalf("status %d: %s", status, errs)
	}
	for _, want := range []string{`"name":"0/B3Br"`, `"rescale":`, `"name":"0/baseB2x"`, `"clean_loss":`} {
		if !strings.Contains(out, want) {
			t.Errorf("no %s in %s", want, out)
		}
	}
	steps := map[string]int{"0/baseB": 3, "0/B3B": 5, "0/B3Br": 5, "0/baseB2x": 6}
	for line := range strings.Lines(out) {
		var rec struct {
			Name  string
			Steps int
		}
		if err := json.Unmarshal([]byte(line), &rec); err != nil {
			t.Fatal(err)
		}
		if want, ok := steps[rec.Name]; ok && rec.Steps != want {
			t.Errorf("%s took %d steps, want %d", rec.Name, rec.Steps, want)
		}
	}
	status, table, errs := coadapt(t, t.Context(), "dips")
	// a base of three steps did not train
	if status != 1 || table != "" || !strings.Contains(errs, "base of its own task") {
		t.Errorf("status %d: %s%s", status, table, errs)
	}
}
