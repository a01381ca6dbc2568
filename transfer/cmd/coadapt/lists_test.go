package main

import (
	"slices"
	"strings"
	"testing"

	"coadapt/transfer"
)

func TestNumbers(t *testing.T) {
	for text, want := range map[string][]int{"3": {3}, "0,1,4": {0, 1, 4}, "1-3": {1, 2, 3}, "5, 1-2,2": {5, 1, 2}} {
		if got, err := numbers("n", text, 0, 7); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "8", "-1", "1-", "3-1", "a", "1,,2"} {
		if got, err := numbers("n", text, 0, 7); err == nil {
			t.Errorf("%q = %v, want an error", text, got)
		}
	}
}

// TestTooManyNumbers: a range of a thousand million is refused before memory is taken for it.
func TestTooManyNumbers(t *testing.T) {
	for _, text := range []string{"0-1000000000", "0-9999,20000-29999"} {
		if got, err := numbers("seeds", text, 0, 1<<30); err == nil || !strings.Contains(err.Error(), "at most 10000") {
			t.Errorf("%q: %d numbers, %v; want an error that says how many there may be", text, len(got), err)
		}
	}
	if got, err := numbers("seeds", "0-9999", 0, 1<<30); err != nil || len(got) != 10000 {
		t.Errorf("%d numbers, %v; want 10000", len(got), err)
	}
}

func TestTreatments(t *testing.T) {
	got, err := treatments("treatments", "AnB, AnB,base,RnB")
	if want := []transfer.Treatment{transfer.Base, transfer.Transfer, transfer.Random}; err != nil ||
		!slices.Equal(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
}
