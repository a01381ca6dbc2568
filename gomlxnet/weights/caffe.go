package weights

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"coadapt/gomlxnet/arch"

	"google.golang.org/protobuf/encoding/protowire"
)

// The numbers of the fields that are read of Caffe's caffe.proto.
const (
	netLayers, netLayer                  = 2, 100 // those of files before 2014 and since
	oldName, oldBlobs                    = 4, 6
	layerName, layerBlobs                = 1, 7
	blobNum, blobChannels                = 1, 2 // the four dimensions of older blobs
	blobHeight, blobWidth                = 3, 4
	blobData, blobShape, blobDouble, dim = 5, 7, 8, 1
)

// caffe is a .caffemodel that was read: the blobs of its layers as tensors, which go by layer and PyTorch's words.
type caffe struct {
	path   string
	infos  map[string]Info
	values map[string][]float32
}

// openCaffe reads a .caffemodel. Values are kept as they are read: no more memory is taken than twice the length of the
// file.
func openCaffe(path string, data []byte) (source, error) {
	c := &caffe{path: path, infos: map[string]Info{}, values: map[string][]float32{}}
	err := fields(data, func(n protowire.Number, _ protowire.Type, _ uint64, body []byte) error {
		switch n {
		case netLayers:
			return c.layer(body, oldName, oldBlobs)
		case netLayer:
			return c.layer(body, layerName, layerBlobs)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%s: as a .caffemodel: %w", path, err)
	}
	if len(c.infos) == 0 {
		return nil, fmt.Errorf("%s: as a .caffemodel it has no layer with weights", path)
	}
	return c, nil
}

// fields calls each with the fields of a message: the number of one that is a varint or has a fixed width, the body of
// one that has a length.
func fields(data []byte, each func(n protowire.Number, t protowire.Type, number uint64, body []byte) error) error {
	for len(data) > 0 {
		n, t, size := protowire.ConsumeTag(data)
		if size < 0 {
			return protowire.ParseError(size)
		}
		data = data[size:]
		var number uint64
		var body []byte
		switch t {
		case protowire.VarintType:
			number, size = protowire.ConsumeVarint(data)
		case protowire.BytesType:
			body, size = protowire.ConsumeBytes(data)
		case protowire.Fixed32Type:
			var x uint32
			x, size = protowire.ConsumeFixed32(data)
			number = uint64(x)
		case protowire.Fixed64Type:
			number, size = protowire.ConsumeFixed64(data)
		default:
			return fmt.Errorf("field %d is a group, want none", n)
		}
		if size < 0 {
			return protowire.ParseError(size)
		}
		if err := each(n, t, number, body); err != nil {
			return err
		}
		data = data[size:]
	}
	return nil
}

// layer keeps the blobs of a layer.
func (c *caffe) layer(data []byte, nameField, blobField protowire.Number) error {
	name := ""
	var blobs [][]byte
	err := fields(data, func(n protowire.Number, t protowire.Type, _ uint64, body []byte) error {
		switch {
		case t != protowire.BytesType:
		case n == nameField:
			name = string(body)
		case n == blobField:
			blobs = append(blobs, body)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("layer %q: %w", name, err)
	}
	for i, body := range blobs {
		tensor := fmt.Sprintf("%s.blob%d", name, i)
		if i < 2 {
			tensor = name + []string{".weight", ".bias"}[i]
		}
		if _, twice := c.infos[tensor]; twice {
			return fmt.Errorf("layer %q is there twice", name)
		}
		shape, values, err := blob(body)
		if err != nil {
			return fmt.Errorf("layer %q, blob %d: %w", name, i, err)
		}
		c.infos[tensor], c.values[tensor] = Info{Name: tensor, Type: "F32", Shape: shape}, values
	}
	return nil
}

// blob reads the shape and the values of a blob.
func blob(data []byte) (shape []int, values []float32, err error) {
	old := map[protowire.Number]uint64{}
	var dims []uint64
	add := func(x float64) error {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("value %d is %v, want a finite number", len(values), x)
		}
		values = append(values, float32(x))
		return nil
	}
	err = fields(data, func(n protowire.Number, t protowire.Type, number uint64, body []byte) error {
		switch {
		case n == blobData && t == protowire.BytesType:
			if len(body)%4 != 0 {
				return fmt.Errorf("%d bytes of data, want four a value", len(body))
			}
			values = slices.Grow(values, len(body)/4)
			for ; len(body) > 0; body = body[4:] {
				if err := add(float64(math.Float32frombits(binary.LittleEndian.Uint32(body)))); err != nil {
					return err
				}
			}
		case n == blobData && t == protowire.Fixed32Type:
			return add(float64(math.Float32frombits(uint32(number))))
		case n == blobDouble && t == protowire.BytesType:
			if len(body)%8 != 0 {
				return fmt.Errorf("%d bytes of data, want eight a value", len(body))
			}
			for ; len(body) > 0; body = body[8:] {
				if err := add(math.Float64frombits(binary.LittleEndian.Uint64(body))); err != nil {
					return err
				}
			}
		case n == blobDouble && t == protowire.Fixed64Type:
			return add(math.Float64frombits(number))
		case n == blobShape && t == protowire.BytesType:
			dims, err = blobDims(body)
			return err
		case n <= blobWidth && t == protowire.VarintType:
			old[n] = number
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	if dims == nil {
		for _, n := range []protowire.Number{blobNum, blobChannels, blobHeight, blobWidth} {
			dims = append(dims, max(old[n], 1))
		}
	}
	count, err := product(dims)
	if err != nil {
		return nil, nil, err
	}
	if count != uint64(len(values)) {
		return nil, nil, fmt.Errorf("%d values of shape %d, want %d", len(values), dims, count)
	}
	return ints(dims), values, nil
}

// blobDims are the dimensions of a shape, packed or one by one.
func blobDims(data []byte) (dims []uint64, err error) {
	err = fields(data, func(n protowire.Number, t protowire.Type, number uint64, body []byte) error {
		if n == dim {
			if dims, err = addDims(dims, t, number, body); err != nil {
				return err
			}
		}
		if len(dims) > 8 {
			return errors.New("a shape of more than 8 dimensions")
		}
		return nil
	})
	return dims, err
}

// addDims adds the dimensions of a field, packed or one.
func addDims(dims []uint64, t protowire.Type, number uint64, body []byte) ([]uint64, error) {
	if t == protowire.VarintType {
		return append(dims, number), nil
	}
	for len(body) > 0 {
		x, size := protowire.ConsumeVarint(body)
		if size < 0 {
			return nil, protowire.ParseError(size)
		}
		dims, body = append(dims, x), body[size:]
	}
	return dims, nil
}

// ints are the dimensions of a shape.
func ints(dims []uint64) []int {
	shape := make([]int, len(dims))
	for i, d := range dims {
		shape[i] = int(d)
	}
	return shape
}

func (c *caffe) list() map[string]Info               { return c.infos }
func (c *caffe) where() string                       { return c.path }
func (c *caffe) read(name string) ([]float32, error) { return c.values[name], nil }

// outputs are the first dimension, or in files before 2014 the third, as inner products had four there.
func (c *caffe) outputs(shape []int) int {
	if len(shape) == 4 && shape[0] == 1 && shape[1] == 1 {
		return shape[2]
	}
	return shape[0]
}

// find has Caffe's names beside PyTorch's: a layer goes by the block, or by block and operation.
func (c *caffe) find(m module, v arch.Variable) (string, error) {
	block := strings.Split(v.Path, "/")[2]
	layers := append([]string{block, block + "/" + m.Name, block + "/" + m.Name + "1x1"}, m.names...)
	var names []string
	for _, layer := range layers {
		name := layer + "." + suffixes[v.Name]
		if _, ok := c.infos[name]; ok {
			return name, nil
		}
		names = append(names, name)
	}
	return "", missing(c, names[:1])
}

// layout is PyTorch's; older blobs have four dimensions.
func (c *caffe) layout(m module, v arch.Variable) layout {
	l := layoutOf(m.Operation, v)
	if n := len(l.shape); n < 4 {
		l.also = append(l.also, append(slices.Repeat([]int{1}, 4-n), l.shape...))
	}
	return l
}
