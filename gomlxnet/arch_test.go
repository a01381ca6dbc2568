package gomlxnet

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// The table of the 2014 prototxt: https://github.com/yosinski/convnet_transfer,
// and Caffe's bvlc_reference_caffenet, which is the same net.
var caffeNetTable = []struct {
	name         string
	conv, out    Dims
	params       int
	multiplyAdds int64 // out.H · out.W · out.C · kernel² · in/groups
}{
	{"conv1", Dims{55, 55, 96}, Dims{27, 27, 96}, 34_944, 55 * 55 * 96 * 11 * 11 * 3},
	{"conv2", Dims{27, 27, 256}, Dims{13, 13, 256}, 307_456, 27 * 27 * 256 * 5 * 5 * 48},
	{"conv3", Dims{13, 13, 384}, Dims{13, 13, 384}, 885_120, 13 * 13 * 384 * 3 * 3 * 256},
	{"conv4", Dims{13, 13, 384}, Dims{13, 13, 384}, 663_936, 13 * 13 * 384 * 3 * 3 * 192},
	{"conv5", Dims{13, 13, 256}, Dims{6, 6, 256}, 442_624, 13 * 13 * 256 * 3 * 3 * 192},
	{"fc6", Dims{1, 1, 4096}, Dims{1, 1, 4096}, 37_752_832, 9216 * 4096},
	{"fc7", Dims{1, 1, 4096}, Dims{1, 1, 4096}, 16_781_312, 4096 * 4096},
	{"fc8", Dims{1, 1, 1000}, Dims{1, 1, 1000}, 4_097_000, 4096 * 1000},
}

func TestCaffeNet(t *testing.T) {
	a := CaffeNet(1000)
	dims, err := a.Dims()
	if err != nil {
		t.Fatal(err)
	}
	vars, err := a.Variables()
	if err != nil {
		t.Fatal(err)
	}
	in, sum := Dims{227, 227, 3}, 0
	for i, want := range caffeNetTable {
		if a.Layers[i].Name != want.name || dims[i] != (LayerDims{in, want.conv, want.out}) {
			t.Errorf("layer %d: %s %+v, want %s %+v", i, a.Layers[i].Name, dims[i], want.name, LayerDims{in, want.conv, want.out})
		}
		if n := vars[2*i].Size() + vars[2*i+1].Size(); n != want.params {
			t.Errorf("%s: %d parameters, want %d", want.name, n, want.params)
		}
		in, sum = want.out, sum+vars[2*i].Size()+vars[2*i+1].Size()
	}
	if sum != 60_965_224 {
		t.Errorf("%d parameters, want 60,965,224", sum)
	}
	if dims[4].Out.Values() != 9216 {
		t.Errorf("pool5 has %d values, want 9216", dims[4].Out.Values())
	}
}

// What else the prototxt says: fillers, biases, multipliers, groups, the order
// pool before LRN, dropout.
func TestCaffeNetRecipe(t *testing.T) {
	a := CaffeNet(1000)
	std := []float64{0.01, 0.01, 0.01, 0.01, 0.01, 0.005, 0.005, 0.01}
	bias := []float64{0, 1, 0, 1, 1, 1, 1, 0}
	groups := []int{0, 2, 0, 2, 2, 0, 0, 0}
	pad := []int{0, 2, 1, 1, 1, 0, 0, 0}
	for i, l := range a.Layers {
		if want := (Param{Filler{Kind: Gaussian, Std: std[i]}, 1, 1}); l.Weight != want {
			t.Errorf("%s weights: %+v, want %+v", l.Name, l.Weight, want)
		}
		if want := (Param{Filler{Kind: Constant, Value: bias[i]}, 2, 0}); l.Bias != want {
			t.Errorf("%s biases: %+v, want %+v", l.Name, l.Bias, want)
		}
		if l.Groups != groups[i] || l.Pad != pad[i] {
			t.Errorf("%s: %d groups, padding %d, want %d and %d", l.Name, l.Groups, l.Pad, groups[i], pad[i])
		}
		if (l.LRN != nil) != (i < 2) || l.LRN != nil && *l.LRN != (LRN{5, 1e-4, 0.75}) {
			t.Errorf("%s: LRN %+v", l.Name, l.LRN)
		}
		if pooled := i < 2 || i == 4; (l.Pool != nil) != pooled || pooled && *l.Pool != (Pool{3, 2}) {
			t.Errorf("%s: pool %+v", l.Name, l.Pool)
		}
		if drop := i == 5 || i == 6; (l.Dropout == 0.5) != drop || !drop && l.Dropout != 0 {
			t.Errorf("%s: dropout %v", l.Name, l.Dropout)
		}
		if l.ReLU != (i < 7) {
			t.Errorf("%s: relu %v", l.Name, l.ReLU)
		}
	}
}

