package dataset

import (
	"fmt"

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

// plan is a View checked against a picture size: what is done to pictures, and how their places are chosen.
type plan struct {
	Preprocess
	random, mirror bool // of the View: Crop and Mirror
	bytes          bool // batches are of whole pictures, for a graph that does the rest
}

func (v View) plan(h, w, c int, own []float32) (plan, error) {
	p := plan{random: v.Crop, mirror: v.Mirror, Preprocess: Preprocess{Height: h, Width: w, Channels: c, Size: v.Size,
		Pad: v.Pad, Scale: v.Scale, Std: v.Std, BGR: v.BGR}}
	if p.Scale == 0 {
		p.Scale = 1
	}
	if p.Size == 0 {
		p.Size = min(h, w)
	}
	if err := p.check(); err != nil {
		return plan{}, fmt.Errorf("view: %w", err)
	}
	mean := v.Mean
	if mean == nil {
		mean = own
	}
	switch {
	case len(mean) != h*w*c && len(mean) != c:
		return plan{}, fmt.Errorf("view: a mean of %d numbers, want %d (mean image %dx%dx%d) or %d (channels)",
			len(mean), h*w*c, h, w, c, c)
	case v.MeanPerChannel && len(mean) != c:
		mean = channelMeans(mean, c)
	}
	if len(mean) == h*w*c {
		p.Mean = mean
		return p, nil
	}
	p.Mean = make([]float32, h*w*c)
	for i := range p.Mean {
		p.Mean[i] = mean[i%c]
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

// centre is the test placing; Caffe rounds down too.
func (p *plan) centre() Placing {
	x, y := p.MaxPlace()
	return Placing{X: x / 2, Y: y / 2}
}

// place is the training placing at position i of batch k.
func (p *plan) place(seed uint64, k, i int) Placing {
	at := p.centre()
	if !p.random && !p.mirror {
		return at
	}
	r := splitmix.New(seedAugment, seed, uint64(k), uint64(i))
	if p.random {
		x, y := p.MaxPlace()
		at.X = r.IntN(x + 1)
		at.Y = r.IntN(y + 1)
	}
	at.Mirror = p.mirror && r.Next()>>63 == 1
	return at
}

// put makes picture i of a batch.
func (p *plan) put(b *Batch, i int, pic []uint8, at Placing) {
	if p.bytes {
		n := p.PictureBytes()
		copy(b.Pixels[i*n:(i+1)*n], pic)
		at.Append(b.Places[:i*PlacingValues]) // which has room for it
		return
	}
	n := p.Values()
	p.Apply(pic, at, b.Images[i*n:(i+1)*n])
}
