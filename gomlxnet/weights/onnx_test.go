package weights

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// initializerOf is a TensorProto: a type, raw bytes and a shape, packed or one by one.
func initializerOf(name string, dtype uint64, raw []byte, packed bool, shape ...uint64) (b []byte) {
	var dims []byte
	for _, d := range shape {
		if packed {
			dims = protowire.AppendVarint(dims, d)
		} else {
			b = protowire.AppendVarint(protowire.AppendTag(b, 1, protowire.VarintType), d)
		}
	}
	if packed {
		b = field(b, 1, dims)
	}
	b = protowire.AppendVarint(protowire.AppendTag(b, 2, protowire.VarintType), dtype)
	return field(field(b, 8, []byte(name)), 9, raw)
}

// modelOf is a ModelProto of initializers.
func modelOf(initializers ...[]byte) []byte {
	graph := field(nil, 2, []byte("graph"))
	for _, i := range initializers {
		graph = field(graph, 5, i)
	}
	return field(protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), 8), 7, graph)
}

// An .onnx file with PyTorch's names gives the weights that safetensors with the same numbers give.
func TestONNX(t *testing.T) {
	for _, n := range torchNets(t)[:3] {
		a := n.arch(t)
		want, err := Read(n.write(t, func(s string) string { return s }), a)
		if err != nil {
			t.Fatal(err)
		}
		var all [][]byte
		for name, shape := range n.Shapes {
			if strings.HasSuffix(name, counter) {
				all = append(all, initializerOf(name, 7, make([]byte, 8), true)) // INT64, of one value
				continue
			}
			all = append(all, initializerOf(name, 1, floats(formula(name, shape)...), len(all)%2 == 0, shape...))
		}
		file := filepath.Join(t.TempDir(), "net.onnx")
		if err := os.WriteFile(file, modelOf(all...), 0o644); err != nil {
			t.Fatal(err)
		}
		if w, err := Read(file, a); err != nil || w.Digest() != want.Digest() {
			t.Errorf("%s: other weights than safetensors gives: %v", n.Name, err)
		}
	}
}

// What is wrong with an .onnx file is said by initializer.
func TestHostileONNX(t *testing.T) {
	outside := protowire.AppendVarint(
		protowire.AppendTag(initializerOf("a", 1, nil, true, 1), 14, protowire.VarintType),
		1,
	)
	for want, data := range map[string][]byte{
		`initializer "a" of shape [3] and type F32 has 8 raw bytes, want 3 values of 4`: modelOf(initializerOf("a", 1,
			make([]byte, 8), true, 3)),
		// 2⁶¹ + 1024 values: their eight bytes each come to 8192 where numbers of 64 bits end.
		"has 8192 raw bytes, want 2305843009213694976 values of 8": modelOf(
			initializerOf("a", 11, make([]byte, 8192), true, 1024, 7893891, 285258539)),
		`initializer "a": shape [0], want dimensions from 1`: modelOf(initializerOf("a", 1, nil, true, 0)),
		`initializer "a" is in a file of its own`:            modelOf(outside),
		`initializer "a" is there twice`: modelOf(initializerOf("a", 10, make([]byte, 2), true, 1),
			initializerOf("a", 10, make([]byte, 2), true, 1)),
		"it has no weights":   modelOf(initializerOf("a", 7, make([]byte, 8), true, 1)),
		"as an .onnx file: u": {0x08, 0x01, 0x3a, 0x09},
	} {
		if _, err := openONNX("file", data); err == nil || !strings.Contains(err.Error(), want) ||
			!strings.HasPrefix(err.Error(), "file: ") {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

// No bytes make reading panic; what is read is whole and within the file.
func FuzzONNX(f *testing.F) {
	f.Add(modelOf(initializerOf("conv1.weight", 1, floats(1, 2), true, 2, 1, 1, 1)))
	f.Add(modelOf(initializerOf("fc.weight", 16, make([]byte, 4), false, 2)))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := openONNX("file", data)
		if err != nil {
			return
		}
		for name, info := range s.infos {
			if place := s.places[name]; place[0] < 0 || place[1] > int64(len(data)) || place[0] > place[1] {
				t.Errorf("tensor %q is at %v of %d bytes", name, place, len(data))
			}
			if values, err := s.read(name); err == nil && len(values) != info.Values() {
				t.Errorf("%d values of %+v", len(values), info)
			}
		}
	})
}
