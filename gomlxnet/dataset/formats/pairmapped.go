package formats

import "coadapt/gomlxnet/dataset"

// mappedPair is a pair of two sources that lie in memory as they are: its pictures are looked at there.
type mappedPair struct{ *Pair }

// joined is the pair as a source: mapped, where both of its sources are.
func (p *Pair) joined() dataset.Joined {
	_, first := p.a.(dataset.Mapped)
	_, second := p.b.(dataset.Mapped)
	if !first || !second {
		return p
	}
	return mappedPair{p}
}

// Look has f look at the picture in the source that it comes from.
func (p mappedPair) Look(part dataset.Part, i int, f func(pix []uint8)) error {
	src, index := p.Of(part, i)
	return src.(dataset.Mapped).Look(part, index, f)
}

// KeptMean is kept beside the first source, by the digest of both.
func (p mappedPair) KeptMean(task string) []float32 {
	return p.a.(dataset.Mapped).KeptMean(p.digest + " " + task)
}

// KeepMean keeps a mean there.
func (p mappedPair) KeepMean(task string, mean []float32) {
	p.a.(dataset.Mapped).KeepMean(p.digest+" "+task, mean)
}
