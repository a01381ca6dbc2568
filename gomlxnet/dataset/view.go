package dataset

import (
	"fmt"
	"slices"

	"coadapt/gomlxnet/splitmix"
)

// View is how a picture becomes the input of a net. The steps, in this order: the mean is subtracted, Pad zeros are
// put around (zero is then the mean colour), a square of Size is cut out, it may be mirrored, and all is multiplied
// by Scale, divided by Std, and put into the order blue, green, red where BGR says so. The zero View is the whole
// picture less its task's mean image.
type View struct {
	Size           int       // side of the crop, pixels; 0 = the whole picture
	Crop           bool      // training: crop at a random place; else, and in testing, at the centre
	Pad            int       // zeros on each side before the crop, pixels
	Mirror         bool      // training: mirror left-right every second picture, by chance
	Mean           []float32 // [H, W, C] mean image, or C channel means; nil = the task's own mean image
	MeanPerChannel bool      // use one mean a channel, averaged over the mean image
	Scale          float32   // multiplies; 0 = 1
	Std            []float32 // divides each channel, above 0; nil = 1
	BGR            bool      // turns the order of the three channels; Mean and Std are of red, green, blue all the same
}

// plan is a View checked against a picture size, with its mean laid out for the inner loop.
type plan struct {
	View
	h, w, c int
	mean    []float32 // h*w*c
	scale   float32
}

func (v View) plan(h, w, c int, own []float32) (plan, error) {
	p := plan{View: v, h: h, w: w, c: c, scale: v.Scale}
	if p.scale == 0 {
		p.scale = 1
	}
	if p.Size == 0 {
		p.Size = min(h, w)
	}
	if p.Pad < 0 || p.Size < 0 || p.Size > min(h, w)+2*p.Pad {
		return plan{}, fmt.Errorf(
			"view: a crop of %d from pictures of %dx%d padded by %d; want 1..%d",
			p.Size,
			h,
			w,
			p.Pad,
			min(h, w)+2*p.Pad,
		)
	}
	if len(v.Std) != 0 && len(v.Std) != c || slices.ContainsFunc(v.Std, func(s float32) bool { return !(s > 0) }) {
		return plan{}, fmt.Errorf("view: deviations %v, want %d numbers above 0, one a channel", v.Std, c)
	}
	if v.BGR && c != 3 {
		return plan{}, fmt.Errorf("view: pictures of %d channels in the order blue, green, red; want 3", c)
	}
	mean := v.Mean
	if mean == nil {
		mean = own
	}
	switch {
	case len(mean) != h*w*c && len(mean) != c:
		return plan{}, fmt.Errorf(
			"view: a mean of %d numbers, want %d (mean image %dx%dx%d) or %d (channels)",
			len(mean),
			h*w*c,
			h,
			w,
			c,
			c,
		)
	case v.MeanPerChannel && len(mean) != c:
		mean = channelMeans(mean, c)
	}
	if len(mean) == h*w*c {
		p.mean = mean
		return p, nil
	}
	p.mean = make([]float32, h*w*c)
	for i := range p.mean {
		p.mean[i] = mean[i%c]
	}
	return p, nil
}

// channelMeans averages a mean image over its pixels, in float64.
func channelMeans(mean []float32, c int) []float32 {
	sum := make([]float64, c)
	for i, m := range mean {
		sum[i%c] += float64(m)
	}
	out := make([]float32, c)
	for j := range out {
		out[j] = float32(sum[j] / float64(len(mean)/c))
	}
	return out
}

// placing is where one picture is cut and whether it is mirrored; x and y are in the padded picture.
type placing struct {
	x, y   int
	mirror bool
}

// centre is the test placing; Caffe rounds down too.
func (p *plan) centre() placing {
	return placing{x: (p.w + 2*p.Pad - p.Size) / 2, y: (p.h + 2*p.Pad - p.Size) / 2}
}

// random is the training placing at position i of batch k.
func (p *plan) random(seed uint64, k, i int) placing {
	at := p.centre()
	if !p.Crop && !p.Mirror {
		return at
	}
	r := splitmix.New(seedAugment, seed, uint64(k), uint64(i))
	if p.Crop {
		at.x = r.IntN(p.w + 2*p.Pad - p.Size + 1)
		at.y = r.IntN(p.h + 2*p.Pad - p.Size + 1)
	}
	at.mirror = p.Mirror && r.Next()>>63 == 1
	return at
}

// apply cuts one picture: src is [h, w, c] bytes, dst [Size, Size, c].
func (p *plan) apply(src []uint8, at placing, dst []float32) {
	p.cut(src, at, dst)
	if len(p.Std) > 0 {
		for i := range dst {
			dst[i] /= p.Std[i%p.c]
		}
	}
	if p.BGR {
		for i := 0; i < len(dst); i += 3 {
			dst[i], dst[i+2] = dst[i+2], dst[i]
		}
	}
}

// cut is apply without deviations and the order of channels.
func (p *plan) cut(src []uint8, at placing, dst []float32) {
	row := p.Size * p.c
	for y := range p.Size {
		out := dst[y*row : (y+1)*row]
		sy := y + at.y - p.Pad
		if sy < 0 || sy >= p.h {
			clear(out)
			continue
		}
		// The columns from lo to hi of the crop lie within the picture.
		lo := min(max(p.Pad-at.x, 0), p.Size)
		hi := max(min(p.w+p.Pad-at.x, p.Size), lo)
		first := (sy*p.w + lo + at.x - p.Pad) * p.c
		n := (hi - lo) * p.c
		if n == 0 {
			clear(out)
			continue
		}
		in, mean := src[first:first+n], p.mean[first:first+n]
		if !at.mirror {
			clear(out[:lo*p.c])
			clear(out[hi*p.c:])
			to := out[lo*p.c : hi*p.c]
			for i := range to {
				to[i] = (float32(in[i]) - mean[i]) * p.scale
			}
			continue
		}
		clear(out[:(p.Size-hi)*p.c])
		clear(out[(p.Size-lo)*p.c:])
		to := out[(p.Size-hi)*p.c : (p.Size-lo)*p.c]
		for i := 0; i < n; i += p.c {
			o := n - p.c - i
			for j := range p.c {
				to[o+j] = (float32(in[i+j]) - mean[i+j]) * p.scale
			}
		}
	}
}
