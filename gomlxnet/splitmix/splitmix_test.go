package splitmix

import (
	"slices"
	"testing"
)

// The numbers of SplitMix64 are those of its authors' C code for a state of 1234567; all data and orders hang on them.
func TestReferenceOutput(t *testing.T) {
	s := &Stream{state: 1234567}
	for i, want := range []uint64{6457827717110365317, 3203168211198807973, 9817491932198370423,
		4593380528125082431, 16408922859458223821} {
		if got := s.Next(); got != want {
			t.Errorf("number %d is %d, want %d", i, got, want)
		}
	}
}

// Streams of other places, and of lists of other lengths, differ.
func TestPlacesDiffer(t *testing.T) {
	seen := map[uint64]bool{}
	for _, place := range [][]uint64{nil, {0}, {0, 0}, {1}, {0, 1}, {1, 0}} {
		v := New(place...).Next()
		if seen[v] {
			t.Errorf("the stream of %v starts as another does", place)
		}
		seen[v] = true
	}
}

func TestPermutation(t *testing.T) {
	p := New(3).Permutation(100)
	if slices.IsSorted(p) {
		t.Error("the permutation is the order itself")
	}
	slices.Sort(p)
	for i, v := range p {
		if int(v) != i {
			t.Fatalf("sorted, number %d is %d", i, v)
		}
	}
	if lo, hi := New(1).Between(4, 4), New(1).Between(5, 2); lo != 4 || hi != 5 {
		t.Errorf("ranges of one number or none give %d and %d, want 4 and 5", lo, hi)
	}
}
