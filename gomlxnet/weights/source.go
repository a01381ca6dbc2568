package weights

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes/bfloat16"
	"github.com/gomlx/compute/dtypes/float16"
)

// source is an open file of weights whose head was checked, or all of it.
type source struct {
	path   string
	file   io.ReaderAt
	notes  map[string]string // that the writer left
	infos  map[string]Info
	places map[string][2]int64  // of values, in the file
	values map[string][]float32 // of a .caffemodel, which are read at once; nil: of another file
}

func newSource(path string, file io.ReaderAt) *source {
	return &source{path: path, file: file, infos: map[string]Info{}, places: map[string][2]int64{}}
}

// find is the name of the tensor of a variable. In a .caffemodel Caffe's names stand beside PyTorch's: a layer goes by
// the block, or by block and operation.
func (s *source) find(p parameter) (string, error) {
	if _, ours := s.infos[p.Path]; ours {
		return p.Path, nil
	}
	wanted, names := p.names, p.names
	if s.values != nil {
		block, suffix := strings.Split(p.Path, "/")[2], "."+suffixes[p.Name]
		wanted = []string{block + suffix}
		names = append([]string{wanted[0], block + "/" + p.of.Name + suffix, block + "/" + p.of.Name + "1x1" + suffix},
			names...)
	}
	for _, name := range names {
		for _, prefix := range []string{"", "module."} { // the latter is of nets that several devices trained
			if _, ok := s.infos[prefix+name]; ok {
				return prefix + name, nil
			}
		}
	}
	return "", missing(s, wanted)
}

// outputs are those of weights of a shape: the first dimension, or in a .caffemodel from before 2014 the third, as
// inner products had four there.
func (s *source) outputs(shape []int) int {
	if s.values != nil && len(shape) == 4 && shape[0] == 1 && shape[1] == 1 {
		return shape[2]
	}
	return shape[0]
}

// layout is PyTorch's, but for our own names; older blobs of Caffe have four dimensions.
func (s *source) layout(p parameter) layout {
	if _, ours := s.infos[p.Path]; ours {
		return asItIs(p.Shape)
	}
	l := layoutOf(p)
	if n := len(l.shape); s.values != nil && n < 4 {
		l.also = append(l.also, append(slices.Repeat([]int{1}, 4-n), l.shape...))
	}
	return l
}

// read gives the values of a tensor as float32.
func (s *source) read(name string) ([]float32, error) {
	if values, read := s.values[name]; read {
		return values, nil
	}
	place, info := s.places[name], s.infos[name]
	if widths[info.Type] == 0 {
		return nil, fmt.Errorf("%s: tensor %q has type %s, want F32, F16, BF16 or F64", s.path, name, info.Type)
	}
	raw := make([]byte, place[1]-place[0])
	if _, err := s.file.ReadAt(raw, place[0]); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: tensor %q: %w", s.path, name, err)
	}
	values := appendValues(nil, info.Type, raw)
	if i := slices.IndexFunc(values, infinite); i >= 0 {
		return nil, fmt.Errorf("%s: value %d of tensor %q is %v, want a finite number", s.path, i, name, values[i])
	}
	return values, nil
}

// widths are the bytes of a value, by the types that are read.
var widths = map[string]int{"F32": 4, "F16": 2, "BF16": 2, "F64": 8}

// appendValues appends all values of a type.
func appendValues(values []float32, kind string, raw []byte) []float32 {
	width := widths[kind]
	values = slices.Grow(values, len(raw)/width)
	for ; len(raw) > 0; raw = raw[width:] {
		switch kind {
		case "F32":
			values = append(values, math.Float32frombits(binary.LittleEndian.Uint32(raw)))
		case "F16":
			values = append(values, float16.Float16(binary.LittleEndian.Uint16(raw)).Float32())
		case "BF16":
			values = append(values, bfloat16.BFloat16(binary.LittleEndian.Uint16(raw)).Float32())
		default:
			values = append(values, float32(math.Float64frombits(binary.LittleEndian.Uint64(raw))))
		}
	}
	return values
}

// infinite says whether a value is no finite number.
func infinite(x float32) bool { return math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) }
