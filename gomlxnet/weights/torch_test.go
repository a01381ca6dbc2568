package weights

import (
	"encoding/binary"
	"encoding/json"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/backend"
	"coadapt/gomlxnet/home"
	"coadapt/gomlxnet/op"
	"coadapt/gomlxnet/op/optest"

	"github.com/gomlx/compute"
	"github.com/nlpodyssey/safetensors"
)

// torchNet is a net of testdata/torch_nets.json; torch_nets.py says what it holds.
type torchNet struct {
	Name          string
	Classes, Size int
	Shapes        map[string][]uint64
	Logits        []float64
}

func torchNets(t *testing.T) []torchNet {
	t.Helper()
	text, err := os.ReadFile("testdata/torch_nets.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Nets []torchNet }
	if err := json.Unmarshal(text, &file); err != nil || len(file.Nets) < 6 {
		t.Fatalf("%d nets, %v: the file is not what torch_nets.py makes", len(file.Nets), err)
	}
	return file.Nets
}

// arch is the net in our words.
func (n torchNet) arch(t *testing.T) arch.Arch {
	t.Helper()
	bias := &op.Param{Filler: op.Filler{Kind: op.Constant}, RateMult: 1, DecayMult: 1}
	switch n.Name {
	case "flat":
		conv := func(out, stride, groups int) op.Spec {
			return op.Convolution{Out: out, Kernel: 3, Stride: stride, Pad: 1, Groups: groups, Bias: bias}
		}
		relu := op.ReLU{}
		return arch.Arch{Name: n.Name, Size: n.Size, Channels: 3, Classes: n.Classes, Blocks: []arch.Block{
			arch.Chain(
				"conv1",
				conv(6, 2, 1),
				relu,
			), arch.Chain("conv2", conv(4, 1, 2), relu, op.Flatten{}),
			arch.Chain(
				"fc3",
				op.Dense{Out: 5, Bias: bias},
				relu,
			), arch.Chain("fc4", op.Dense{Bias: bias})}}
	case "resnet8":
		return named(t, "resnet20:depth=8", n.Classes, n.Size)
	case "resnet8_b":
		return named(t, "resnet20:depth=8,shortcut=B", n.Classes, n.Size)
	}
	return named(t, n.Name, n.Classes, n.Size)
}

// formula are the values of a tensor by its name.
func formula(name string, shape []uint64) []float32 {
	state := uint64(0xcbf29ce484222325)
	for _, b := range []byte(name) {
		state = (state ^ uint64(b)) * 0x100000001b3
	}
	n, inputs := uint64(1), uint64(1)
	for i, d := range shape {
		if n *= d; i > 0 {
			inputs *= d
		}
	}
	around, scale := 0.0, 0.3
	switch {
	case len(shape) > 1:
		scale = math.Sqrt(3 / float64(inputs))
	case strings.HasSuffix(name, "running_var") || strings.HasSuffix(name, ".weight"):
		around = 1
	}
	values := make([]float32, n)
	for i := range values {
		state += 0x9e3779b97f4a7c15
		z := state
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		values[i] = float32(around + (float64((z^z>>31)>>40)/(1<<23)-1)*scale)
	}
	return values
}

// write writes the net's weights as PyTorch would, from the names and shapes of its state.
func (n torchNet) write(t *testing.T, rename func(string) string) string {
	t.Helper()
	views := map[string]safetensors.TensorView{}
	for name, shape := range n.Shapes {
		var raw []byte
		dtype := safetensors.F32
		if strings.HasSuffix(name, counter) {
			dtype, shape, raw = safetensors.I64, []uint64{1}, make([]byte, 8)
		} else {
			for _, x := range formula(name, shape) {
				raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
			}
		}
		v, err := safetensors.NewTensorView(dtype, shape, raw)
		if err != nil {
			t.Fatal(err)
		}
		views[rename(name)] = v
	}
	data, err := safetensors.Serialize(views, nil)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), n.Name+".safetensors")
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// Nets whose weights PyTorch has under its names and in its layouts give its logits, and written again the same
// tensors.
func TestTorchNets(t *testing.T) {
	for _, n := range torchNets(t) {
		a := n.arch(t)
		file := n.write(t, func(s string) string { return s })
		w, err := Read(file, a)
		if err != nil {
			t.Fatal(err)
		}
		optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
			if backend.Name() == "xla" && n.Name == "resnet50" {
				t.Skip("compiling takes long")
			}
			for i, x := range logits(t, backend, a, w, 1) {
				if math.Abs(float64(x)-n.Logits[i]) > 1e-5 {
					t.Errorf("%s: logit %d is %v, PyTorch's %v", n.Name, i, x, n.Logits[i])
				}
			}
		})
		again := filepath.Join(t.TempDir(), "again.safetensors")
		if err := Write(again, a, w); err != nil {
			t.Fatal(err)
		}
		infos, notes, err := Show(again)
		if err != nil || notes["format"] != "pt" {
			t.Fatalf("%s: notes %v, %v", n.Name, notes, err)
		}
		left := maps.Clone(n.Shapes)
		maps.DeleteFunc(left, func(name string, _ []uint64) bool { return strings.HasSuffix(name, counter) })
		for _, info := range infos {
			shape := make([]uint64, len(info.Shape))
			for i, d := range info.Shape {
				shape[i] = uint64(d)
			}
			if !slices.Equal(shape, left[info.Name]) {
				t.Errorf("%s: wrote %s of shape %v, PyTorch's is %v", n.Name, info.Name, shape, n.Shapes[info.Name])
			}
			delete(left, info.Name)
		}
		if back, err := Read(again, a); err != nil || len(left) > 0 || back.Digest() != w.Digest() {
			t.Errorf("%s: %d tensors were not written, or others are read back: %v", n.Name, len(left), err)
		}
	}
}

