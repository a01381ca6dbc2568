package transfer

import (
	"slices"
	"testing"
)

// Those asked for last are kept, up to a number of bytes.
func TestOutputsInMemory(t *testing.T) {
	k := NewOutputs(nil, 40)
	for _, key := range []string{"a", "b", "c"} {
		k.Put(key, make([]float32, 3), 0) // 12 bytes
	}
	k.Get("a", 3)
	k.Put("d", make([]float32, 4), 0) // no room beside a, b and c
	k.Put("too large", make([]float32, 11), 0)
	k.Put("a", make([]float32, 1), 0) // is there
	for key, want := range map[string]int{"a": 3, "b": 0, "c": 3, "d": 4, "too large": 0} {
		if got := len(k.values[key]); got != want {
			t.Errorf("%s: %d values are kept, want %d", key, got, want)
		}
	}
	if k.bytes != 40 || !slices.Equal(k.keys, []string{"c", "a", "d"}) {
		t.Errorf("%d bytes of %v, want 40 of c, a and d", k.bytes, k.keys)
	}
	k.Newest = true
	k.Put("large", make([]float32, 11), 0)
	if k.bytes != 44 || !slices.Equal(k.keys, []string{"large"}) {
		t.Errorf("%d bytes of %v, want 44 of the newest", k.bytes, k.keys)
	}
}
