package train

import (
	"errors"
	"fmt"
	"slices"

	"coadapt/gomlxnet/dataset"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// entry is where batches enter a net, and as what: beside the cut, what tells the graphs of steps apart.
type entry struct {
	from   int    // the first layer computed: 0, or that above the settled ones
	pixels pixels // zero: batches are values
}

// pixels is what a graph does with whole pictures of bytes, but for the numbers by which it does so.
type pixels struct {
	height, width, channels int
	size, pad               int
	divides, bgr            bool
}

// pixelsOf is what a graph does as a Preprocess says.
func pixelsOf(p *dataset.Preprocess) pixels {
	return pixels{p.Height, p.Width, p.Channels, p.Size, p.Pad, len(p.Std) > 0, p.BGR}
}

// divided is how many arrays a batch has, beside its labels: values, or pixels with places.
func (e entry) divided() int {
	if e.pixels == (pixels{}) {
		return 1
	}
	return 2
}

// numbers is how many arrays a graph needs for pixels: mean, scale and perhaps deviations.
func (e entry) numbers() int {
	switch {
	case e.pixels == (pixels{}):
		return 0
	case e.pixels.divides:
		return 3
	}
	return 2
}

// enter is what enters the net, float32, of a batch's arrays and the numbers. What is made of pixels is rounded to a
// precision and stands behind a barrier, so that all else is compiled as if it had come from the host.
func (e entry) enter(batch, numbers []*Node, precision dtypes.DType) *Node {
	if e.pixels == (pixels{}) {
		return batch[0]
	}
	x := ConvertDType(e.pixels.crop(batch[0], batch[1], numbers), precision)
	x = OptimizationBarriers(x, ScalarZero(x.Graph(), precision))[0] // one of a single value would be passed over
	return ConvertDType(x, dtypes.Float32)
}

// crop makes of whole pictures, bytes [batch, height, width, channels] to be cut at places [batch, 3], what enters the
// net, [batch, size, size, channels], to the bits of [dataset.Preprocess.Apply]. The numbers are inputs of the graph,
// as XLA makes a product of a quotient by a constant. Float32 quotients of GPUs may be off in their last bit; the one
// that is taken in float64 and then rounded is that of the host on any device, as 53 bits are more than two times 24.
func (p pixels) crop(x, places *Node, numbers []*Node) *Node {
	g, batch := x.Graph(), x.Shape().Dim(0)
	x = Sub(ConvertDType(x, dtypes.Float32), InsertAxes(numbers[0], 0))
	x = Mul(x, numbers[1])
	if p.divides {
		std := ConvertDType(Reshape(numbers[2], 1, 1, 1, p.channels), dtypes.Float64)
		x = ConvertDType(Div(ConvertDType(x, dtypes.Float64), std), dtypes.Float32)
	}
	if p.pad > 0 {
		around := compute.PadAxis{Start: p.pad, End: p.pad}
		x = Pad(x, ScalarZero(g, dtypes.Float32), compute.PadAxis{}, around, around, compute.PadAxis{})
	}
	number := func(i int) *Node { return Slice(places, AxisRange(), AxisRange(i, i+1)) }
	at := Concatenate([]*Node{Iota(g, number(0).Shape(), 0), number(1), number(0)}, -1)
	x = Reshape(GatherSlices(x, []int{0, 1, 2}, at, []int{1, p.size, p.size}, true),
		batch, p.size, p.size, p.channels)
	mirrored := Reshape(GreaterThan(number(2), ZerosLike(number(2))), batch, 1, 1, 1)
	x = Where(BroadcastToShape(mirrored, x.Shape()), Reverse(x, 2), x)
	if p.bgr {
		x = Reverse(x, 3)
	}
	return x
}

// checkPreprocess says what is wrong with a block's pictures before they are looked at.
func (t *Trainer) checkPreprocess(b Steps) error {
	p, in := b.Preprocess, t.arch.Input()
	switch {
	case p == nil && len(b.Pixels)+len(b.Places) > 0:
		return errors.New("steps with Pixels or Places and no Preprocess: want the three of them, or Values alone")
	case p == nil:
		return nil
	case b.Above:
		return errors.New("steps above the settled layers with a Preprocess: want Values, what Prefix gave")
	case len(b.Values) > 0:
		return fmt.Errorf("steps with a Preprocess and %d Values: want Pixels and Places, or Values alone",
			len(b.Values))
	}
	if err := p.Check(); err != nil {
		return err
	}
	if p.Size != in.Height || p.Size != in.Width || p.Channels != in.Channels {
		return fmt.Errorf("preprocessing: pictures cut to %dx%dx%d, want %s, what %s takes", p.Size, p.Size,
			p.Channels, in, t.arch.Name)
	}
	return nil
}

// checkPixels says what is wrong with the pictures of a block of n steps, at most as many as given.
func (t *Trainer) checkPixels(b given, n, most int) error {
	p := b.Preprocess
	pixels, places := t.batch*p.PictureBytes(), t.batch*dataset.PlacingValues
	if n < 1 || n > most || len(b.Pixels) != n*pixels || len(b.Places) != n*places || len(b.Labels) != n*t.batch {
		return fmt.Errorf("block of %d steps with %d bytes of pixels, %d numbers of places and %d labels, want 1 to "+
			"%d steps with %d, %d and %d each", n, len(b.Pixels), len(b.Places), len(b.Labels), most, pixels, places,
			t.batch)
	}
	x, y := p.MaxPlace()
	greatest := [dataset.PlacingValues]int32{int32(x), int32(y), 1}
	for i := 0; i < len(b.Places); i += len(greatest) {
		for k, most := range greatest {
			if v := b.Places[i+k]; v < 0 || v > most {
				return fmt.Errorf("picture %d of step %d is cut at %v, want at most %v, and from 0: x, y and whether "+
					"it is mirrored", i/len(greatest)%t.batch, i/places, b.Places[i:i+len(greatest)], greatest)
			}
		}
	}
	return nil
}

// arrays are those of a block's batches beside the labels, with the axes of steps in front, or of one batch without.
func (b given) arrays(batch int, steps ...int) []input {
	n := batch
	for _, s := range steps {
		n *= s
	}
	of := func(dims ...int) []int { return slices.Concat(steps, dims) }
	p := b.Preprocess
	if p == nil {
		return []input{{padTo(b.Values, n*b.dims.Values()), of(b.dims.Shape(batch)...)}}
	}
	return []input{
		{padTo(b.Pixels, n*p.PictureBytes()), of(batch, p.Height, p.Width, p.Channels)},
		{padTo(b.Places, n*dataset.PlacingValues), of(batch, dataset.PlacingValues)},
	}
}

// preprocess are the numbers of a block's pictures.
func (b given) preprocess() []input {
	p := b.Preprocess
	if p == nil {
		return nil
	}
	numbers := []input{{p.Mean, []int{p.Height, p.Width, p.Channels}}, {[]float32{p.Scale}, nil}}
	if len(p.Std) > 0 {
		numbers = append(numbers, input{p.Std, []int{p.Channels}})
	}
	return numbers
}
