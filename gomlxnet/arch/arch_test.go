package arch_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/nets/nettest"
	"coadapt/gomlxnet/op"
)

func TestDimsErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*arch.Arch)
		want   []string
	}{
		{"no pixels", func(a *arch.Arch) { a.Size = 0 }, []string{"size 0"}},
		{"one class", func(a *arch.Arch) { a.Classes = 1 }, []string{"classes 1"}},
		{"no blocks", func(a *arch.Arch) { a.Blocks = nil }, []string{"0 blocks"}},
		{"groups", func(a *arch.Arch) { nettest.Edit(a, 1, func(c *op.Convolution) { c.Groups = 5 }) },
			[]string{"conv2", "convolution", "5 groups"}},
		{"groups of the input", func(a *arch.Arch) { nettest.Edit(a, 0, func(c *op.Convolution) { c.Groups = 2 }) },
			[]string{"conv1", "2 groups", "3 input"}},
		{"window too large", func(a *arch.Arch) {
			nettest.Edit(a, 2,
				func(c *op.Convolution) { c.Kernel, c.Pad = 9, 0 })
		},
			[]string{"conv3", "window of 9"}},
		{"no window", func(a *arch.Arch) { nettest.Edit(a, 0, func(c *op.Convolution) { c.Kernel = 0 }) },
			[]string{"conv1", "window of 0"}},
		{"negative padding", func(a *arch.Arch) { nettest.Edit(a, 0, func(c *op.Convolution) { c.Pad = -1 }) },
			[]string{"conv1", "padding -1"}},
		{"pool too large", func(a *arch.Arch) { nettest.Edit(a, 1, func(p *op.Pool) { p.Kernel = 9 }) },
			[]string{"conv2", "max_pool", "pool of kernel 9"}},
		{"pool stands still", func(a *arch.Arch) { nettest.Edit(a, 0, func(p *op.Pool) { p.Stride = 0 }) },
			[]string{"conv1", "stride 0"}},
		{"no kind", func(a *arch.Arch) { a.Blocks[3].Ops[0].Spec = nil }, []string{"conv4", "operation 1", "no kind"}},
		{"last block", func(a *arch.Arch) { a.Blocks = a.Blocks[:3] }, []string{"conv3", "last block"}},
		{"classes that are others", func(a *arch.Arch) { nettest.Edit(a, 7, func(d *op.Dense) { d.Out = 9 }) },
			[]string{"fc8", "1x1x9", "1x1x10"}},
		{"no operations", func(a *arch.Arch) { a.Blocks[3].Ops = nil }, []string{"conv4", "no operations"}},
		{"no outputs", func(a *arch.Arch) { nettest.Edit(a, 2, func(c *op.Convolution) { c.Out = 0 }) },
			[]string{"conv3", "0 outputs"}},
		{"name twice", func(a *arch.Arch) { a.Blocks[3].Name = "conv2" }, []string{"conv2", "twice"}},
		{"no name", func(a *arch.Arch) { a.Blocks[3].Name = "" }, []string{"block 4", "name"}},
		{"even LRN", func(a *arch.Arch) { nettest.Edit(a, 0, func(l *op.LRN) { l.Size = 4 }) },
			[]string{"conv1", "lrn", "4 channels", "odd"}},
		{"dropout of all", func(a *arch.Arch) { nettest.Edit(a, 5, func(d *op.Dropout) { d.P = 1 }) },
			[]string{"fc6", "dropout 1"}},
		{"filler", func(a *arch.Arch) { nettest.SetFiller(a, 2, op.Filler{Kind: "xavier"}) },
			[]string{"conv3", "weights", `"xavier"`}},
		{"convolution of what is flat", func(a *arch.Arch) {
			a.Blocks[6] = arch.Chain("fc7", op.Convolution{Out: 3, Kernel: 1})
		},
			[]string{"fc7", "flat"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := nettest.Tiny(10, 0.5)
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
			if _, _, err := a.Cost(arch.Cut{}); err == nil {
				t.Error("Cost takes it")
			}
		})
	}
	if _, err := nettest.Tiny(10, 0.5).Dims(); err != nil {
		t.Errorf("unchanged: %v", err)
	}
}

func TestArchJSON(t *testing.T) {
	mini := nets.Mini(50, nets.MiniOptions{Dropout: 0.25, Groups: 2})
	for _, a := range []arch.Arch{nets.CaffeNet(1000), mini, nettest.Tiny(7, 0)} {
		text, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		var b arch.Arch
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
	vars, err := nets.CaffeNet(1000).Variables()
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