// At 224 px CaffeNet's first pooling does not divide: 54 pixels give 27 windows
// in ceil mode (26 in floor mode), of which the last hangs over.
func TestCeilModeDims(t *testing.T) {
	a := CaffeNet(1000)
	a.Size = 224
	dims, err := a.Dims()
	if err != nil {
		t.Fatal(err)
	}
	if dims[0].Conv != (Dims{54, 54, 96}) || dims[0].Out != (Dims{27, 27, 96}) {
		t.Errorf("conv1 at 224 px: %+v", dims[0])
	}
	// A chain of sizes that never divides: 103 -> 24 -> 12 -> 6 -> 3.
	a.Size = 103
	if dims, err = a.Dims(); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{12, 6, 6, 6, 3} {
		if dims[i].Out.Height != want || dims[i].Out.Width != want {
			t.Errorf("%s at 103 px: %+v, want %d px", a.Layers[i].Name, dims[i].Out, want)
		}
	}
}

func TestMiniIsCaffeNetSmall(t *testing.T) {
	big, small := CaffeNet(10), Mini(10, MiniOptions{Size: 24, Channels: 1, Widths: [7]int{2, 4, 6, 8, 10, 12, 14}, Dropout: 0.25, Groups: 2})
	if len(big.Layers) != len(small.Layers) || big.Cuts() != 7 || small.Cuts() != 7 {
		t.Fatalf("%d and %d layers, %d and %d cuts", len(big.Layers), len(small.Layers), big.Cuts(), small.Cuts())
	}
	for i, l := range small.Layers {
		b := big.Layers[i]
		if l.Name != b.Name || l.Kind != b.Kind || l.ReLU != b.ReLU || (l.Pool == nil) != (b.Pool == nil) || (l.LRN == nil) != (b.LRN == nil) ||
			(l.Dropout > 0) != (b.Dropout > 0) || (l.Groups > 1) != (b.Groups > 1) {
			t.Errorf("layer %d: Mini's %+v has not the parts of CaffeNet's %+v", i, l, b)
		}
		if i < 7 && small.Outputs(i) != 2*(i+1) {
			t.Errorf("%s: %d outputs, want the width given, %d", l.Name, small.Outputs(i), 2*(i+1))
		}
	}
	if small.Size != 24 || small.Channels != 1 || small.Outputs(7) != 10 || small.Layers[5].Dropout != 0.25 {
		t.Errorf("options are not taken: %+v", small)
	}
	if d := Mini(10, MiniOptions{}); d.Size != 32 || d.Channels != 3 || d.Layers[0].Out == 0 {
		t.Errorf("zero options give size %d, %d channels, width %d", d.Size, d.Channels, d.Layers[0].Out)
	}
}

func TestDimsErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Arch)
		want   []string
	}{
		{"no pixels", func(a *Arch) { a.Size = 0 }, []string{"size 0"}},
		{"one class", func(a *Arch) { a.Classes = 1 }, []string{"classes 1"}},
		{"no layers", func(a *Arch) { a.Layers = nil }, []string{"0 layers"}},
		{"groups", func(a *Arch) { a.Layers[1].Groups = 5 }, []string{"conv2", "5 groups"}},
		{"groups of the input", func(a *Arch) { a.Layers[0].Groups = 2 }, []string{"conv1", "2 groups", "3 input"}},
		{"window too large", func(a *Arch) { a.Layers[2].Kernel, a.Layers[2].Pad = 9, 0 }, []string{"conv3", "window of 9"}},
		{"no window", func(a *Arch) { a.Layers[0].Kernel = 0 }, []string{"conv1", "window of 0"}},
		{"negative padding", func(a *Arch) { a.Layers[0].Pad = -1 }, []string{"conv1", "padding -1"}},
		{"pool too large", func(a *Arch) { a.Layers[4].Pool = &Pool{9, 2} }, []string{"conv5", "pool of kernel 9"}},
		{"pool stands still", func(a *Arch) { a.Layers[0].Pool = &Pool{3, 0} }, []string{"conv1", "stride 0"}},
		{"kind", func(a *Arch) { a.Layers[3].Kind = "attention" }, []string{"conv4", `"attention"`}},
		{"last layer", func(a *Arch) { a.Layers = a.Layers[:3] }, []string{"conv3", "last layer"}},
		{"no outputs", func(a *Arch) { a.Layers[2].Out = 0 }, []string{"conv3", "0 outputs"}},
		{"name twice", func(a *Arch) { a.Layers[3].Name = "conv2" }, []string{"conv2", "twice"}},
		{"no name", func(a *Arch) { a.Layers[3].Name = "" }, []string{"layer 4", "name"}},
		{"even LRN", func(a *Arch) { a.Layers[0].LRN = &LRN{4, 1, 0.75} }, []string{"conv1", "4 channels", "odd"}},
		{"dropout of all", func(a *Arch) { a.Layers[5].Dropout = 1 }, []string{"fc6", "dropout 1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := tiny(10, 0.5)
			c.change(&a)
			_, err := a.Dims()
			if err == nil {
				t.Fatal("no error")
			}
			for _, part := range append(c.want, `"mini"`) {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("error %q does not say %s", err, part)
				}
			}
			if _, err := a.Variables(); err == nil {
				t.Error("Variables takes it")
			}
			if _, err := a.Init(1); err == nil {
				t.Error("Init takes it")
			}
			if _, _, err := a.Cost(Cut{}); err == nil {
				t.Error("Cost takes it")
			}
		})
	}
	if _, err := tiny(10, 0.5).Dims(); err != nil {
		t.Errorf("unchanged: %v", err)
	}
}

func TestArchJSON(t *testing.T) {
	for _, a := range []Arch{CaffeNet(1000), Mini(50, MiniOptions{Dropout: 0.25, Groups: 2}), tiny(7, 0)} {
		text, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		var b Arch
		if err := json.Unmarshal(text, &b); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%s: read back as %+v", text, b)
		}
		again, _ := json.Marshal(b)
		if string(again) != string(text) {
			t.Errorf("JSON is not canonical:\n%s\n%s", text, again)
		}
	}
}

func TestVariables(t *testing.T) {
	vars, err := CaffeNet(1000).Variables()
	if err != nil {
		t.Fatal(err)
	}
	if len(vars) != 16 {
		t.Fatalf("%d variables, want 16", len(vars))
	}
	for _, c := range []struct {
		at    int
		path  string
		shape []int
		fanIn int
	}{
		{0, "/net/conv1/weights", []int{11, 11, 3, 96}, 363},
		{2, "/net/conv2/weights", []int{5, 5, 48, 256}, 1200},
		{3, "/net/conv2/biases", []int{256}, 1200},
		{10, "/net/fc6/weights", []int{9216, 4096}, 9216},
		{14, "/net/fc8/weights", []int{4096, 1000}, 4096},
		{15, "/net/fc8/biases", []int{1000}, 4096},
	} {
		v := vars[c.at]
		if v.Path != c.path || !reflect.DeepEqual(v.Shape, c.shape) || v.FanIn != c.fanIn || v.Layer != c.at/2 {
			t.Errorf("variable %d: %+v, want %+v", c.at, v, c)
		}
	}
}
