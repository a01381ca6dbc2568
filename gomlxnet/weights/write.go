package weights

import (
	"encoding/binary"
	"io"
	"math"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/durable"

	"github.com/nlpodyssey/safetensors"
)

// Write writes the weights of a net to a file of safetensors under the names of [Names], with PyTorch's layouts: what
// torchvision's load_state_dict takes where the net is one of its own. The file appears when it is complete.
func Write(path string, a arch.Arch, w arch.Weights) error {
	if err := a.Check(w); err != nil {
		return err
	}
	all, err := parameters(a)
	if err != nil {
		return err
	}
	views := map[string]view{}
	for _, p := range all {
		views[p.names[0]] = view{w[p.Path].Data, layoutOf(p)}
	}
	return writeViews(path, views)
}

// WriteTensors writes values under names of their own, as they are, to a file of safetensors.
func WriteTensors(path string, values map[string]arch.Tensor) error {
	views := map[string]view{}
	for name, t := range values {
		views[name] = view{t.Data, asItIs(t.Shape)}
	}
	return writeViews(path, views)
}

func writeViews(path string, views map[string]view) error {
	return durable.WriteFile(path, func(to io.Writer) error {
		return safetensors.SerializeToWriter(views, map[string]string{"format": "pt"}, to)
	})
}

// view is a tensor that is laid out when it is written.
type view struct {
	values []float32
	layout layout
}

func (v view) DType() safetensors.DType { return safetensors.F32 }
func (v view) DataLen() uint64          { return 4 * uint64(len(v.values)) }

func (v view) Shape() []uint64 {
	shape := make([]uint64, len(v.layout.shape))
	for i, d := range v.layout.shape {
		shape[i] = uint64(d)
	}
	return shape
}

func (v view) Data() []byte {
	raw := make([]byte, 0, v.DataLen())
	for _, x := range v.layout.theirs(v.values) {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
	}
	return raw
}
