package weights

import (
	"bytes"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// The numbers of the fields that are read of ONNX's onnx.proto, and its numbers of types.
const (
	modelGraph, graphInitializer                     = 7, 5
	tensorDims, tensorType, tensorName               = 1, 2, 8
	tensorRaw, tensorLocation                        = 9, 14
	onnxFloat, onnxHalf, onnxDouble, onnxBrain int64 = 1, 10, 11, 16
)

// openONNX finds the weights of an .onnx file: its initializers of floating-point numbers, under their names. PyTorch's
// exporter keeps torchvision's names, and batch norm as it is, where it exports with training=TrainingMode.TRAINING and
// do_constant_folding=False. The graph is not read.
func openONNX(path string, data []byte) (*source, error) {
	s := newSource(path, bytes.NewReader(data))
	err := fields(data, func(n protowire.Number, _ protowire.Type, _ uint64, graph []byte) error {
		if n != modelGraph {
			return nil
		}
		return fields(graph, func(n protowire.Number, _ protowire.Type, _ uint64, body []byte) error {
			if n != graphInitializer {
				return nil
			}
			return s.initializer(body, int64(cap(data)-cap(body)))
		})
	})
	if err != nil {
		return nil, fmt.Errorf("%s: as an .onnx file: %w", path, err)
	}
	if len(s.infos) == 0 {
		return nil, fmt.Errorf("%s: as an .onnx file it has no weights", path)
	}
	return s, nil
}

// initializer keeps where the values of a tensor are, whose message begins at a byte of the file.
func (s *source) initializer(data []byte, at int64) error {
	info, dims := Info{}, []uint64(nil)
	var raw []byte
	external := false
	err := fields(data, func(n protowire.Number, wire protowire.Type, number uint64, body []byte) error {
		switch n {
		case tensorName:
			info.Name = string(body)
		case tensorType:
			info.Type = map[int64]string{onnxFloat: "F32", onnxHalf: "F16", onnxDouble: "F64",
				onnxBrain: "BF16"}[int64(number)]
		case tensorLocation:
			external = number != 0
		case tensorRaw:
			raw = body
		case tensorDims:
			var err error
			dims, err = addDims(dims, wire, number, body)
			return err
		}
		return nil
	})
	width := uint64(widths[info.Type])
	switch {
	case err != nil:
		return fmt.Errorf("initializer %q: %w", info.Name, err)
	case width == 0:
		return nil // numbers of the graph, no weights
	case external:
		return fmt.Errorf("initializer %q is in a file of its own; want one file, as onnx.save writes it", info.Name)
	}
	count, err := product(dims)
	switch {
	case err != nil:
		return fmt.Errorf("initializer %q: %w", info.Name, err)
	case uint64(len(raw))%width != 0 || count != uint64(len(raw))/width:
		return fmt.Errorf("initializer %q of shape %d and type %s has %d raw bytes, want %d values of %d", info.Name,
			dims, info.Type, len(raw), count, width)
	}
	if _, twice := s.infos[info.Name]; twice {
		return fmt.Errorf("initializer %q is there twice", info.Name)
	}
	info.Shape = ints(dims)
	from := at + int64(cap(data)-cap(raw))
	s.infos[info.Name], s.places[info.Name] = info, [2]int64{from, from + int64(len(raw))}
	return nil
}
