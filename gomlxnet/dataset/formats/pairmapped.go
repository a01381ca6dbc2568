package formats

import "coadapt/gomlxnet/dataset"

// mappedPair is a pair of two sources that lie in memory as they are: its pictures are looked at there.
type mappedPair struct {
	*Pair
	a, b dataset.Mapped
}

// joined is the pair as a source: mapped, where both of its sources are.
func (p *Pair) joined() dataset.Joined {
	a, first := p.a.(dataset.Mapped)
	b, second := p.b.(dataset.Mapped)
	if !first || !second {
		return p
	}
	return mappedPair{p, a, b}
}

// Look has f look at the picture in the source that it comes from.
func (p mappedPair) Look(part dataset.Part, i int, f func(pix []uint8)) error {
	if n := p.a.Len(part); i >= n {
		return p.b.Look(part, i-n, f)
	}
	return p.a.Look(part, i, f)
}

// KeptMean is kept beside the first source, by the digest of both.
func (p mappedPair) KeptMean(task string) []float32 { return p.a.KeptMean(p.digest + " " + task) }

// KeepMean keeps a mean there.
func (p mappedPair) KeepMean(task string, mean []float32) { p.a.KeepMean(p.digest+" "+task, mean) }
