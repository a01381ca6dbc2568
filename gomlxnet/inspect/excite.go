package inspect

import (
	"fmt"

	"coadapt/gomlxnet/arch"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
)

// Exciter says how much images excite the units of a layer, and how they would excite them more. Units are read before
// what follows the layer's last weights, such as ReLU and pooling: a unit that is off has a gradient there. In a block
// whose operations join behind its weights, as those of a residual net, they are what leaves the block. There is no
// dropout. An Exciter is for one goroutine at a time.
type Exciter struct {
	*runner
	units int // of the layer
}

// NewExciter makes one of a layer, from 0, for batches of the given size, on the backend's first device.
func NewExciter(backend compute.Backend, a arch.Arch, w arch.Weights, batch, layer int) (*Exciter, error) {
	if layer < 0 || layer >= len(a.Blocks) {
		return nil, fmt.Errorf("units of layer %d of %s: want a layer of 0 to %d", layer, a.Name, len(a.Blocks)-1)
	}
	dims, err := a.Preactivation(layer)
	if err != nil {
		return nil, err
	}
	units := dims.Channels
	at := start{"units of " + a.Name, batch, 0}
	r, err := newRunner(backend, a, w, at, func(value variables, in []*Node) []*Node {
		images, wanted := in[0], in[1]
		all := a.Graph(images, arch.Run{Value: value, To: layer + 1, Preactivation: true})[layer]
		centre, most := all, all
		if all.Rank() == 4 {
			y, x := all.Shape().Dim(1)/2, all.Shape().Dim(2)/2
			centre = Reshape(Slice(all, AxisRange(), AxisElem(y), AxisElem(x), AxisRange()), batch, units)
			most = ReduceMax(all, 1, 2)
		}
		excited := ReduceSum(Mul(centre, OneHot(wanted, units, dtypes.Float32)), 1)
		return []*Node{excited, most, Gradient(ReduceAllSum(excited), images)[0]}
	})
	if err != nil {
		return nil, err
	}
	return &Exciter{r, units}, nil
}

// Units is how many the layer has.
func (e *Exciter) Units() int { return e.units }

// Excitement is what images do to units.
type Excitement struct {
	Value    []float32 // [batch]: of the unit that is wanted of each image, in the middle of the image
	Most     []float32 // [batch, units]: the largest over the places of an image
	Gradient []float32 // [batch, size, size, channels]: of each value by its image
}

// Of is what images [batch, size, size, channels] do to a unit each.
func (e *Exciter) Of(images []float32, wanted []int) (Excitement, error) {
	if len(wanted) != e.shape[0] {
		return Excitement{}, fmt.Errorf("%s: %d units for a batch of %d images", e.what, len(wanted), e.shape[0])
	}
	units := make([]int32, len(wanted))
	for i, u := range wanted {
		if u < 0 || u >= e.units {
			return Excitement{}, fmt.Errorf("%s: unit %d, want 0 to %d", e.what, u, e.units-1)
		}
		units[i] = int32(u)
	}
	out, err := e.call(images, tensors.FromFlatDataAndDimensions(units, len(units)))
	if err != nil {
		return Excitement{}, err
	}
	return Excitement{Value: out[0].Data, Most: out[1].Data, Gradient: out[2].Data}, nil
}
