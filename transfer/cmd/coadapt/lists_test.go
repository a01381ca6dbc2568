package main

import (
	"slices"
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

func TestTreatments(t *testing.T) {
	got, err := treatments("treatments", "AnB, AnB,base,RnB")
	if want := []transfer.Treatment{transfer.Base, transfer.Transfer, transfer.Random}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
}
