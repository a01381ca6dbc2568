package dataset

import (
	"slices"
	"testing"
)

// Made with numpy 2.4.6: numpy.random.seed(key); numpy.random.permutation(10)
func TestLegacyPermutation(t *testing.T) {
	for _, c := range []struct{ key, want []int }{
		{[]int{0}, []int{7, 3, 0, 1, 8, 6, 9, 4, 5, 2}},
		{[]int{3}, []int{0, 9, 3, 8, 1, 6, 7, 5, 4, 2}},
		{[]int{1, 2, 3}, []int{0, 4, 8, 1, 2, 6, 7, 5, 3, 9}},
	} {
		var key []uint32
		for _, k := range c.key {
			key = append(key, uint32(k))
		}
		if got := numpyPermutation(10, key...); !slices.Equal(got, c.want) {
			t.Errorf("key %v: %v, want %v", c.key, got, c.want)
		}
	}
}

// Made with numpy 2.4.6: numpy.random.seed([7]); sorted(numpy.random.choice(numpy.arange(21), 10, replace=False))
func TestRandomHalvesAreNumpys(t *testing.T) {
	a, b := randomHalves(21, 7)
	if want := []int{0, 2, 3, 6, 7, 9, 10, 13, 15, 19}; !slices.Equal(a, want) {
		t.Errorf("A %v, want %v", a, want)
	}
	if len(b) != 11 {
		t.Errorf("B has %d classes, want 11", len(b))
	}
}
