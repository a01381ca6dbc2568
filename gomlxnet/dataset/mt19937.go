package dataset

// mt19937 is the Mersenne Twister (Matsumoto, Nishimura, ACM TOMACS 1998), as numpy's legacy RandomState runs it. Only
// the 2014 splits need it: they are defined by numpy's numbers.
type mt19937 struct {
	state [624]uint32
	pos   int
}

// newMT19937 seeds by a list of keys (init_by_array), which is what numpy.random.seed([k, ...]) does; seed(k) would not
// give the same numbers.
func newMT19937(keys ...uint32) *mt19937 {
	m := &mt19937{pos: 624}
	m.state[0] = 19650218
	for i := 1; i < 624; i++ {
		m.state[i] = 1812433253*(m.state[i-1]^m.state[i-1]>>30) + uint32(i)
	}
	i, j := 1, 0
	for range max(624, len(keys)) {
		m.state[i] = (m.state[i] ^ (m.state[i-1]^m.state[i-1]>>30)*1664525) + keys[j] + uint32(j)
		i, j = i+1, j+1
		if i == 624 {
			m.state[0], i = m.state[623], 1
		}
		if j == len(keys) {
			j = 0
		}
	}
	for range 623 {
		m.state[i] = (m.state[i] ^ (m.state[i-1]^m.state[i-1]>>30)*1566083941) - uint32(i)
		if i++; i == 624 {
			m.state[0], i = m.state[623], 1
		}
	}
	m.state[0] = 0x80000000
	return m
}

// next returns 32 random bits.
func (m *mt19937) next() uint32 {
	if m.pos == 624 {
		for k := range 624 {
			y := m.state[k]&0x80000000 | m.state[(k+1)%624]&0x7fffffff
			v := m.state[(k+397)%624] ^ y>>1
			if y&1 != 0 {
				v ^= 0x9908b0df
			}
			m.state[k] = v
		}
		m.pos = 0
	}
	y := m.state[m.pos]
	m.pos++
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	return y ^ y>>18
}

// interval returns a number in [0, most] by masking and rejecting (numpy's legacy rk_interval, most below 2^32).
func (m *mt19937) interval(most uint32) uint32 {
	mask := most
	for _, s := range []uint{1, 2, 4, 8, 16} {
		mask |= mask >> s
	}
	for {
		if v := m.next() & mask; v <= most {
			return v
		}
	}
}

// permutation is numpy's legacy RandomState.permutation(n).
func (m *mt19937) permutation(n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	for i := n - 1; i > 0; i-- {
		j := int(m.interval(uint32(i)))
		p[i], p[j] = p[j], p[i]
	}
	return p
}
