package dataset

import (
	"fmt"
	"slices"
)

// Preprocess is what is done to whole pictures of bytes before they enter a net: a [View] checked against the size of
// the pictures, without the choice of a place, which is each picture's own ([Placing]). [Preprocess.Apply] does it on
// the host, one picture at a time. A graph can do it in its place, on the batches of [Task.TrainBytes]: a byte becomes
// a float32, Mean is subtracted, the result is multiplied by Scale and divided by Std, each rounded to float32. Pad
// zeros are put around, a square of Size is cut out and perhaps mirrored, and BGR turns the order of the channels.
type Preprocess struct {
	Height, Width, Channels int       // of whole pictures, pixels
	Size                    int       // side of the crop, 1 to the shorter side with its padding, pixels
	Pad                     int       // zeros on each side before the crop, pixels
	Mean                    []float32 // [Height, Width, Channels], grey levels; not to be changed
	Scale                   float32   // multiplies; not 0
	Std                     []float32 // divides each channel, above 0; none: nothing is divided
	BGR                     bool      // turns the order of the three channels; Mean and Std are of red, green, blue
}

// Placing is where a picture is cut and whether what was cut is mirrored left-right. X and Y are pixels from the left
// and the top of the padded picture.
type Placing struct {
	X, Y   int
	Mirror bool
}

// PlacingValues is how many numbers a Placing has in [Batch.Places]: X, Y, and 1 where it is mirrored, else 0.
const PlacingValues = 3

// Append adds the placing's numbers to places.
func (at Placing) Append(places []int32) []int32 {
	mirror := int32(0)
	if at.Mirror {
		mirror = 1
	}
	return append(places, int32(at.X), int32(at.Y), mirror)
}

// PictureBytes is how many bytes a whole picture has.
func (p *Preprocess) PictureBytes() int { return p.Height * p.Width * p.Channels }

// Values is how many numbers of a picture enter the net.
func (p *Preprocess) Values() int { return p.Size * p.Size * p.Channels }

// MaxPlace is the greatest X and the greatest Y of a [Placing].
func (p *Preprocess) MaxPlace() (x, y int) {
	return p.Width + 2*p.Pad - p.Size, p.Height + 2*p.Pad - p.Size
}

// Check says what is wrong: a crop that the padded pictures do not have, a mean of another size, a scale of 0, wrong
// deviations, or BGR of other than three channels.
func (p *Preprocess) Check() error {
	if err := p.check(); err != nil {
		return fmt.Errorf("preprocessing: %w", err)
	}
	if len(p.Mean) != p.PictureBytes() {
		return fmt.Errorf("preprocessing: a mean of %d numbers, want %d (%dx%dx%d)", len(p.Mean), p.PictureBytes(),
			p.Height, p.Width, p.Channels)
	}
	if p.Scale == 0 {
		return fmt.Errorf("preprocessing: a scale of 0, want 1 or another number that is not 0")
	}
	return nil
}

// check is Check of all but mean and scale.
func (p *Preprocess) check() error {
	short := min(p.Height, p.Width)
	if p.Pad < 0 || p.Size < 1 || p.Size > short+2*p.Pad {
		return fmt.Errorf("a crop of %d from pictures of %dx%d padded by %d; want 1..%d", p.Size, p.Height, p.Width,
			p.Pad, short+2*p.Pad)
	}
	if len(p.Std) != 0 && len(p.Std) != p.Channels ||
		slices.ContainsFunc(p.Std, func(s float32) bool { return !(s > 0) }) {
		return fmt.Errorf("deviations %v, want %d numbers above 0, one a channel", p.Std, p.Channels)
	}
	if p.BGR && p.Channels != 3 {
		return fmt.Errorf("pictures of %d channels in the order blue, green, red; want 3", p.Channels)
	}
	return nil
}

// Apply makes of one whole picture what enters the net: src is [Height, Width, Channels] bytes, dst [Size, Size,
// Channels]. The placing is within [Preprocess.MaxPlace].
func (p *Preprocess) Apply(src []uint8, at Placing, dst []float32) {
	p.cut(src, at, dst)
	if len(p.Std) > 0 {
		for i := range dst {
			dst[i] /= p.Std[i%p.Channels]
		}
	}
	if p.BGR {
		for i := 0; i < len(dst); i += 3 {
			dst[i], dst[i+2] = dst[i+2], dst[i]
		}
	}
}

// cut is Apply without deviations and the order of channels.
func (p *Preprocess) cut(src []uint8, at Placing, dst []float32) {
	row := p.Size * p.Channels
	for y := range p.Size {
		out := dst[y*row : (y+1)*row]
		sy := y + at.Y - p.Pad
		if sy < 0 || sy >= p.Height {
			clear(out)
			continue
		}
		// The columns from lo to hi of the crop lie within the picture.
		lo := min(max(p.Pad-at.X, 0), p.Size)
		hi := max(min(p.Width+p.Pad-at.X, p.Size), lo)
		first := (sy*p.Width + lo + at.X - p.Pad) * p.Channels
		n := (hi - lo) * p.Channels
		if n == 0 {
			clear(out)
			continue
		}
		in, mean := src[first:first+n], p.Mean[first:first+n]
		if !at.Mirror {
			clear(out[:lo*p.Channels])
			clear(out[hi*p.Channels:])
			to := out[lo*p.Channels : hi*p.Channels]
			for i := range to {
				to[i] = (float32(in[i]) - mean[i]) * p.Scale
			}
			continue
		}
		clear(out[:(p.Size-hi)*p.Channels])
		clear(out[(p.Size-lo)*p.Channels:])
		to := out[(p.Size-hi)*p.Channels : (p.Size-lo)*p.Channels]
		for i := 0; i < n; i += p.Channels {
			o := n - p.Channels - i
			for j := range p.Channels {
				to[o+j] = (float32(in[i+j]) - mean[i+j]) * p.Scale
			}
		}
	}
}
