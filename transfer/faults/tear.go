//go:build unix

package faults

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
)

// damage is something that happens to a file; it returns the contents from then on, nil for a file that is gone.
type damage func(rng *rand.Rand, was []byte) []byte

// cut is a write that did not get to the end.
func cut(rng *rand.Rand, was []byte) []byte {
	return append([]byte{}, was[:rng.IntN(max(1, len(was)))]...)
}

// flip is one bit.
func flip(rng *rand.Rand, was []byte) []byte {
	is := bytes.Clone(was)
	if len(is) > 0 {
		is[rng.IntN(len(is))] ^= 1 << rng.IntN(8)
	}
	return is
}

// blank has zeros from somewhere on: the file got its length but not all its blocks.
func blank(rng *rand.Rand, was []byte) []byte {
	is := bytes.Clone(was)
	if len(is) > 0 {
		clear(is[rng.IntN(len(is)):])
	}
	return is
}

// gone is a file that is lost.
func gone(*rand.Rand, []byte) []byte { return nil }

// harm damages a file of a folder, any but those excepted, so that it differs.
func (t *trial) harm(dir string, kinds []damage, except ...string) (file string, err error) {
	list, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	if len(list) == 0 {
		return "", nil // a kill was faster
	}
	for range 100 {
		file = list[t.rng.IntN(len(list))].Name()
		if slices.Contains(except, file) {
			continue
		}
		path := filepath.Join(dir, file)
		was, err := os.ReadFile(path)
		if err != nil {
			return file, err
		}
		is := kinds[t.rng.IntN(len(kinds))](t.rng, was)
		switch {
		case is == nil:
			return file, os.Remove(path)
		case bytes.Equal(is, was):
			continue
		}
		return file, os.WriteFile(path, is, 0o644)
	}
	return "", fmt.Errorf("nothing in %s could be damaged", dir)
}
