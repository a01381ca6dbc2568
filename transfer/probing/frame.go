package probing

import (
	"slices"
)

// frame knows what a net's input is of a picture: the values of black and of white at each place.
type frame struct {
	size, channels int
	low, high      []float32 // [size, size, channels]
	span           float32   // mean of high less low
	reversed       bool      // channels are blue, green, red
}

// frameOf is that of a net's view.
func frameOf(s *Subject) (frame, error) {
	f := frame{size: s.Arch.Size, channels: s.Arch.Channels, reversed: s.View.BGR}
	h, w, c := s.shown.Shape()
	white := make([]uint8, h*w*c)
	black, err := s.shown.SeePixels(white, s.View)
	if err != nil {
		return frame{}, err
	}
	for i := range white {
		white[i] = 0xff
	}
	full, err := s.shown.SeePixels(white, s.View)
	if err != nil {
		return frame{}, err
	}
	f.low, f.high = black.Input, full.Input
	for i := range f.low {
		f.span += (f.high[i] - f.low[i]) / float32(len(f.low))
	}
	return f, nil
}

// clip keeps a value of place i between black and white. Padding is both, and stays.
func (f frame) clip(i int, v float32) float32 { return max(f.low[i], min(f.high[i], v)) }

// pixels are those of picture k of a batch.
func (f frame) pixels(batch []float32, k int) []uint8 {
	out := make([]uint8, len(f.low))
	for i := range out {
		v := batch[k*len(f.low)+i]
		share := float32(0.5)
		if f.high[i] > f.low[i] {
			share = (v - f.low[i]) / (f.high[i] - f.low[i])
		}
		out[i] = uint8(max(0, min(255, 255*share+0.5)))
	}
	if f.reversed {
		for px := range slices.Chunk(out, f.channels) {
			slices.Reverse(px)
		}
	}
	return out
}

// moved is a batch with each picture moved down and right, around the edges.
func (f frame) moved(batch []float32, dy, dx int) []float32 {
	out := make([]float32, len(batch))
	row := f.size * f.channels
	dx = ((dx%f.size + f.size) % f.size) * f.channels
	dy = (dy%f.size + f.size) % f.size
	for from := 0; from < len(batch); from += row {
		y := from / row % f.size
		to := from - y*row + (y+dy)%f.size*row
		copy(out[to+dx:to+row], batch[from:from+row-dx])
		copy(out[to:to+dx], batch[from+row-dx:from+row])
	}
	return out
}

// blur smooths a picture by half: each value becomes half of itself and half of 1, 2, 1 over its neighbours, along
// both sides. Beyond the edge is the edge.
func (f frame) blur(picture []float32) {
	for _, stride := range []int{f.channels, f.size * f.channels} {
		before := slices.Clone(picture)
		for i, v := range before {
			at := i / stride % f.size
			left, right := v, v
			if at > 0 {
				left = before[i-stride]
			}
			if at < f.size-1 {
				right = before[i+stride]
			}
			picture[i] = v/2 + (left+2*v+right)/8
		}
	}
}
