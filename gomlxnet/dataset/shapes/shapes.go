package shapes

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/splitmix"
)

// version changes with every change to the drawing that moves a byte; it is part of the digest.
const version = 2

// Params are all that determines a procedural data set. The zero value of a field takes the default of
// the spec "shapes"; a negative Noise, Clutter, Rotate, Warp or Occlude means none at all.
type Params struct {
	Classes int    // 2..40, half of them natural-like (the larger half where odd)
	Train   int    // training pictures a class, from 1
	Test    int    // test pictures a class, from 1
	Size    int    // pixels a side, 16..256
	Seed    uint64 // another seed gives other pictures of the same classes

	Noise    int // standard deviation of the noise of each pixel and channel, grey levels
	Clutter  int // most strokes of clutter in a background
	Rotate   int // greatest rotation either way, degrees
	Warp     int // greatest smooth displacement of a figure, thousandths of its half width
	Occlude  int // chance in per cent that something covers a part of the figure
	Contrast int // least difference in luma between figure and background, grey levels
}

// field is a parameter by its name in a spec, and its range.
type field struct {
	name   string
	v      *int
	lo, hi int
}

func (p *Params) fields() []field {
	return []field{{"classes", &p.Classes, 2, 40}, {"train", &p.Train, 1, 1 << 20}, {"test", &p.Test, 1, 1 << 20},
		{"size", &p.Size, 16, 256}, {"noise", &p.Noise, 0, 128}, {"clutter", &p.Clutter, 0, 64},
		{"rotate", &p.Rotate, 0, 180}, {"warp", &p.Warp, 0, 400}, {"occlude", &p.Occlude, 0, 100},
		{"contrast", &p.Contrast, 0, 120}}
}

// The names of the two sets of parameters.
const (
	defaultName = "shapes"
	// PlainName is that of the plain ones.
	PlainName = "plain-shapes"
)

// defaults are the parameters of the spec "shapes".
func defaults() Params {
	return Params{Classes: 40, Train: 200, Test: 50, Size: 32,
		Noise: 18, Clutter: 4, Rotate: 30, Warp: 130, Occlude: 35, Contrast: 45}
}

// plain are the parameters of the spec "plain-shapes": small pictures, five times as many, with little noise and
// clutter, nothing bent and nothing covered. A narrow net comes near to all it can learn of them within seconds,
// which is what the default experiment needs: a base that is nearly done.
func plain() Params {
	return Params{Classes: 40, Train: 1000, Test: 250, Size: 24,
		Noise: 3, Clutter: 2, Rotate: 30, Warp: -1, Occlude: -1, Contrast: 45}
}

// Source is the procedural source: pictures of a catalogue of 20 natural-like and 20 man-made-like figures. All
// classes share the distributions of colour, contrast, stroke width, place, size, background and noise; only the
// composition of a figure tells its class. So what early layers learn is of use for all of them, and what late layers
// learn is not: with the defaults, a plain eight-layer net for 32 px gets 0.73 to 0.75 on each half of split 0 after
// 20,000 pictures (320 steps of 64, rate 0.01 falling to 0), and with its first 7, 5 or 3 layers frozen from the
// other half 0.64, 0.66, 0.73. Pictures are drawn when asked for, and are a pure function of the parameters, part and
// index.
type Source struct {
	p       Params
	name    string
	classes []dataset.Class
	figures []figure
	sine    *[turn]int
	scratch sync.Pool // *canvas
}

// New checks the parameters and makes the source.
func New(p Params) (*Source, error) {
	d := defaults()
	usual := d.fields()
	for i, f := range p.fields() {
		if *f.v == 0 {
			*f.v = *usual[i].v
		}
		if f.lo == 0 {
			*f.v = max(*f.v, 0)
		}
		if *f.v < f.lo || *f.v > f.hi {
			return nil, fmt.Errorf("shapes: %s=%d, want %d..%d", f.name, *f.v, f.lo, f.hi)
		}
	}
	s := &Source{p: p, name: defaultName, sine: sineTable()}
	add := func(figs []figure, n int, group string) {
		for _, f := range figs[:n] {
			s.figures = append(s.figures, f)
			s.classes = append(s.classes, dataset.Class{Name: f.name, Title: f.name, Group: group})
		}
	}
	add(naturalFigures(), (p.Classes+1)/2, dataset.Natural)
	add(manMadeFigures(), p.Classes/2, dataset.ManMade)
	s.scratch.New = func() any { return &canvas{size: p.Size, pix: make([]int32, p.Size*p.Size*3)} }
	return s, nil
}

// Name is "shapes" or "plain-shapes".
func (s *Source) Name() string { return s.name }

// Digest covers the parameters and the version of the drawing.
func (s *Source) Digest() string {
	h := sha256.Sum256(fmt.Appendf(nil, "coadapt shapes v%d %+v", version, s.p))
	return hex.EncodeToString(h[:])
}

// Classes lists the natural-like classes first, then the man-made-like ones.
func (s *Source) Classes() []dataset.Class { return s.classes }

// Shape is size, size, 3.
func (s *Source) Shape() (height, width, channels int) { return s.p.Size, s.p.Size, 3 }

func (s *Source) perClass(p dataset.Part) int {
	if p == dataset.Train {
		return s.p.Train
	}
	return s.p.Test
}

// Len is classes times pictures a class.
func (s *Source) Len(p dataset.Part) int { return s.perClass(p) * s.p.Classes }

// Label is i / pictures a class: the pictures of a class follow each other.
func (s *Source) Label(p dataset.Part, i int) int { return i / s.perClass(p) }

// Image draws picture i.
func (s *Source) Image(p dataset.Part, i int, dst []uint8) error {
	if err := dataset.CheckImage(s, p, i, dst); err != nil {
		return err
	}
	class, k := i/s.perClass(p), i%s.perClass(p)
	c := s.scratch.Get().(*canvas)
	defer s.scratch.Put(c)
	r := splitmix.New(s.p.Seed, uint64(p), uint64(class), uint64(k))
	s.draw(c, r, s.figures[class])
	s.expose(c, r, dst)
	return nil
}
