// Package splitmix has random numbers that are drawn by place and not by history: a stream is seeded by what its
// numbers are for, such as (seed, epoch) or (seed, batch, picture). So nothing has to be kept for a run that starts
// again, and goroutines draw without changing what others get. The numbers decide pixels and the order of batches,
// and may never change: what math/rand/v2 makes of a generator's bits is not promised to stay, so IntN and
// Permutation are written out.
package splitmix

import "math/bits"

// Stream is the SplitMix64 generator (Steele, Lea, Flood, OOPSLA 2014).
type Stream struct{ state uint64 }

// New seeds a stream from a list of numbers; different lists give unrelated streams.
func New(parts ...uint64) *Stream {
	s := &Stream{state: 0x9e3779b97f4a7c15 ^ uint64(len(parts))}
	for _, p := range parts {
		s.state = mix64(s.state+0x9e3779b97f4a7c15) ^ p
	}
	s.state = mix64(s.state)
	return s
}

func mix64(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Next returns 64 random bits.
func (s *Stream) Next() uint64 {
	s.state += 0x9e3779b97f4a7c15
	return mix64(s.state)
}

// IntN returns a uniform number in [0, n), n > 0, without bias (Lemire's multiply and reject).
func (s *Stream) IntN(n int) int {
	bound := uint64(n)
	hi, lo := bits.Mul64(s.Next(), bound)
	for lo < bound && lo < -bound%bound {
		hi, lo = bits.Mul64(s.Next(), bound)
	}
	return int(hi)
}

// Between returns a uniform number in [lo, hi].
func (s *Stream) Between(lo, hi int) int {
	if hi <= lo {
		return lo
	}
	return lo + s.IntN(hi-lo+1)
}

// Permutation returns a uniform permutation of 0..n-1.
func (s *Stream) Permutation(n int) []int32 {
	p := make([]int32, n)
	for i := range p {
		p[i] = int32(i)
	}
	for i := n - 1; i > 0; i-- {
		j := s.IntN(i + 1)
		p[i], p[j] = p[j], p[i]
	}
	return p
}
