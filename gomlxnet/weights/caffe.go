package weights

import (
	"fmt"
	"slices"

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

// openCaffe reads a .caffemodel: the blobs of its layers as tensors, which go by layer and PyTorch's words. Values are
// kept as they are read: no more memory is taken than twice the length of the file.
func openCaffe(path string, data []byte) (*source, error) {
	c := newSource(path, nil)
	c.values = map[string][]float32{}
	err := fields(data, func(n protowire.Number, _ protowire.Type, _ uint64, body []byte) error {
		switch n {
		case netLayers:
			return c.caffeLayer(body, oldName, oldBlobs)
		case netLayer:
			return c.caffeLayer(body, layerName, layerBlobs)
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

// fields calls each with the fields of a message: the number of one that is a varint, and the body of others, which is
// what follows a length.
func fields(data []byte, each func(n protowire.Number, t protowire.Type, number uint64, body []byte) error) error {
	for len(data) > 0 {
		n, t, size := protowire.ConsumeTag(data)
		if size < 0 {
			return protowire.ParseError(size)
		}
		data = data[size:]
		if t == protowire.StartGroupType {
			return fmt.Errorf("field %d is a group, want none", n)
		}
		if size = protowire.ConsumeFieldValue(n, t, data); size < 0 {
			return protowire.ParseError(size)
		}
		var number uint64
		body := data[:size]
		switch t {
		case protowire.VarintType:
			number, _ = protowire.ConsumeVarint(data)
		case protowire.BytesType:
			body, _ = protowire.ConsumeBytes(data)
		}
		if err := each(n, t, number, body); err != nil {
			return err
		}
		data = data[size:]
	}
	return nil
}

// caffeLayer keeps the blobs of a layer.
func (c *source) caffeLayer(data []byte, nameField, blobField protowire.Number) error {
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
	add := func(kind string, body []byte, width string) error {
		if len(body)%widths[kind] != 0 {
			return fmt.Errorf("%d bytes of data, want %s a value", len(body), width)
		}
		values = appendValues(values, kind, body)
		return nil
	}
	err = fields(data, func(n protowire.Number, t protowire.Type, number uint64, body []byte) error {
		switch {
		case n == blobData && (t == protowire.BytesType || t == protowire.Fixed32Type):
			return add("F32", body, "four")
		case n == blobDouble && (t == protowire.BytesType || t == protowire.Fixed64Type):
			return add("F64", body, "eight")
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
	if i := slices.IndexFunc(values, infinite); i >= 0 {
		return nil, nil, fmt.Errorf("value %d is %v, want a finite number", i, values[i])
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
			dims, err = addDims(dims, t, number, body)
		}
		return err
	})
	return dims, err
}

// addDims adds the dimensions of a field, packed or one. No shape has more than 8, so that a file cannot ask for much
// memory by a long one.
func addDims(dims []uint64, t protowire.Type, number uint64, body []byte) ([]uint64, error) {
	const most = 8
	errMany := fmt.Errorf("a shape of more than %d dimensions", most)
	if t == protowire.VarintType {
		if len(dims) == most {
			return nil, errMany
		}
		return append(dims, number), nil
	}
	for len(body) > 0 {
		if len(dims) == most {
			return nil, errMany
		}
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
