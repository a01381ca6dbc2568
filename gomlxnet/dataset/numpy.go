package dataset

import (
	"math/bits"

	"gonum.org/v1/gonum/mathext/prng"
)

// numpyPermutation is numpy.random.seed([keys...]); numpy.random.permutation(n), as numpy's legacy RandomState runs it
// on the Mersenne Twister. Only the 2014 splits need it: they are defined by numpy's numbers. A seed that is a number
// by itself, not in a list, would not give the same ones.
func numpyPermutation(n int, keys ...uint32) []int {
	m := prng.NewMT19937()
	m.SeedFromKeys(keys)
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	for i := n - 1; i > 0; i-- {
		j := numpyInterval(m, uint32(i))
		p[i], p[j] = p[j], p[i]
	}
	return p
}

// numpyInterval is a number in [0, most] by masking and rejecting (numpy's legacy rk_interval, most below 2^32).
func numpyInterval(m *prng.MT19937, most uint32) uint32 {
	mask := uint32(1)<<bits.Len32(most) - 1
	for {
		if v := m.Uint32() & mask; v <= most {
			return v
		}
	}
}
