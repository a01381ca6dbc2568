package weights

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

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

// openTensors reads and checks the head of a file of safetensors of a length.
func openTensors(path string, file io.ReaderAt, size int64) (*source, error) {
	fail := func(format string, args ...any) (*source, error) {
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
	s := newSource(path, file)
	s.notes = all.Metadata()
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
			return fail("tensor %q lies at bytes %d to %d, want both in order within the %d of data", name, from, to,
				room)
		}
		if from != next {
			return fail("tensor %q begins at byte %d, want %d: tensors neither overlap nor leave gaps", name, from,
				next)
		}
		next = to
		count, err := product(l.Shape)
		if err != nil {
			return fail("tensor %q: %w", name, err)
		}
		if width := l.DType.Size(); count > room/width || count*width != to-from {
			return fail("tensor %q of shape %d and type %s has %d bytes, want as many as its values take", name,
				l.Shape, l.DType, to-from)
		}
		info := Info{Name: name, Type: l.DType.String(), Shape: ints(l.Shape)}
		s.infos[name], s.places[name] = info, [2]int64{int64(8 + n + from), int64(8 + n + to)}
	}
	if next != room {
		return fail("tensors end at byte %d of the data, want its end, %d", next, room)
	}
	return s, nil
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
