package weights

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/nets"

	"google.golang.org/protobuf/encoding/protowire"
)

// field adds one with a length.
func field(to []byte, number protowire.Number, body []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(to, number, protowire.BytesType), body)
}

// blobOf is a BlobProto. Older ones have four dimensions, and values one by one.
func blobOf(old bool, values []float32, shape ...uint64) (b []byte) {
	if old {
		for i, d := range append(slices.Repeat([]uint64{1}, 4-len(shape)), shape...) {
			b = protowire.AppendVarint(protowire.AppendTag(b, protowire.Number(i+1), protowire.VarintType), d)
		}
		for _, v := range values {
			b = protowire.AppendFixed32(protowire.AppendTag(b, 5, protowire.Fixed32Type), math.Float32bits(v))
		}
		return b
	}
	var dims []byte
	for _, d := range shape {
		dims = protowire.AppendVarint(dims, d)
	}
	b = field(b, 7, field(nil, 1, dims))
	return field(b, 5, floats(values...))
}

// layerOf is a layer of a NetParameter.
func layerOf(old bool, name string, blobs ...[]byte) []byte {
	nameField, blobField, layers := protowire.Number(1), protowire.Number(7), protowire.Number(100)
	if old {
		nameField, blobField, layers = 4, 6, 2
	}
	l := field(nil, nameField, []byte(name))
	for _, b := range blobs {
		l = field(l, blobField, b)
	}
	return field(nil, layers, l)
}

// caffeNet is the file of the net of torch_nets.json that has groups and inner products over places.
func caffeNet(n torchNet, old bool) []byte {
	data := field(nil, 1, []byte("flat"))
	data = append(data, layerOf(old, "data")...) // layers without weights are there, too
	for _, name := range []string{"conv1", "conv2", "fc3", "fc4"} {
		var blobs [][]byte
		for _, of := range []string{".weight", ".bias"} {
			blobs = append(blobs, blobOf(old, formula(name+of, n.Shapes[name+of]), n.Shapes[name+of]...))
		}
		data = append(data, layerOf(old, name, blobs...)...)
	}
	return data
}

// A .caffemodel of both ages gives the weights that safetensors with the same numbers give: groups, biases, and the
// order of what was flattened are Caffe's, which are PyTorch's.
func TestCaffe(t *testing.T) {
	n := torchNets(t)[0]
	a := n.arch(t)
	want, err := Read(n.write(t, func(s string) string { return s }), a)
	if err != nil {
		t.Fatal(err)
	}
	for _, old := range []bool{false, true} {
		file := filepath.Join(t.TempDir(), "net.caffemodel")
		if err := os.WriteFile(file, caffeNet(n, old), 0o644); err != nil {
			t.Fatal(err)
		}
		w, err := Read(file, a)
		if err != nil || w.Digest() != want.Digest() {
			t.Errorf("old %v: other weights than safetensors gives: %v", old, err)
		}
		if k, err := Classes(file, a); err != nil || k != 5 {
			t.Errorf("old %v: %d classes, %v; want 5", old, k, err)
		}
		infos, _, err := Show(file)
		if err != nil || len(infos) != 8 || infos[0].Name != "conv1.bias" {
			t.Errorf("old %v: %+v, %v", old, infos, err)
		}
	}
}

// CaffeNet, VGG and SqueezeNet have Caffe's names of layers.
func TestCaffeNames(t *testing.T) {
	for text, layers := range map[string][]string{
		"caffenet":      {"conv1", "conv2", "conv5", "fc6", "fc8"},
		"vgg11":         {"conv1_1", "conv5_2", "fc6", "fc8"},
		"squeezenet1_1": {"conv1", "fire2/squeeze1x1", "fire9/expand1x1", "fire9/expand3x3", "conv10"},
	} {
		all, err := parameters(named(t, text, 0, 0))
		if err != nil {
			t.Fatal(err)
		}
		left := slices.Clone(layers)
		for _, m := range all {
			c := &source{path: "file", infos: map[string]Info{}, values: map[string][]float32{}}
			for _, layer := range layers {
				c.infos[layer+".weight"] = Info{}
			}
			if name, err := c.find(m); err == nil {
				left = slices.DeleteFunc(left, func(l string) bool { return l+".weight" == name })
			}
		}
		if len(left) > 0 {
			t.Errorf("%s: no operation takes the layers %q", text, left)
		}
	}
}

// What is wrong with a .caffemodel is said by layer and blob.
func TestHostileCaffe(t *testing.T) {
	good := floats(1, 2)
	for want, data := range map[string][]byte{
		`layer "a", blob 0: 2 values of shape [3], want 3`:      layerOf(false, "a", blobOf(false, []float32{1, 2}, 3)),
		`layer "a", blob 0: 5 bytes of data, want four a value`: layerOf(false, "a", field(nil, 5, []byte("12345"))),
		`layer "a" is there twice`: slices.Concat(layerOf(false, "a", blobOf(false, []float32{1}, 1)),
			layerOf(false, "a", blobOf(false, []float32{1}, 1))),
		`value 1 is +Inf`: layerOf(false, "a", blobOf(false, []float32{1, float32(math.Inf(1))}, 2)),
		`shape [4294967296 4294967296], want dimensions`: layerOf(false, "a", blobOf(false, nil, 1<<32, 1<<32)),
		"more than 8 dimensions": layerOf(false, "a",
			blobOf(false, []float32{1}, 1, 1, 1, 1, 1, 1, 1, 1, 1)),
		"it has no layer with weights": layerOf(false, "a"),
		"as a .caffemodel: ":           append([]byte{0x12, 0xff}, good...),
		"field 3 is a group":           protowire.AppendTag(nil, 3, protowire.StartGroupType),
	} {
		if _, err := openCaffe("file", data); err == nil || !strings.Contains(err.Error(), want) ||
			!strings.HasPrefix(err.Error(), "file: ") {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	file := filepath.Join(t.TempDir(), "net.pth")
	for _, head := range []string{"PK\x03\x04", "\x80\x02}"} {
		if err := os.WriteFile(file, []byte(head+"and more"), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(file, nets.CaffeNet(10)); err == nil ||
			!strings.Contains(err.Error(), "is a pickle of PyTorch, which may run code; want safetensors") {
			t.Errorf("error %v", err)
		}
	}
}

// No bytes make reading panic, or take more memory than they are long.
func FuzzCaffe(f *testing.F) {
	f.Add(layerOf(false, "conv1", blobOf(false, []float32{1, 2}, 2, 1, 1, 1)))
	f.Add(layerOf(true, "fc", blobOf(true, []float32{1, 2}, 2, 1)))
	f.Add([]byte("\x0a\x01x\x12\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := openCaffe("file", data)
		if err != nil {
			return
		}
		total := 0
		for name, info := range c.infos {
			if len(c.values[name]) != info.Values() {
				t.Errorf("%d values of %+v", len(c.values[name]), info)
			}
			total += info.Values()
		}
		if total > len(data) {
			t.Errorf("%d values in %d bytes", total, len(data))
		}
		if w, err := load(c, small()); err == nil && small().Check(w) != nil {
			t.Error("weights that are not the net's")
		}
	})
}
