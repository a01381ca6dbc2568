package dataset

// mappedOf is a source as one whose pictures lie in mapped memory, where they do: that of a pack, or a [Pair] of two.
func mappedOf(src Source) (mapped, bool) {
	p, ok := src.(*Pair)
	if !ok {
		m, ok := src.(mapped)
		return m, ok
	}
	a, first := mappedOf(p.a)
	b, second := mappedOf(p.b)
	if !first || !second {
		return nil, false
	}
	return pairOfPacks{p, a, b}, true
}

// pairOfPacks reads the pictures of a pair where they lie.
type pairOfPacks struct {
	*Pair
	a, b mapped
}

// Pixels are those of the pack that the picture comes from.
func (p pairOfPacks) Pixels(part Part, i int) ([]uint8, error) {
	if n := p.a.Len(part); i >= n {
		return p.b.Pixels(part, i-n)
	}
	return p.a.Pixels(part, i)
}

// keptMean is beside the first pack, under the digest of both.
func (p pairOfPacks) keptMean(task string) []float32 { return p.a.keptMean(p.digest + " " + task) }

func (p pairOfPacks) keepMean(task string, mean []float32) { p.a.keepMean(p.digest+" "+task, mean) }
