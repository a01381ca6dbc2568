package formats

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"coadapt/gomlxnet/dataset"
)

// Pair is two sources as one: the classes of the first, then those of the second. Task A and task B can so be of
// different data sets, of different numbers of classes and pictures. It is safe for concurrent use, as its sources are.
type Pair struct {
	a, b    dataset.Source
	classes []dataset.Class
	digest  string
}

// newPair joins two sources of pictures of one size. A class name that both have gets that of its source in front; it
// fails where sizes differ, and where the two are the same data.
func newPair(a, b dataset.Source) (*Pair, error) {
	ah, aw, ac := a.Shape()
	if bh, bw, bc := b.Shape(); ah != bh || aw != bw || ac != bc {
		return nil, fmt.Errorf("two data sets: %s has pictures of %dx%dx%d, %s of %dx%dx%d; resize both to one size",
			a.Name(), ah, aw, ac, b.Name(), bh, bw, bc)
	}
	if a.Digest() == b.Digest() {
		return nil, fmt.Errorf("two data sets: %s and %s are the same pictures; divide the classes of one by a split",
			a.Name(), b.Name())
	}
	p := &Pair{a: a, b: b}
	sum := sha256.Sum256(fmt.Appendf(nil, "coadapt pair v1\n%s\n%s\n", a.Digest(), b.Digest()))
	p.digest = hex.EncodeToString(sum[:])
	from := [2]string{a.Name(), b.Name()}
	if from[0] == from[1] {
		from = [2]string{"A", "B"}
	}
	times := map[string]int{}
	for _, s := range []dataset.Source{a, b} {
		for _, c := range s.Classes() {
			times[c.Name]++
		}
	}
	for i, s := range []dataset.Source{a, b} {
		for _, c := range s.Classes() {
			if times[c.Name] > 1 {
				c.Name = from[i] + "/" + c.Name
			}
			p.classes = append(p.classes, c)
		}
	}
	return p, nil
}

// OpenPair joins data that [Open] finds to a source, resized to its size. Coarse labels are the first one's alone.
// The pair, and the second source alone, are given.
func OpenPair(ctx context.Context, first dataset.Source, second string, opt Options) (pair dataset.Joined,
	b dataset.Source, err error) {
	opt.Coarse = false
	opt.Size, _, _ = first.Shape()
	if b, err = Open(ctx, second, opt); err != nil {
		return nil, nil, err
	}
	p, err := newPair(first, b)
	if err != nil {
		return nil, nil, err
	}
	return p, b, nil
}

// Split has all classes of the first source as task A, and all of the second as task B.
func (p *Pair) Split() dataset.Split {
	s := dataset.Split{Name: dataset.PairSplit}
	for i := range p.classes {
		if i < len(p.a.Classes()) {
			s.A = append(s.A, i)
		} else {
			s.B = append(s.B, i)
		}
	}
	return s
}

// Name is that of both, such as "cifar100 and tiny-imagenet".
func (p *Pair) Name() string { return p.a.Name() + " and " + p.b.Name() }

// Digest covers both sources, in their order.
func (p *Pair) Digest() string { return p.digest }

// Classes are those of the first source, then those of the second.
func (p *Pair) Classes() []dataset.Class { return p.classes }

// Shape is that of both.
func (p *Pair) Shape() (height, width, channels int) { return p.a.Shape() }

// Len is that of both together.
func (p *Pair) Len(part dataset.Part) int { return p.a.Len(part) + p.b.Len(part) }

// Sources are the two.
func (p *Pair) Sources() []dataset.Source { return []dataset.Source{p.a, p.b} }

// Below is the source that picture i of a part comes from, and its place there.
func (p *Pair) Below(part dataset.Part, i int) (src dataset.Source, below dataset.Part, index int) {
	if n := p.a.Len(part); i >= n {
		return p.b, part, i - n
	}
	return p.a, part, i
}

// Label is the index of the picture's class among those of both.
func (p *Pair) Label(part dataset.Part, i int) int {
	src, _, index := p.Below(part, i)
	label := src.Label(part, index)
	if i >= p.a.Len(part) {
		label += len(p.a.Classes())
	}
	return label
}

// Image is that of the source the picture comes from.
func (p *Pair) Image(part dataset.Part, i int, dst []uint8) error {
	return dataset.ImageBelow(p, part, i, dst)
}
