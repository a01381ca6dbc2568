package dataset

import "math/bits"

// stream is the SplitMix64 generator (Steele, Lea, Flood, OOPSLA 2014). It is seeded from what the numbers are for, so every
// random choice is a pure function of its place and no state has to be saved for a resume.
type stream struct{ state uint64 }

// newStream seeds a generator from a list of numbers; different lists give unrelated streams.
func newStream(parts ...uint64) *stream {
	s := &stream{state: 0x9e3779b97f4a7c15 ^ uint64(len(parts))}
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

func (s *stream) next() uint64 {
	s.state += 0x9e3779b97f4a7c15
	return mix64(s.state)
}

// intn returns a uniform number in [0, n), n > 0, without bias (Lemire's multiply and reject).
func (s *stream) intn(n int) int {
	bound := uint64(n)
	hi, lo := bits.Mul64(s.next(), bound)
	for lo < bound {
		if lo >= -bound%bound {
			break
		}
		hi, lo = bits.Mul64(s.next(), bound)
	}
	return int(hi)
}

// between returns a uniform number in [lo, hi].
func (s *stream) between(lo, hi int) int {
	if hi <= lo {
		return lo
	}
	return lo + s.intn(hi-lo+1)
}

// permutation returns a uniform permutation of 0..n-1.
func (s *stream) permutation(n int) []int32 {
	p := make([]int32, n)
	for i := range p {
		p[i] = int32(i)
	}
	for i := n - 1; i > 0; i-- {
		j := s.intn(i + 1)
		p[i], p[j] = p[j], p[i]
	}
	return p
}