// Files of nets that several devices trained, and those of timm, have other names.
func TestOtherNames(t *testing.T) {
	for _, n := range torchNets(t) {
		if n.Name == "resnet50" || n.Name == "resnet18" {
			continue // they are large, and their names are those of resnet8
		}
		a := n.arch(t)
		want, err := Read(n.write(t, func(s string) string { return s }), a)
		if err != nil {
			t.Fatal(err)
		}
		for what, rename := range map[string]func(string) string{
			"module.": func(s string) string { return "module." + s },
			"others": func(s string) string {
				s = strings.ReplaceAll(s, "squeeze.", "squeeze1x1.")
				return strings.ReplaceAll(s, "downsample.", "shortcut.")
			},
		} {
			if got, err := Read(n.write(t, rename), a); err != nil || got.Digest() != want.Digest() {
				t.Errorf("%s, %s: %v", n.Name, what, err)
			}
		}
	}
	names, err := Names(named(t, "vgg11_bn", 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{ // as printed by torchvision's state_dict
		"/net/conv1_1/convolution/weights": "features.0.weight",
		"/net/conv1_1/batch_norm/mean":     "features.1.running_mean",
		"/net/conv2_1/convolution/biases":  "features.4.bias", "/net/conv5_2/convolution/weights": "features.25.weight",
		"/net/fc6/weights": "classifier.0.weight", "/net/fc7/biases": "classifier.3.bias",
		"/net/fc8/weights": "classifier.6.weight",
	} {
		if names[path] != want {
			t.Errorf("%s is called %q, want %q", path, names[path], want)
		}
	}
}

// What we write torchvision loads, strictly, and it gives our logits.
func TestIntoTorch(t *testing.T) {
	python := os.Getenv("COADAPT_TEST_TORCH")
	if python == "" {
		h, err := home.Locate()
		if err != nil {
			t.Fatal(err)
		}
		if python = filepath.Join(h.Peers(), "bin", "python"); !isFile(python) {
			t.Skip("no PyTorch and torchvision: `go run ./kernel-setup bench` installs them, or COADAPT_TEST_TORCH " +
				"names a Python that has them")
		}
	}
	large := func(n torchNet) bool { return n.Name == "resnet50" } // its names are resnet18's
	nets := slices.DeleteFunc(torchNets(t), large)
	nets = append(nets, torchNet{Name: "vgg11_bn", Classes: 4, Size: 32})
	dir, args := t.TempDir(), []string{"testdata/torch_nets.py"}
	var ours [][]float32
	backend, err := backend.Open("go")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(backend.Finalize)
	for _, n := range nets {
		a := n.arch(t)
		w, err := a.Init(3)
		if err != nil {
			t.Fatal(err)
		}
		moveStatistics(t, a, w)
		file := filepath.Join(dir, n.Name+".safetensors")
		if err := Write(file, a, w); err != nil {
			t.Fatal(err)
		}
		args = append(args, file, n.Name, strconv.Itoa(n.Classes), strconv.Itoa(n.Size))
		ours = append(ours, logits(t, backend, a, w, 1))
	}
	cmd := exec.Command(python, args...)
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.CombinedOutput()
	var theirs [][]float64
	if err != nil || json.Unmarshal(out, &theirs) != nil || len(theirs) != len(nets) {
		t.Fatalf("%v\n%s", err, out)
	}
	for k, n := range nets {
		worst, size := 0.0, 0.0
		for i, x := range ours[k] {
			worst, size = max(worst, math.Abs(float64(x)-theirs[k][i])), max(size, math.Abs(theirs[k][i]))
		}
		if t.Logf("%s: largest logit %.3g, largest difference %.2g", n.Name, size,
			worst); !(worst <= 1e-5*max(1, size)) {
			t.Errorf("%s: logits are %g from PyTorch's", n.Name, worst)
		}
	}
}

// moveStatistics gives running means and variances, scales and shifts values other than those that they start with.
func moveStatistics(t *testing.T, a arch.Arch, w arch.Weights) {
	t.Helper()
	vars, err := a.Variables()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range vars {
		if v.Name == "weights" {
			continue
		}
		for i := range w[v.Path].Data {
			w[v.Path].Data[i] += 0.1 * float32(i%7-3) / 3
		}
	}
}

func isFile(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}
