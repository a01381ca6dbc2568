package weights

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"github.com/gomlx/compute/dtypes/bfloat16"
	"github.com/gomlx/compute/dtypes/float16"
	"github.com/nlpodyssey/safetensors"
)

// maxHead is the most bytes of the head of a file of safetensors that are read. Nets of a thousand tensors have some
// 100 kB.
const maxHead = 16 << 20

// Info is what a file says of a tensor.
type Info struct {
	Name  string
	Type  string // F32, F16, BF16, F64; other types are listed, not read
	Shape []int
}

// Values is the number of values.
func (t Info) Values() int {
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	return n
}

// tensors is an open file of safetensors whose head was checked.
type tensors struct {
	path   string
	file   io.ReaderAt
	meta   map[string]string
	infos  map[string]Info
	places map[string][2]int64 // in the file
}

// openTensors reads and checks the head of a file of safetensors of a length.
func openTensors(path string, file io.ReaderAt, size int64) (*tensors, error) {
	fail := func(format string, args ...any) (*tensors, error) {
		return nil, fmt.Errorf("%s: "+format, append([]any{path}, args...)...)
	}
	var length [8]byte
	if _, err := file.ReadAt(length[:], 0); err != nil {
		return fail("%d bytes are no safetensors file, which begins with the length of its head, 8 bytes", size)
	}
	n := binary.LittleEndian.Uint64(length[:])
	if n > maxHead || n < 2 || int64(n) > size-8 {
		return fail("a head of %d bytes in a file of %d, want 2 to %d within the file", n, size, maxHead)
	}
	head := make([]byte, n)
	if _, err := file.ReadAt(head, 8); err != nil {
		return fail("reading the head: %w", err)
	}
	var all safetensors.Metadata
	if err := json.Unmarshal(head, &all); err != nil {
		return fail("the head: %w", err)
	}
	t := &tensors{path: path, file: file, meta: all.Metadata(), infos: map[string]Info{}, places: map[string][2]int64{}}
	listed := all.Tensors()
	names := slices.SortedFunc(maps.Keys(listed), func(a, b string) int {
		x, y := listed[a].DataOffsets, listed[b].DataOffsets
		return slices.Compare(x[:], y[:])
	})
	room, next := uint64(size)-8-n, uint64(0)
	for _, name := range names {
		l := listed[name]
		from, to := l.DataOffsets[0], l.DataOffsets[1]
		if from > to || to > room {
			return fail(
				"tensor %q lies at bytes %d to %d, want both in order within the %d of data",
				name,
				from,
				to,
				room,
			)
		}
		if from != next {
			return fail(
				"tensor %q begins at byte %d, want %d: tensors neither overlap nor leave gaps",
				name,
				from,
				next,
			)
		}
		next = to
		count, err := product(l.Shape)
		if err != nil {
			return fail("tensor %q: %w", name, err)
		}
		if width := l.DType.Size(); count > room/width || count*width != to-from {
			return fail(
				"tensor %q of shape %d and type %s has %d bytes, want as many as its values take",
				name,
				l.Shape,
				l.DType,
				to-from,
			)
		}
		info := Info{Name: name, Type: l.DType.String(), Shape: ints(l.Shape)}
		t.infos[name], t.places[name] = info, [2]int64{int64(8 + n + from), int64(8 + n + to)}
	}
	if next != room {
		return fail("tensors end at byte %d of the data, want its end, %d", next, room)
	}
	return t, nil
}

// product multiplies dimensions; none of them may be 0, as beside one any others would fit the length.
func product(shape []uint64) (uint64, error) {
	n := uint64(1)
	for _, d := range shape {
		if d == 0 || d > math.MaxInt32 || n > math.MaxInt64/d {
			return 0, fmt.Errorf("shape %d, want dimensions from 1 whose product is that of a tensor", shape)
		}
		n *= d
	}
	return n, nil
}

// read gives the values of a tensor as float32.
func (t *tensors) read(name string) ([]float32, error) {
	place, info := t.places[name], t.infos[name]
	if !slices.Contains([]string{"F32", "F16", "BF16", "F64"}, info.Type) {
		return nil, fmt.Errorf("%s: tensor %q has type %s, want F32, F16, BF16 or F64", t.path, name, info.Type)
	}
	raw := make([]byte, place[1]-place[0])
	if _, err := t.file.ReadAt(raw, place[0]); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: tensor %q: %w", t.path, name, err)
	}
	values := make([]float32, info.Values())
	for i := range values {
		switch info.Type {
		case "F32":
			values[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		case "F16":
			values[i] = float16.Float16(binary.LittleEndian.Uint16(raw[2*i:])).Float32()
		case "BF16":
			values[i] = bfloat16.BFloat16(binary.LittleEndian.Uint16(raw[2*i:])).Float32()
		default:
			values[i] = float32(math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:])))
		}
		if x := float64(values[i]); math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, fmt.Errorf("%s: value %d of tensor %q is %v, want a finite number", t.path, i, name, x)
		}
	}
	return values, nil
}
