package dataset

import "fmt"

// Seen is one picture as a net is shown it in a test.
type Seen struct {
	Size, Channels int
	Pixels         []uint8   // [Size, Size, Channels]; where the view's padding shows, a middle grey
	Input          []float32 // the same, less the mean and scaled: what enters the net
}

// paddingGrey is drawn where there is no picture.
const paddingGrey = 128

// See is picture i of the part as the view makes it in a test: cut at the centre, not mirrored.
func (t *Task) See(part Part, i int, v View) (Seen, error) {
	if n := len(t.parts[part].index); i < 0 || i >= n {
		return Seen{}, fmt.Errorf("task %s: %s picture %d, want 0 to %d", t.name, part, i, n-1)
	}
	pic, err := t.Picture(part, i, nil)
	if err != nil {
		return Seen{}, err
	}
	return t.SeePixels(pic, v)
}

// SeePixels is See of a picture that need not be of the task: pic is [height, width, channels] bytes as
// formats.Reader gives them.
func (t *Task) SeePixels(pic []uint8, v View) (Seen, error) {
	p, err := t.plan(v)
	if err != nil {
		return Seen{}, err
	}
	h, w, c := p.Height, p.Width, p.Channels
	if len(pic) != h*w*c {
		return Seen{}, fmt.Errorf("task %s: a picture of %d bytes, want %d (%dx%dx%d)", t.name, len(pic), h*w*c,
			h, w, c)
	}
	s := Seen{Size: p.Size, Channels: c, Pixels: make([]uint8, p.Values()), Input: make([]float32, p.Values())}
	at := p.centre()
	p.Apply(pic, at, s.Input)
	for y := range p.Size {
		for x := range p.Size {
			to := s.Pixels[(y*p.Size+x)*c:][:c]
			sy, sx := y+at.Y-p.Pad, x+at.X-p.Pad
			if sy >= 0 && sy < h && sx >= 0 && sx < w {
				copy(to, pic[(sy*w+sx)*c:])
				continue
			}
			for j := range to {
				to[j] = paddingGrey
			}
		}
	}
	return s, nil
}
