package gomlxnet

import (
	"encoding/json"
	"reflect"
	"slices"
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
	{"conv1", Dims{55, 55, 96, false}, Dims{27, 27, 96, false}, 34_944, 55 * 55 * 96 * 11 * 11 * 3},
	{"conv2", Dims{27, 27, 256, false}, Dims{13, 13, 256, false}, 307_456, 27 * 27 * 256 * 5 * 5 * 48},
	{"conv3", Dims{13, 13, 384, false}, Dims{13, 13, 384, false}, 885_120, 13 * 13 * 384 * 3 * 3 * 256},
	{"conv4", Dims{13, 13, 384, false}, Dims{13, 13, 384, false}, 663_936, 13 * 13 * 384 * 3 * 3 * 192},
	{"conv5", Dims{13, 13, 256, false}, Dims{6, 6, 256, false}, 442_624, 13 * 13 * 256 * 3 * 3 * 192},
	{"fc6", Dims{1, 1, 4096, true}, Dims{1, 1, 4096, true}, 37_752_832, 9216 * 4096},
	{"fc7", Dims{1, 1, 4096, true}, Dims{1, 1, 4096, true}, 16_781_312, 4096 * 4096},
	{"fc8", Dims{1, 1, 1000, true}, Dims{1, 1, 1000, true}, 4_097_000, 4096 * 1000},
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
	w, err := a.wire()
	if err != nil {
		t.Fatal(err)
	}
	in, sum := Dims{227, 227, 3, false}, 0
	for i, want := range caffeNetTable {
		if a.Blocks[i].Name != want.name || dims[i] != (BlockDims{in, want.out}) || w.blocks[i].ops[0].out != want.conv {
			t.Errorf(
				"block %d: %s %+v, weights give %v; want %s, %+v, %v",
				i,
				a.Blocks[i].Name,
				dims[i],
				w.blocks[i].ops[0].out,
				want.name,
				BlockDims{in, want.out},
				want.conv,
			)
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
	for i, b := range a.Blocks {
		weight, biases := params(b)
		if want := (Param{Filler{Kind: Gaussian, Std: std[i]}, 1, 1}); weight != want {
			t.Errorf("%s weights: %+v, want %+v", b.Name, weight, want)
		}
		if want := (Param{Filler{Kind: Constant, Value: bias[i]}, 2, 0}); biases != want {
			t.Errorf("%s biases: %+v, want %+v", b.Name, biases, want)
		}
		if c := first[Convolution](b); c.Groups != groups[i] || c.Pad != pad[i] {
			t.Errorf("%s: %d groups, padding %d, want %d and %d", b.Name, c.Groups, c.Pad, groups[i], pad[i])
		}
		var kinds []string
		for _, o := range b.Ops[1:] {
			kinds = append(kinds, o.Kind())
		}
		want := []string{"relu max_pool lrn", "relu max_pool lrn", "relu", "relu", "relu max_pool", "relu dropout", "relu dropout", ""}[i]
		if got := strings.Join(kinds, " "); got != want {
			t.Errorf("%s: weights and %s, want %s", b.Name, got, want)
		}
		if l, ok := Find[LRN](b); ok && l != (LRN{Size: 5, Alpha: 1e-4, Beta: 0.75}) {
			t.Errorf("%s: LRN %+v", b.Name, l)
		}
		if p, ok := Find[Pool](b); ok && p != (Pool{Kernel: 3, Stride: 2}) {
			t.Errorf("%s: pool %+v", b.Name, p)
		}
		if d, ok := Find[Dropout](b); ok && d.P != 0.5 {
			t.Errorf("%s: dropout %v", b.Name, d)
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
	if dims[0].Out != (Dims{27, 27, 96, false}) {
		t.Errorf("conv1 at 224 px: %+v", dims[0])
	}
	// A chain of sizes that never divides: 103 -> 24 -> 12 -> 6 -> 3.
	a.Size = 103
	if dims, err = a.Dims(); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{12, 6, 6, 6, 3} {
		if dims[i].Out.Height != want || dims[i].Out.Width != want {
			t.Errorf("%s at 103 px: %+v, want %d px", a.Blocks[i].Name, dims[i].Out, want)
		}
	}
}

func TestMiniIsCaffeNetSmall(t *testing.T) {
	big, small := CaffeNet(
		10,
	), Mini(
		10,
		MiniOptions{Size: 24, Channels: 1, Widths: [7]int{2, 4, 6, 8, 10, 12, 14}, Dropout: 0.25, Groups: 2},
	)
	if len(big.Blocks) != len(small.Blocks) || big.Cuts() != 7 || small.Cuts() != 7 {
		t.Fatalf("%d and %d blocks, %d and %d cuts", len(big.Blocks), len(small.Blocks), big.Cuts(), small.Cuts())
	}
	for i, b := range small.Blocks {
		if !slices.EqualFunc(b.Ops, big.Blocks[i].Ops, func(o, p Op) bool { return o.Kind() == p.Kind() }) ||
			b.Name != big.Blocks[i].Name ||
			(first[Convolution](b).Groups > 1) != (first[Convolution](big.Blocks[i]).Groups > 1) {
			t.Errorf("block %d: Mini's %+v has not the parts of CaffeNet's %+v", i, b, big.Blocks[i])
		}
		if i < 7 && small.Outputs(i) != 2*(i+1) {
			t.Errorf("%s: %d outputs, want the width given, %d", b.Name, small.Outputs(i), 2*(i+1))
		}
	}
	if small.Size != 24 || small.Channels != 1 || small.Outputs(7) != 10 || first[Dropout](small.Blocks[5]).P != 0.25 {
		t.Errorf("options are not taken: %+v", small)
	}
	if d := Mini(10, MiniOptions{}); d.Size != 32 || d.Channels != 3 || first[Convolution](d.Blocks[0]).Out == 0 {
		t.Errorf("zero options give %+v", d)
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
		{"no blocks", func(a *Arch) { a.Blocks = nil }, []string{"0 blocks"}},
		{"groups", func(a *Arch) { edit(a, 1, func(c *Convolution) { c.Groups = 5 }) }, []string{"conv2", "convolution", "5 groups"}},
		{"groups of the input", func(a *Arch) { edit(a, 0, func(c *Convolution) { c.Groups = 2 }) }, []string{"conv1", "2 groups", "3 input"}},
		{"window too large", func(a *Arch) { edit(a, 2, func(c *Convolution) { c.Kernel, c.Pad = 9, 0 }) }, []string{"conv3", "window of 9"}},
		{"no window", func(a *Arch) { edit(a, 0, func(c *Convolution) { c.Kernel = 0 }) }, []string{"conv1", "window of 0"}},
		{"negative padding", func(a *Arch) { edit(a, 0, func(c *Convolution) { c.Pad = -1 }) }, []string{"conv1", "padding -1"}},
		{"pool too large", func(a *Arch) { edit(a, 1, func(p *Pool) { p.Kernel = 9 }) }, []string{"conv2", "max_pool", "pool of kernel 9"}},
		{"pool stands still", func(a *Arch) { edit(a, 0, func(p *Pool) { p.Stride = 0 }) }, []string{"conv1", "stride 0"}},
		{"no kind", func(a *Arch) { a.Blocks[3].Ops[0].Spec = nil }, []string{"conv4", "operation 1", "no kind"}},
		{"last block", func(a *Arch) { a.Blocks = a.Blocks[:3] }, []string{"conv3", "last block"}},
		{"classes that are others", func(a *Arch) { edit(a, 7, func(d *Dense) { d.Out = 9 }) }, []string{"fc8", "1x1x9", "1x1x10"}},
		{"no operations", func(a *Arch) { a.Blocks[3].Ops = nil }, []string{"conv4", "no operations"}},
		{"no outputs", func(a *Arch) { edit(a, 2, func(c *Convolution) { c.Out = 0 }) }, []string{"conv3", "0 outputs"}},
		{"name twice", func(a *Arch) { a.Blocks[3].Name = "conv2" }, []string{"conv2", "twice"}},
		{"no name", func(a *Arch) { a.Blocks[3].Name = "" }, []string{"block 4", "name"}},
		{"even LRN", func(a *Arch) { edit(a, 0, func(l *LRN) { l.Size = 4 }) }, []string{"conv1", "lrn", "4 channels", "odd"}},
		{"dropout of all", func(a *Arch) { edit(a, 5, func(d *Dropout) { d.P = 1 }) }, []string{"fc6", "dropout 1"}},
		{"filler", func(a *Arch) { filler(a, 2, Filler{Kind: "xavier"}) }, []string{"conv3", "weights", `"xavier"`}},
		{"convolution of what is flat", func(a *Arch) { a.Blocks[6] = Chain("fc7", Convolution{Out: 3, Kernel: 1}) }, []string{"fc7", "flat"}},
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
