package weights

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/op"
)

// raw is a file of safetensors as it is: a head and data.
func raw(head string, data []byte) []byte {
	return slices.Concat(binary.LittleEndian.AppendUint64(nil, uint64(len(head))), []byte(head), data)
}

func floats(values ...float32) (data []byte) {
	for _, v := range values {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	return data
}

func opened(data []byte) (*source, error) {
	return openTensors("file", bytes.NewReader(data), int64(len(data)))
}

// A file that is not what it says is refused, by what is wrong with it, before memory is taken.
func TestHostileFiles(t *testing.T) {
	entry := func(name, dtype, shape, offsets string) string {
		return fmt.Sprintf(`"%s":{"dtype":"%s","shape":%s,"data_offsets":%s}`, name, dtype, shape, offsets)
	}
	eight := make([]byte, 8)
	for want, data := range map[string][]byte{
		"7 bytes are no safetensors file": make([]byte, 7),
		"a head of 18446744073709551615 bytes in a file of 10, want 2 to 16777216": append(bytes.Repeat([]byte{255},
			8), 1, 2),
		"a head of 99 bytes in a file of 12": append(binary.LittleEndian.AppendUint64(nil, 99), "{}  "...),
		"the head: invalid character":        raw(`{"a":}`, nil),
		`"shape" value`:                      raw("{"+entry("a", "F32", "[-1]", "[0,4]")+"}", eight),
		`tensor "a" lies at bytes 0 to 12, want both in order within the 8 of data`: raw("{"+entry("a", "F32", "[3]",
			"[0,12]")+"}", eight),
		`tensor "a" lies at bytes 8 to 4`: raw("{"+entry("a", "F32", "[1]", "[8,4]")+"}", eight),
		`tensor "b" begins at byte 2, want 4: tensors neither overlap nor leave gaps`: raw(
			"{"+entry("a", "F32", "[1]", "[0,4]")+","+entry("b", "F32", "[1]", "[2,6]")+"}", eight),
		`tensor "b" begins at byte 4, want 2`: raw("{"+entry("a", "F16", "[1]", "[0,2]")+","+entry("b",
			"F32", "[1]", "[4,8]")+"}", eight),
		`tensor "a" of shape [3] and type F32 has 8 bytes`: raw("{"+entry("a", "F32", "[3]", "[0,8]")+"}", eight),
		`tensor "a": shape [4294967296 4294967296], want dimensions from 1`: raw(
			"{"+entry("a", "F32", "[4294967296,4294967296]", "[0,8]")+"}", eight),
		`tensor "a": shape [2 0], want dimensions from 1`:    raw("{"+entry("a", "F32", "[2,0]", "[0,8]")+"}", eight),
		"tensors end at byte 4 of the data, want its end, 8": raw("{"+entry("a", "F32", "[1]", "[0,4]")+"}", eight),
	} {
		if _, err := opened(data); err == nil || !strings.Contains(err.Error(), want) ||
			!strings.HasPrefix(err.Error(), "file: ") {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

// Values of each type are read as the numbers that they are. What is not finite, or no floating-point number, is
// refused.
func TestTypes(t *testing.T) {
	for dtype, c := range map[string]struct {
		data []byte
		want []float32
		err  string
	}{
		"F32":  {floats(1.5, -2), []float32{1.5, -2}, ""},
		"F16":  {[]byte{0x00, 0x3e, 0x01, 0x00}, []float32{1.5, 5.9604644775390625e-8}, ""}, // 1.5 and 2⁻²⁴
		"BF16": {[]byte{0xc0, 0x3f, 0x00, 0xc0}, []float32{1.5, -2}, ""},
		"F64": {binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, math.Float64bits(0.1)), 0),
			[]float32{0.1, 0}, ""},
		"I32": {make([]byte, 8), nil, `tensor "a" has type I32, want F32, F16, BF16 or F64`},
	} {
		f, err := opened(
			raw(fmt.Sprintf(`{"a":{"dtype":"%s","shape":[2],"data_offsets":[0,%d]}}`, dtype, len(c.data)), c.data),
		)
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.read("a")
		if !slices.Equal(got, c.want) || c.err == "" && err != nil ||
			c.err != "" && !strings.Contains(fmt.Sprint(err), c.err) {
			t.Errorf("%s: %v, %v; want %v", dtype, got, err, c.want)
		}
	}
	for _, x := range []float32{float32(math.NaN()), float32(math.Inf(-1))} {
		f, err := opened(raw(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, floats(0, x)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.read("a"); err == nil || !strings.Contains(err.Error(), `value 1 of tensor "a"`) {
			t.Errorf("%v: error %v", x, err)
		}
	}
}

// small is a net of one convolution and its classes.
func small() arch.Arch {
	return arch.Arch{Name: "small", Size: 2, Channels: 1, Classes: 2, Blocks: []arch.Block{
		arch.Chain("conv1", op.Convolution{Out: 2, Kernel: 1}), arch.Chain("fc", op.Dense{})}}
}

// A file that is not of the net says which tensor, what shape it wants and which it found, and the nearest name. Shapes
// that come to the same order are taken.
func TestOtherNets(t *testing.T) {
	dir := t.TempDir()
	file := func(names, shapes [2]string) string {
		head := fmt.Sprintf(`{"%s":{"dtype":"F32","shape":%s,"data_offsets":[0,8]},`+
			`"%s":{"dtype":"F32","shape":%s,"data_offsets":[8,72]}}`,
			names[0], shapes[0], names[1], shapes[1])
		path := filepath.Join(dir, "net.safetensors")
		values := make([]float32, 18)
		for i := range values {
			values[i] = float32(i)
		}
		if err := os.WriteFile(path, raw(head, floats(values...)), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var first arch.Weights
	for _, shapes := range [][2]string{{"[2,1,1,1]", "[2,8]"}, {"[2,1]", "[2,2,2,2]"}} {
		w, err := Read(file([2]string{"conv1.weight", "fc.weight"}, shapes), small())
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = w
		}
		// Theirs is [out, channel, row, column]; ours is [row, column, channel, out]. Values count from 2.
		if got := w["/net/fc/weights"].Data; w.Digest() != first.Digest() ||
			!slices.Equal(got, []float32{2, 10, 6, 14, 3, 11, 7, 15, 4, 12, 8, 16, 5, 13, 9, 17}) {
			t.Errorf("shapes %v: %v", shapes, got)
		}
	}
	for want, c := range map[string][2][2]string{
		`has no tensor "fc.weight", the nearest of its 2 is "fc.weigth"; it would be /net/fc/weights of small`: {
			{"conv1.weight", "fc.weigth"}, {"[2,1,1,1]", "[2,8]"}},
		`tensor "fc.weight" has shape [8 2], want [2 8] for /net/fc/weights of small`: {
			{"conv1.weight", "fc.weight"}, {"[2,1,1,1]", "[8,2]"}},
		`tensor "conv1.weight" has shape [1 2], want [2 1 1 1]`: {{"conv1.weight", "fc.weight"}, {"[1,2]", "[2,8]"}},
	} {
		path := file(c[0], c[1])
		if _, err := Read(path, small()); err == nil || !strings.HasPrefix(err.Error(), path) ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	bare := small()
	bare.Blocks[0] = arch.Chain("conv1", op.ReLU{})
	bare.Channels = 2
	path := file([2]string{"conv1.weight", "fc.weight"}, [2]string{"[2,1,1,1]", "[2,8]"})
	if _, err := Read(path, bare); err == nil ||
		!strings.Contains(err.Error(),
			`has tensors that small has not: "conv1.weight"; is it of another architecture?`) {
		t.Errorf("error %v", err)
	}
	long := strings.Repeat("fc.weight", 30)
	if _, err := Read(file([2]string{long, long + "x"}, [2]string{"[2,1,1,1]", "[2,8]"}), small()); err == nil ||
		!strings.Contains(err.Error(), `has no tensor "conv1.weight" among its 2; it would be`) {
		t.Errorf("error %v", err)
	}
	file([2]string{"conv1.weight", "fc.weight"}, [2]string{"[2,1,1,1]", "[2,8]"})
	many := small()
	many.Classes = 77
	if n, err := Classes(path, many); err != nil || n != 2 {
		t.Errorf("%d classes, %v; want those of the file, 2", n, err)
	}
	for _, none := range []string{dir, filepath.Join(dir, "none")} {
		if _, err := Read(none, small()); err == nil || !strings.Contains(err.Error(), none) {
			t.Errorf("%s: error %v", none, err)
		}
	}
}

func TestNatural(t *testing.T) {
	if natural("features.3.x", "features.10.x") >= 0 || natural("a1", "a01b") >= 0 || natural("b", "a") <= 0 ||
		natural("a", "a") != 0 {
		t.Error("names are not in the order of their numbers")
	}
}

// No bytes make reading panic, or take more memory than the file has; what is read is whole.
func FuzzTensors(f *testing.F) {
	f.Add(raw(`{"__metadata__":{"format":"pt"},"conv1.weight":{"dtype":"F32","shape":[2,1,1,1],"data_offsets":[0,8]}}`,
		make([]byte, 8)))
	f.Add(raw(`{"a":{"dtype":"BF16","shape":[],"data_offsets":[0,2]}}`, []byte{1, 2}))
	f.Add([]byte("\x10\x00\x00\x00\x00\x00\x00\x00{\"a\":{\"shape\":1}}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := opened(data)
		if err != nil {
			return
		}
		total := 0
		for name, info := range s.infos {
			values, err := s.read(name)
			if err == nil && len(values) != info.Values() {
				t.Errorf("%d values of %+v", len(values), info)
			}
			total += info.Values()
		}
		if total > len(data) {
			t.Errorf("%d values in %d bytes", total, len(data))
		}
		if w, err := load(s, small()); err == nil && small().Check(w) != nil {
			t.Error("weights that are not the net's")
		}
	})
}
